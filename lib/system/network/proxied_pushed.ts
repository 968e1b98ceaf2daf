import type { SocketAddress } from "../../base/net/address.ts";
import { proxiedClient, PROXY_START_OCTETS, proxyHeaderRest } from "../../base/net/proxy_header.ts";
import type {
  PushedListener,
  PushedListenerWatcher,
  PushedStream,
  PushedStreamWatcher,
} from "../../base/sockets/pushed_stream.ts";
import type { ProxyOptions } from "../../base/sockets/stream_socket.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";
import { type ProxiedClient, Proxies } from "./proxies.ts";

/** Connections that have not said yet for whom they are. */
const SPEAKING_MAX = 1024;

/** What `ProxiedListener` is, for a socket that hands its connections over. */
export class ProxiedPushed implements PushedListener {
  readonly #listener: PushedListener;
  readonly #options: ProxyOptions;
  /** Those of `#networks`, which are the networks that were looked at last. */
  #proxies: Proxies;
  #networks: readonly string[];
  /** Those that have not said yet for whom they are; the oldest first. */
  readonly #speaking = new Set<Preamble>();

  /** `listener` belongs to this object from now on. */
  constructor(listener: PushedListener, options: ProxyOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#networks = options.proxyNetworks;
    this.#proxies = new Proxies(this.#networks);
  }

  /** See `PushedListener`. */
  get address(): SocketAddress {
    return this.#listener.address;
  }

  /** See `PushedListener`. */
  watch({ onConnection, onFailed }: PushedListenerWatcher): () => void {
    return this.#listener.watch({
      onConnection: (stream) => {
        if (this.#options.proxyNetworks.length === 0) onConnection(stream);
        else if (this.#isProxy(stream.peer.hostname)) this.#hear(stream, onConnection);
        else stream.close();
      },
      onFailed,
    });
  }

  /** See `PushedListener`. */
  close(): void {
    this.#listener.close();
    for (const preamble of this.#speaking) preamble.end(null);
  }

  #isProxy(hostname: string): boolean {
    const { proxyNetworks } = this.#options;
    if (proxyNetworks !== this.#networks) {
      this.#networks = proxyNetworks;
      this.#proxies = new Proxies(proxyNetworks);
    }
    return this.#proxies.has(hostname);
  }

  #hear(stream: PushedStream, onConnection: (stream: PushedStream) => void): void {
    for (const oldest of this.#speaking) {
      if (this.#speaking.size < SPEAKING_MAX) break;
      oldest.end(null);
    }
    const preamble = new Preamble(stream, (heard) => {
      cancelAlarm();
      this.#speaking.delete(preamble);
      if (heard !== null) onConnection(heard);
    });
    const cancelAlarm = PROCESS_LOOP.start(this.#options.handshakeMs, () => preamble.end(null));
    this.#speaking.add(preamble);
    stream.watch(preamble);
  }
}

/** What a proxy says at the start of a connection, and no octet more. */
class Preamble implements PushedStreamWatcher {
  readonly #stream: PushedStream;
  readonly #onEnd: (heard: PushedStream | null) => void;
  #start: Uint8Array<ArrayBuffer> | null = null;
  /** What is being heard, up to `#end`: the start of it, then the rest. */
  #octets = new Uint8Array(PROXY_START_OCTETS);
  #end = 0;
  #hasEnded = false;

  /** `onEnd` is called once, with the connection of whoever it is for; with `null` when it is closed. */
  constructor(stream: PushedStream, onEnd: (heard: PushedStream | null) => void) {
    this.#stream = stream;
    this.#onEnd = onEnd;
  }

  /** See `PushedStreamWatcher`. */
  onReadable(): void {
    try {
      this.#read();
    } catch {
      // It says something else, or has ended.
      this.end(null);
    }
  }

  /** See `PushedStreamWatcher`. */
  onWritable(): void {}

  /** See `PushedStreamWatcher`. */
  onBroken(): void {
    this.end(null);
  }

  /** Hears nothing any more. */
  end(heard: PushedStream | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (heard === null) this.#stream.close();
    this.#onEnd(heard);
  }

  #read(): void {
    while (this.#end < this.#octets.length) {
      const count = this.#stream.receive(this.#octets.subarray(this.#end));
      if (count < 0) return;
      if (count === 0) throw new Error("Nothing more comes");
      this.#end += count;
    }
    if (this.#start !== null) return this.#heard(proxiedClient(this.#start, this.#octets));
    this.#start = this.#octets;
    this.#octets = new Uint8Array(proxyHeaderRest(this.#start));
    this.#end = 0;
    this.#read();
  }

  #heard(client: ProxiedClient | null): void {
    this.end(client === null ? this.#stream : spokenFor(this.#stream, client));
  }
}

function spokenFor(stream: PushedStream, client: ProxiedClient): PushedStream {
  return {
    peer: { transport: "tcp", ...client },
    watch: (watcher) => stream.watch(watcher),
    wantOctets: (areWanted) => stream.wantOctets(areWanted),
    receive: (buffer) => stream.receive(buffer),
    send: (octets) => stream.send(octets),
    close: () => stream.close(),
  };
}
