import { concat } from "@std/bytes/concat";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { QuicEnd, QuicSocket, QuicStream } from "../../lib/base/sockets/quic.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** How what one end says comes to the other: at once, after a while, or never. In order for one stream. */
export type Carry = (from: PairedQuic, deliver: () => void) => void;

/** What a pair is made from. */
export interface QuicPairOptions {
  readonly client: SocketAddress;
  readonly server: SocketAddress;
  readonly serverName?: string | null;
  /** Streams that the client may have open at a time. */
  readonly streamsMax?: number;
  /** Streams that it may open in all: some servers let credit run out. */
  readonly streamsInAll?: number;
  readonly carry?: Carry;
}

/** A connection over QUIC without a network: both of its ends. */
export function quicPair(options: QuicPairOptions): { client: PairedQuic; server: PairedQuic } {
  const { client: asker, server: asked, serverName = null, streamsMax = 100, streamsInAll = Infinity } = options;
  const carry: Carry = options.carry ?? ((_, deliver) => deliver());
  const client = new PairedQuic(asked, null, { firstId: 0, streamsMax, streamsInAll }, carry);
  const server = new PairedQuic(asker, serverName, { firstId: 1, streamsMax: 0, streamsInAll: 0 }, carry);
  client.other = server;
  server.other = client;
  return { client, server };
}

/** One end of a connection. */
export class PairedQuic implements QuicSocket {
  readonly peer: SocketAddress;
  readonly serverName: string | null;
  other!: PairedQuic;
  isClosed = false;
  /** With what this end has closed; `null` if it has not. */
  closedWith: { readonly code: number; readonly reason: string } | null = null;
  /** Streams that were opened here. */
  openedCount = 0;
  /** Whether the other end hears nothing any more of what is said here. */
  isMute = false;
  /** What a stream waits for until it has sent its last octets. */
  onFinish: () => Promise<void> = () => Promise.resolve();
  readonly #limits: { readonly firstId: number; readonly streamsMax: number; readonly streamsInAll: number };
  readonly #carry: Carry;
  readonly #closed = Promise.withResolvers<QuicEnd>();
  readonly #streams = new Set<PairedStream>();
  readonly #arrived: PairedStream[] = [];
  #accepting: PromiseWithResolvers<QuicStream> | null = null;
  readonly #opening: PromiseWithResolvers<QuicStream | null>[] = [];
  /** Streams that were opened here and are not over. */
  openCount = 0;

  constructor(
    peer: SocketAddress,
    serverName: string | null,
    limits: { readonly firstId: number; readonly streamsMax: number; readonly streamsInAll: number },
    carry: Carry,
  ) {
    this.peer = peer;
    this.serverName = serverName;
    this.#limits = limits;
    this.#carry = carry;
  }

  get closed(): Promise<QuicEnd> {
    return this.#closed.promise;
  }

  openStream(waits: boolean): Promise<QuicStream | null> {
    if (this.isClosed) return Promise.reject(new Error("The connection is closed"));
    if (this.#hasCredit) return Promise.resolve(this.#open());
    if (!waits) return Promise.resolve(null);
    const opening = Promise.withResolvers<QuicStream | null>();
    this.#opening.push(opening);
    return opening.promise;
  }

  acceptStream(): Promise<QuicStream> {
    if (this.isClosed) return Promise.reject(new Error("The connection is closed"));
    const stream = this.#arrived.shift();
    if (stream !== undefined) return Promise.resolve(stream);
    this.#accepting = Promise.withResolvers();
    return this.#accepting.promise;
  }

  close(code: number, reason = ""): void {
    if (this.isClosed) return;
    this.closedWith = { code, reason };
    this.say(() => this.other.end({ code, reason }));
    this.end({ code: null, reason: "" });
  }

  /** Nobody says anything any more, and each end finds out by itself when it calls `end`. */
  cut(): void {
    this.isMute = this.other.isMute = true;
  }

  /** The connection is over here. */
  end(how: QuicEnd = { code: null, reason: "timed out" }): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const error = new Error(how.reason === "" ? "The connection is closed" : how.reason);
    for (const stream of this.#streams) stream.fail(error);
    this.#accepting?.reject(error);
    for (const opening of this.#opening) opening.reject(error);
    this.#closed.resolve(how);
  }

  /** Lets the other end hear something. */
  say(deliver: () => void): void {
    if (this.isMute) return;
    this.#carry(this, () => {
      if (!this.other.isClosed) deliver();
    });
  }

  /** A stream that was opened here is over. */
  over(stream: PairedStream): void {
    this.#streams.delete(stream);
    if (stream.isOwn) this.openCount--;
    while (this.#opening.length > 0 && this.#hasCredit) this.#opening.shift()!.resolve(this.#open());
  }

  get #hasCredit(): boolean {
    const { streamsMax, streamsInAll } = this.#limits;
    return this.openCount < streamsMax && this.openedCount < streamsInAll;
  }

  #open(): PairedStream {
    const id = this.#limits.firstId + 4 * this.openedCount++;
    this.openCount++;
    const stream = new PairedStream(this, id, true);
    const far = new PairedStream(this.other, id, false);
    stream.other = far;
    far.other = stream;
    this.#streams.add(stream);
    // The other end learns of it by what is sent on it.
    stream.onFirst = () => this.other.#arrives(far);
    return stream;
  }

  #arrives(stream: PairedStream): void {
    this.#streams.add(stream);
    const accepting = this.#accepting;
    this.#accepting = null;
    if (accepting === null) this.#arrived.push(stream);
    else accepting.resolve(stream);
  }
}

/** One end of a stream. */
export class PairedStream implements QuicStream {
  readonly id: number;
  readonly isOwn: boolean;
  other!: PairedStream;
  onFirst: (() => void) | null = null;
  /** Whether this end has let it go. */
  isCancelled = false;
  readonly #end: PairedQuic;
  readonly #inbox: Octets[] = [];
  #hasEnded = false;
  #isFinished = false;
  #error: Error | null = null;
  #reading: PromiseWithResolvers<Octets | null> | null = null;

  constructor(end: PairedQuic, id: number, isOwn: boolean) {
    this.#end = end;
    this.id = id;
    this.isOwn = isOwn;
  }

  read(): Promise<Octets | null> {
    if (this.#inbox.length > 0) return Promise.resolve(this.#inbox.shift()!);
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#hasEnded) return Promise.resolve(null);
    this.#reading = Promise.withResolvers();
    return this.#reading.promise;
  }

  /** Sends octets, and that is not the end. */
  write(octets: Octets): void {
    this.#say(() => this.other.#take(octets.slice()));
  }

  finish(octets: Octets): Promise<void> {
    if (this.#error !== null) return Promise.reject(this.#error);
    const waiting = this.#end.onFinish();
    this.#isFinished = true;
    const sent = octets.slice();
    this.#say(() => {
      if (sent.length > 0) this.other.#take(sent);
      this.other.#takeEnd();
    });
    return waiting;
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    const hadFinished = this.#isFinished;
    this.#isFinished = true;
    this.#say(() => {
      if (!hadFinished) this.other.#takeEnd();
      this.other.#stopSending();
    });
    this.fail(new Error("The stream is cancelled"));
  }

  /** What waits on it fails. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#reading?.reject(error);
    this.#reading = null;
  }

  /** All that comes until the other side says that it is the end. */
  async readAll(): Promise<Octets> {
    const pieces: Octets[] = [];
    for (let piece = await this.read(); piece !== null; piece = await this.read()) pieces.push(piece);
    return concat(pieces);
  }

  #say(deliver: () => void): void {
    this.#end.say(() => {
      const isFirst = this.onFirst !== null;
      if (isFirst) this.onFirst!();
      this.onFirst = null;
      deliver();
    });
  }

  #stopSending(): void {
    this.#isFinished = true;
    this.#endIfOver();
  }

  #take(octets: Octets): void {
    if (this.isCancelled) return;
    const reading = this.#reading;
    this.#reading = null;
    if (reading === null) this.#inbox.push(octets);
    else reading.resolve(octets);
  }

  #takeEnd(): void {
    this.#hasEnded = true;
    this.#reading?.resolve(null);
    this.#reading = null;
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#hasEnded && this.#isFinished) this.#end.over(this);
  }
}
