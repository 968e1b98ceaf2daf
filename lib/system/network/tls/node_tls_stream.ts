import type { TLSSocket } from "node:tls";
import type { SocketAddress } from "../../../base/net/address.ts";
import type { PeerCertificate, TlsSocket } from "../../../base/sockets/tls.ts";
import { leaveToPromises } from "../../../base/left_to_promises.ts";

/** When this much waits to be read, no more is taken from the kernel until less than the other does. */
const WAITING_OCTETS_MAX = 65_536;
const WAITING_OCTETS_MIN = 16_384;

/** What is known of a connection when its handshake is done. */
export type Shown = Pick<TlsSocket, "alpn" | "peerCertificates" | "chainError" | "serverName" | "isResumed">;

/** The socket under a TLS socket. Deno keeps it there, and has no other way to let a TLS socket wait. */
interface Kernel {
  readStart(): number;
  readStop(): number;
}

/** A TLS connection of Node's. */
export class NodeTlsStream implements TlsSocket {
  /** See `StreamSocket`. */
  readonly peer: SocketAddress;
  /** See `TlsSocket`; so are the next ones. */
  readonly alpn: string | null;
  /** See above. */
  readonly peerCertificates: readonly PeerCertificate[];
  /** See above. */
  readonly chainError: string | null;
  /** See above. */
  readonly serverName: string | null;
  /** See above. */
  readonly isResumed: boolean;
  readonly #socket: TLSSocket;
  /** What has come and was not read; of the first, what stands behind `#read`. */
  readonly #waiting: Uint8Array[] = [];
  #read = 0;
  #waitingOctets = 0;
  #isPaused = false;
  #reading: { readonly buffer: Uint8Array<ArrayBuffer>; readonly settle: PromiseWithResolvers<number | null> } | null =
    null;
  #writing: PromiseWithResolvers<number> | null = null;
  #hasEnded = false;
  #isClosed = false;
  #error: Error | null = null;

  /** `socket` has done its handshake, and belongs to this object from now on. */
  constructor(socket: TLSSocket, peer: SocketAddress, shown: Shown) {
    this.peer = peer;
    this.alpn = shown.alpn;
    this.peerCertificates = shown.peerCertificates;
    this.chainError = shown.chainError;
    this.serverName = shown.serverName;
    this.isResumed = shown.isResumed;
    this.#socket = socket;
    socket.on("data", (octets) => this.#take(octets as unknown as Uint8Array));
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#end());
    // Heard to the end of the connection: an error that nobody hears ends the program.
    socket.on("error", (error) => this.#fail(error));
  }

  /** See `StreamSocket`. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    if (this.#isClosed) return Promise.reject(new Error("Connection is closed"));
    if (this.#waitingOctets > 0) return Promise.resolve(this.#fill(buffer));
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#hasEnded) return Promise.resolve(null);
    const settle = Promise.withResolvers<number | null>();
    this.#reading = { buffer, settle };
    return settle.promise;
  }

  /** See `StreamSocket`. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<number> {
    if (this.#isClosed) return Promise.reject(new Error("Connection is closed"));
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#socket.destroyed) return Promise.reject(new Error("Connection has ended"));
    leaveToPromises();
    const writing = Promise.withResolvers<number>();
    this.#writing = writing;
    // All of it, whenever that is: when the kernel has taken it.
    this.#socket.write(octets, (error) => {
      if (this.#writing === writing) this.#writing = null;
      if (error) writing.reject(error);
      else writing.resolve(octets.length);
    });
    return writing.promise;
  }

  /** See `StreamSocket`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const isWriting = this.#writing !== null;
    this.#settle(new Error("Connection was closed"));
    this.#waiting.length = 0;
    // RFC 8446 §6.1: whoever ends says so. Not behind something that the other side may never take.
    if (isWriting) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  #take(octets: Uint8Array): void {
    if (this.#isClosed) return;
    this.#waiting.push(octets);
    this.#waitingOctets += octets.length;
    const reading = this.#reading;
    if (reading !== null) {
      this.#reading = null;
      reading.settle.resolve(this.#fill(reading.buffer));
    }
    if (!this.#isPaused && this.#waitingOctets > WAITING_OCTETS_MAX) {
      this.#isPaused = true;
      this.#kernel?.readStop();
    }
  }

  #fill(buffer: Uint8Array<ArrayBuffer>): number {
    let filled = 0;
    while (filled < buffer.length && this.#waiting.length > 0) {
      const first = this.#waiting[0]!;
      const part = first.subarray(this.#read, this.#read + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      this.#read += part.length;
      if (this.#read === first.length) {
        this.#waiting.shift();
        this.#read = 0;
      }
    }
    this.#waitingOctets -= filled;
    if (this.#isPaused && this.#waitingOctets < WAITING_OCTETS_MIN) {
      this.#isPaused = false;
      this.#kernel?.readStart();
    }
    return filled;
  }

  /** `pause` of the socket itself lets Deno 2.9.5 read on, and keep all that it reads. */
  get #kernel(): Kernel | null {
    const { _handle: handle } = this.#socket as unknown as { _handle: { _nativeTcpHandle?: Kernel | null } | null };
    return handle?._nativeTcpHandle ?? null;
  }

  #end(): void {
    this.#hasEnded = true;
    if (this.#socket.destroyed) this.#rejectWrite(this.#error ?? new Error("Connection has ended"));
    this.#reading?.settle.resolve(null);
    this.#reading = null;
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#settle(error);
  }

  #settle(error: Error): void {
    this.#reading?.settle.reject(error);
    this.#reading = null;
    this.#rejectWrite(error);
  }

  #rejectWrite(error: Error): void {
    this.#writing?.reject(error);
    this.#writing = null;
  }
}
