import { App } from "../../lib/app/app.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "./fake_socket.ts";
import { FakeWorld } from "./fake_world.ts";
import { recordZone } from "./record_zone.ts";
import { SceneClient, SceneStreamClient } from "./scene_client.ts";
import { SceneUpstream } from "./scene_upstream.ts";
import { ScriptedUpstream, type UpstreamHabits, type Zone } from "./scripted_upstream.ts";
import { EVERY_NETWORK } from "./serving.ts";
import type { Host } from "./world_network.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

export type { ReceivedReply } from "./scene_client.ts";
export type { ReceivedQuery } from "./scene_upstream.ts";

/** Where the forwarder of a scene serves. */
export const SERVICE = udp("192.0.2.53", 2053);
/** Another address of that machine, which nothing leaves from unless it is told to. */
export const OTHER_ADDRESS = "192.0.2.54";
/** The upstream of a scene. */
export const UPSTREAM = udp("203.0.113.53", 53);

/** What a scene is set up from; everything has a usual value. */
export interface SceneOptions {
  readonly config?: Partial<FullConfig>;
  readonly zone?: Zone;
  /** What each of several upstreams knows, if they do not know the same. */
  readonly zones?: readonly Zone[];
  readonly habits?: Partial<UpstreamHabits>;
  /** How many upstreams there are: the first at `UPSTREAM`, the next at the next addresses; all know the same unless `zones` says otherwise. */
  readonly upstreamCount?: number;
  /** Files of the program's machine. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where the program's random numbers come from. */
  readonly random?: RandomSource;
}

/**
 * The whole program between clients and upstreams on a fake network, in fake time, for telling a story: datagrams take
 * no time, nothing is lost, upstreams answer at once unless the test says otherwise.
 */
export class Scene {
  readonly world: FakeWorld;
  /** The forwarder's machine. */
  readonly host: Host;
  readonly app: App;
  /** What the app was started with. */
  readonly config: FullConfig;
  /** The upstreams in order of preference. */
  readonly upstreams: readonly SceneUpstream[];
  readonly #clients: Host;
  #clientPort = 40_000;

  constructor(options: SceneOptions = {}) {
    const { config, zone = recordZone("example.org 300 IN A 192.0.2.1"), habits, zones, random, files = {} } = options;
    const { upstreamCount = zones?.length ?? 1 } = options;
    this.world = new FakeWorld();
    for (const [path, text] of Object.entries(files)) this.world.files.write(path, text);
    const { network } = this.world;
    this.host = network.addHost(SERVICE.hostname, OTHER_ADDRESS);
    this.#clients = network.addHost(...CLIENT_ADDRESSES);
    const addresses = Array.from(
      { length: upstreamCount },
      (_, i) => ({ ...UPSTREAM, hostname: `203.0.113.${53 + i}` }),
    );
    const upstreamHosts = addresses.map(({ hostname }) => network.addHost(hostname));
    const hosts = [this.host, this.#clients, ...upstreamHosts];
    for (const from of hosts) for (const to of hosts) network.setLink(from, to, { delayMinMs: 0, delayMaxMs: 0 });
    this.upstreams = addresses.map((address, i) => {
      return new SceneUpstream(
        this.world,
        upstreamHosts[i]!,
        address,
        new ScriptedUpstream(zones?.[i] ?? zone, habits),
      );
    });
    const runtime = this.world.runtimeOn(this.host);
    this.config = { ...USUAL_CONFIG, upstreams: addresses.map(endpointAt), ...config };
    this.app = new App(this.config, { ...runtime, random: random ?? runtime.random });
  }

  /** The upstream, or the first one of several. */
  get upstream(): SceneUpstream {
    return this.upstreams[0]!;
  }

  /** The program's time. */
  get nowMs(): number {
    return this.world.time.nowMs();
  }

  /** A client with a port of its own. */
  client(hostname = CLIENT_ADDRESSES[0]!, service = SERVICE): SceneClient {
    return new SceneClient(this.world, this.#clients.openDatagram(udp(hostname, this.#clientPort++)), service);
  }

  /** A client with a TCP connection of its own. */
  async streamClient(): Promise<SceneStreamClient> {
    const connecting = this.#clients.connectStream(SERVICE, new AbortController().signal);
    await this.pass(0);
    return new SceneStreamClient(this.world, await connecting);
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

const CLIENT_ADDRESSES = ["198.51.100.7", "203.0.113.7"];

/** What the program does by itself, but for what a story is easier to tell with. */
const USUAL_CONFIG: FullConfig = {
  ...DEFAULTS,
  listen: [plainListen(SERVICE)],
  upstreams: [endpointAt(UPSTREAM)],
  upstreamSockets: 4,
  allow: EVERY_NETWORK,
  cacheSizeMib: 0,
  io: "plain",
  policy: null,
};
