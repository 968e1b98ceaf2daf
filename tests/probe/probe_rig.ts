import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { probe, type Progress, textOf } from "../../lib/probe/probe.ts";
import { type ProbeOptions, USUAL_NAMES } from "../../lib/probe/probe_options.ts";
import type { Ranked } from "../../lib/probe/rank.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import type { Passage } from "../support/world_network.ts";
import { FakeWorld } from "../support/fake_world.ts";
import { udp } from "../support/fake_socket.ts";
import { recordZone } from "../support/record_zone.ts";
import { SceneUpstream } from "../support/scene_upstream.ts";
import { ScriptedUpstream, type UpstreamHabits, type Zone } from "../support/scripted_upstream.ts";

/** Names that all servers of a rig have. */
export const ZONE: Zone = recordZone(
  "a.example 300 IN A 192.0.2.1",
  "a.example 300 IN AAAA 2001:db8::1",
  "b.example 300 IN A 192.0.2.2",
  "signed.example 300 IN A 192.0.2.3",
  "bogus.example 300 IN A 192.0.2.4",
  "ads.example 300 IN A 192.0.2.5",
);

/** What they are asked for. */
export const OPTIONS: ProbeOptions = {
  names: {
    ...USUAL_NAMES,
    known: ["a.example", "b.example"],
    missingIn: ["example", "test"],
    signed: "signed.example",
    bogus: "bogus.example",
    filtered: [{ name: "ads.example", what: "ads" }],
  },
  count: 10,
  timeoutMs: 1000,
};

/** Servers in a fake world, and a machine that probes them. */
export class ProbeRig {
  readonly world: FakeWorld;
  readonly progress: Progress[] = [];
  #count = 0;

  constructor(watch: (passage: Passage) => void = () => {}) {
    this.world = new FakeWorld({ seed: "probe", watch });
  }

  /** One more server: 192.0.2.1, then .2 and so on. */
  add(
    { zone = ZONE, address, ...habits }: Partial<UpstreamHabits> & { zone?: Zone; address?: string } = {},
  ): SceneUpstream {
    const hostname = address ?? `192.0.2.${++this.#count}`;
    const host = this.world.network.addHost(hostname);
    return new SceneUpstream(
      this.world,
      host,
      udp(hostname, 53),
      new ScriptedUpstream(zone, { signs: true, ...habits }),
    );
  }

  /** What is found of them, best first. Servers are addresses, or as in a configuration. */
  async probe(servers: readonly string[], options: Partial<ProbeOptions> = {}): Promise<Ranked[]> {
    const runtime = this.world.runtimeOn(this.world.network.addHost("198.51.100.1"));
    const candidates = servers.map((server) => {
      const endpoint = server.includes("://")
        ? parseEndpoint(server, 53)
        : endpointAt({ transport: "udp", hostname: server, port: 53 });
      return { endpoint, text: textOf(endpoint), operator: null };
    });
    const probing = probe(candidates, { ...OPTIONS, ...options }, runtime, (progress) => this.progress.push(progress));
    await this.world.time.settle();
    return await probing;
  }
}
