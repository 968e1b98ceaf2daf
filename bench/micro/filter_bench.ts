/**
 * What it costs a hit that clients get something in place of the answer: `deno bench --no-prompt bench/micro/filter_bench.ts`. The
 * times are for 1000 hits, so microseconds are nanoseconds of one.
 *
 * @module
 */
import { buildPipeline } from "../../lib/app/build_pipeline.ts";
import { Resources } from "../../lib/app/resources.ts";
import { ResponseCache } from "../../lib/cache/response_cache.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { NO_FILTER } from "../../lib/config/policy.ts";
import { Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { Response } from "../../lib/response/response.ts";
import { Server } from "../../lib/server/server.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { FakeWorld } from "../../tests/support/fake_world.ts";
import { question, records, response, wire } from "../../tests/support/messages.ts";
import { type PolicyFields, policyOf } from "../../tests/support/policies.ts";

const OPERATIONS = 1000;
const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3600 };
const CLIENT = new Client("10.0.0.1", "udp", true, "192.0.2.53:53");
const UPSTREAMS = { default: ["192.0.2.53"] };
const SOA = "example.org 3600 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 3600";
const CHAIN = ["a.example.org 600 IN CNAME b.example.org", "b.example.org 600 IN CNAME c.example.org"];
const DNS64 = { prefix: "64:ff9b::/96", exclude: ["::ffff:0:0/96"], clients: ["default"] };

/** What is remembered: each question, its answers, its authorities. */
const REMEMBERED: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["a.example.org A", [...CHAIN, "c.example.org 600 IN A 192.0.2.1", "c.example.org 600 IN A 192.0.2.2"], []],
  ["four.example.org AAAA", [], [SOA]],
  ["four.example.org A", ["four.example.org 600 IN A 192.0.2.1", "four.example.org 600 IN A 192.0.2.2"], []],
  ["six.example.org AAAA", ["six.example.org 600 IN AAAA 2001:db8::1"], []],
];

bench("a chain of aliases", "a.example.org A", {});
bench("a chain of aliases, flattened", "a.example.org A", { answers: { ...NO_FILTER.answers, isFlat: true } });
bench("a denial", "four.example.org AAAA", {});
bench("an address that is made in its place", "four.example.org AAAA", { dns64: DNS64, clients: { default: {} } });
bench("an IPv6 address", "six.example.org AAAA", {});
bench("an IPv6 address, where others are made", "six.example.org AAAA", { dns64: DNS64, clients: { default: {} } });

function bench(name: string, asked: string, fields: Partial<PolicyFields>): void {
  const world = new FakeWorld();
  const policy = policyOf({ upstreams: UPSTREAMS, ...fields });
  const config = { ...DEFAULTS, upstreams: [endpointAt(udp("192.0.2.53", 53))], allow: ["10.0.0.0/8"], policy };
  const resources = new Resources(config, world.runtimeOn(world.network.addHost("192.0.2.53")), new Uint8Array(16));
  const { pipeline } = buildPipeline(config, resources);
  const server = new Server({ pipeline, ...resources });
  const { store, ageClock: clock } = resources;
  const memory = new ResponseCache({ store: store!, rules: RULES, staleMs: 0, clock });
  for (const [text, answers, authorities] of REMEMBERED) {
    const datagram = wire({ recursionDesired: true, questions: [question(text)] });
    const { wire: octets, scan, key } = new Query({ wire: datagram, client: CLIENT, deadlineMs: 0 });
    const answer = new Response();
    const sections = { answers: records(...answers), authorities: records(...authorities) };
    answer.read(response({ questions: [question(text)], ...sections }));
    memory.learn({ wire: octets, scan, key }, 0, answer, []);
  }
  const datagram = wire({ recursionDesired: true, questions: [question(asked)] });
  const slot = new ReplySlot();
  Deno.bench(name, () => {
    for (let i = 0; i < OPERATIONS; i++) server.handle(datagram, CLIENT, slot);
    if (resources.counters.cacheMisses > 0) throw new Error("These are no hits");
  });
}
