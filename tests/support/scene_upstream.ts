import type { SocketAddress } from "../../lib/base/net/address.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { peerCertificate } from "./fake_tls.ts";
import type { FakeWorld } from "./fake_world.ts";
import type { HostStream } from "./host_stream.ts";
import type { HostStreamListener } from "./host_stream_listener.ts";
import { playHandshake, PUBLIC_AUTHORITY } from "./host_tls.ts";
import type { ScriptedUpstream } from "./scripted_upstream.ts";
import { eachMessage } from "./stream_messages.ts";
import type { Host } from "./world_network.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A query as the upstream got it. */
export interface ReceivedQuery {
  readonly atMs: number;
  /** Where it came from; its transport tells how. */
  readonly peer: SocketAddress;
  readonly octets: Octets;
  readonly message: Message;
  /** The connection it came on; `null` over UDP. */
  readonly stream: HostStream | null;
}

/** The upstream of a scene, over UDP and TCP. */
export class SceneUpstream {
  /** Every query over UDP, first to last. */
  readonly queries: ReceivedQuery[] = [];
  /** Every query over TCP and TLS, first to last. */
  readonly streamQueries: ReceivedQuery[] = [];
  readonly address: SocketAddress;
  /** What it does with a query; answers it at once unless set. */
  onQuery: (query: ReceivedQuery) => void = (query) => this.answer(query);
  /** The same over TCP. */
  onStreamQuery: (query: ReceivedQuery) => void = (query) => this.answer(query);
  readonly #world: FakeWorld;
  readonly #host: Host;
  readonly #scripted: ScriptedUpstream;
  readonly #streams: HostStreamListener;
  readonly #lost = new Set<HostStream>();

  constructor(world: FakeWorld, host: Host, address: SocketAddress, scripted: ScriptedUpstream) {
    this.#world = world;
    this.#host = host;
    this.address = address;
    this.#scripted = scripted;
    host.openDatagram(address).onDatagram = (octets, peer) => {
      const query = { atMs: world.time.nowMs(), peer, octets, message: decode(octets), stream: null };
      this.queries.push(query);
      this.onQuery(query);
    };
    this.#streams = host.listenStream(address);
    this.#streams.onConnection = (stream) => this.#serve(stream);
  }

  #serve(stream: HostStream): void {
    eachMessage(stream, (octets) => {
      const message = decode(octets);
      const query = { atMs: this.#world.time.nowMs(), peer: stream.peer, octets, message, stream };
      this.streamQueries.push(query);
      this.onStreamQuery(query);
    });
  }

  /** Serves over TLS as well, at the port for that, as whom everybody believes to be `dns.example.org`. */
  serveTls(): void {
    const certificates = [peerCertificate({ issuer: PUBLIC_AUTHORITY })];
    this.#host.listenStream({ ...this.address, transport: "tcp", port: 853 }).onConnection = (stream) => {
      playHandshake(stream, ({ alpn }) => ({ alpn: alpn[0] ?? null, certificates }), () => this.#serve(stream));
    };
  }

  /** The honest response to a query. */
  response({ octets, stream }: ReceivedQuery): Octets {
    return this.#scripted.respond(octets, stream === null ? "udp" : "tcp")!;
  }

  /** Sends the honest response. */
  answer(query: ReceivedQuery, { afterMs = 0 } = {}): void {
    this.reply(query, this.response(query), { afterMs });
  }

  /** Sends any octets to where a query came from. */
  reply({ peer, stream }: ReceivedQuery, octets: Octets, { afterMs = 0 } = {}): void {
    if (stream === null) this.send(octets, peer, { afterMs });
    else this.#world.time.after(afterMs, () => this.#lost.has(stream) || stream.send(toFrame(octets)));
  }

  /** Sends any octets in a datagram, from any address. */
  send(octets: Octets, to: SocketAddress, { afterMs = 0, from = this.address } = {}): void {
    this.#world.time.after(afterMs, () => this.#world.network.carry(this.#host, from, to, octets));
  }

  /** Answers nothing from now on, on connections neither. */
  fallSilent(): void {
    this.onQuery = this.onStreamQuery = () => {};
  }

  /** Takes no more connections, and says so. */
  refuseStreams(): void {
    this.#streams.close();
  }

  /** The path forgets the open connections: nothing that is sent on them arrives, and neither side is told. */
  loseStreams(): void {
    for (const stream of this.#host.openStreams) this.#lost.add(stream);
    for (const stream of this.#lost) {
      stream.onOctets = () => {};
      stream.onEnd = () => {};
    }
  }

  /** Reads nothing more from the open connections; they fill. */
  stopReadingStreams(): void {
    for (const stream of this.#host.openStreams) stream.onOctets = null;
  }

  /** Neither answers nor takes connections from now on. */
  die(): void {
    this.#host.dropsDials = true;
    for (const stream of this.#host.openStreams) stream.onOctets = () => {};
    this.onQuery = () => {};
  }

  /** Serves as at first. */
  revive(): void {
    this.#host.dropsDials = false;
    this.onQuery = (query) => this.answer(query);
  }
}
