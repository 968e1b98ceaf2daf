import { App } from "../../lib/app.ts";
import type { SocketAddress } from "../../lib/base/address.ts";
import { parseIp } from "../../lib/base/ip.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";
import type { Config } from "../../lib/config/config.ts";
import { decode, type Message, type Question } from "../../lib/wire/message.ts";
import { udp } from "./fake_socket.ts";
import { FakeWorld } from "./fake_world.ts";
import { wire } from "./messages.ts";
import { recordZone } from "./record_zone.ts";
import { ScriptedUpstream, type UpstreamHabits, type Zone } from "./scripted_upstream.ts";
import type { Host, HostSocket } from "./world_network.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Where the forwarder of a scene serves. */
export const SERVICE = udp("192.0.2.53", 2053);
/** The upstream of a scene. */
export const UPSTREAM = udp("203.0.113.53", 53);

/** What a scene is set up from; everything has a usual value. */
export interface SceneOptions {
  readonly config?: Partial<Config>;
  readonly zone?: Zone;
  readonly habits?: Partial<UpstreamHabits>;
  /** Where the program's random numbers come from. */
  readonly random?: RandomSource;
}

/**
 * The whole program between clients and an upstream on a fake network, in fake time, for telling a story: datagrams take
 * no time, nothing is lost, the upstream answers at once unless the test says otherwise.
 */
export class Scene {
  readonly world: FakeWorld;
  /** The forwarder's machine. */
  readonly host: Host;
  readonly app: App;
  readonly upstream: SceneUpstream;
  readonly #clients: Host;
  #clientPort = 40_000;

  constructor({ config, zone = recordZone("example.org 300 IN A 192.0.2.1"), habits, random }: SceneOptions = {}) {
    this.world = new FakeWorld();
    const { network } = this.world;
    this.host = network.addHost(SERVICE.hostname);
    this.#clients = network.addHost("198.51.100.7");
    const upstreamHost = network.addHost(UPSTREAM.hostname);
    for (const from of [this.host, this.#clients, upstreamHost]) {
      for (const to of [this.host, this.#clients, upstreamHost]) {
        network.setLink(from, to, { delayMinMs: 0, delayMaxMs: 0 });
      }
    }
    this.upstream = new SceneUpstream(this.world, upstreamHost, new ScriptedUpstream(zone, habits));
    const runtime = this.world.runtimeOn(this.host);
    this.app = new App({ ...USUAL_CONFIG, ...config }, { ...runtime, random: random ?? runtime.random });
  }

  /** The program's time. */
  get nowMs(): number {
    return this.world.time.nowMs();
  }

  /** A client with a port of its own. */
  client(): SceneClient {
    return new SceneClient(this.world, this.#clients.openDatagram(udp("198.51.100.7", this.#clientPort++)));
  }

  /** Lets `ms` pass with all that happens in them. */
  async pass(ms: number): Promise<void> {
    await this.world.time.pass(ms);
  }

  /** Goes on until nothing more will happen. */
  async settle(): Promise<void> {
    await this.world.time.settle();
  }
}

const USUAL_CONFIG: Config = {
  listen: [SERVICE],
  resolvers: [UPSTREAM],
  answerIpv4: parseIp("127.0.0.1")!,
  answerIpv6: null,
  timeoutMs: 2000,
  upstreamSockets: 4,
  multiQuestion: "split",
  logLevel: "info",
};

/** A query as the upstream got it. */
export interface ReceivedQuery {
  readonly atMs: number;
  readonly peer: SocketAddress;
  readonly octets: Octets;
  readonly message: Message;
}

/** The upstream of a scene. */
export class SceneUpstream {
  /** Every query, first to last. */
  readonly queries: ReceivedQuery[] = [];
  /** What it does with a query; answers it at once unless set. */
  onQuery: (query: ReceivedQuery) => void = (query) => this.answer(query);
  readonly #world: FakeWorld;
  readonly #host: Host;
  readonly #scripted: ScriptedUpstream;

  constructor(world: FakeWorld, host: Host, scripted: ScriptedUpstream) {
    this.#world = world;
    this.#host = host;
    this.#scripted = scripted;
    host.openDatagram(UPSTREAM).onDatagram = (octets, peer) => {
      const query = { atMs: world.time.nowMs(), peer, octets, message: decode(octets) };
      this.queries.push(query);
      this.onQuery(query);
    };
  }

  /** The honest response to a query. */
  response({ octets }: ReceivedQuery): Octets {
    return this.#scripted.respond(octets)!;
  }

  /** Sends the honest response. */
  answer(query: ReceivedQuery, { afterMs = 0 } = {}): void {
    this.send(this.response(query), query.peer, { afterMs });
  }

  /** Sends any octets, from any address. */
  send(octets: Octets, to: SocketAddress, { afterMs = 0, from = UPSTREAM } = {}): void {
    this.#world.time.after(afterMs, () => this.#world.network.carry(this.#host, from, to, octets));
  }
}

/** A reply as a client got it. */
export interface ReceivedReply {
  readonly atMs: number;
  readonly from: SocketAddress;
  readonly octets: Octets;
  readonly message: Message;
}

/** A client of a scene. */
export class SceneClient {
  /** Every reply, first to last. */
  readonly replies: ReceivedReply[] = [];
  readonly #socket: HostSocket;

  constructor(world: FakeWorld, socket: HostSocket) {
    this.#socket = socket;
    socket.onDatagram = (octets, from) => {
      this.replies.push({ atMs: world.time.nowMs(), from, octets, message: decode(octets) });
    };
  }

  /** The one reply that has come. */
  get reply(): ReceivedReply {
    const [reply, ...others] = this.replies;
    if (reply === undefined || others.length > 0) throw new Error(`Client has ${this.replies.length} replies, not one`);
    return reply;
  }

  /** Sends a query with RD for the questions. */
  ask(questions: readonly Question[], fields: Partial<Message> = {}): void {
    this.send(wire({ id: 0x1234, recursionDesired: true, questions, ...fields }));
  }

  /** Sends any octets. */
  send(octets: Octets): void {
    this.#socket.send(octets, SERVICE);
  }
}
