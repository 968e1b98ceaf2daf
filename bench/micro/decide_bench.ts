/**
 * What it costs a hit that a policy is looked up: `deno bench --no-prompt bench/micro/decide_bench.ts`, and with `-- policy` or
 * `-- none` one of the two alone, as a program has it. The times are for 1000 hits, so microseconds are nanoseconds of one.
 *
 * The policy has 50 routes, 200 names of its own and 20 client groups. Names are in no order, and so are clients, which are in
 * all of the groups.
 *
 * @module
 */
import { buildPipeline } from "../../lib/app/build_pipeline.ts";
import { Resources } from "../../lib/app/resources.ts";
import { ResponseCache } from "../../lib/cache/response_cache.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { Response } from "../../lib/response/response.ts";
import { Server } from "../../lib/server/server.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { FakeWorld } from "../../tests/support/fake_world.ts";
import { question, record, response, wire } from "../../tests/support/messages.ts";
import { policyOf } from "../../tests/support/policies.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const OPERATIONS = 1000;
const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3600 };
const random = new SeededRandom(1);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

/** What people ask for: two thirds are two or three labels in `com`, the rest in other top-level domains. */
const ELSEWHERE = numbers(500).map((i) => {
  const tld = random.pick(["com", "com", "com", "com", "net", "org", "de", "io"]);
  const word = () => numbers(random.between(4, 12)).map(() => String.fromCharCode(random.between(0x61, 0x7a))).join("");
  return i % 3 === 0 ? `${word()}.${tld}` : `${random.pick(["www", "api", "cdn", word()])}.${word()}.${tld}`;
});
const ROUTED = numbers(500).map((i) => `host${i}.site${i % 50}.corp.example`);

const policy = policyOf({
  upstreams: { default: ["192.0.2.53"], other: ["192.0.2.54"] },
  routes: numbers(50).map((i) => ({ domains: [i < 40 ? `site${i}.corp.example` : `partner${i}.com`], to: "other" })),
  clients: Object.fromEntries(numbers(20).map((i) => [`group${i}`, { addresses: [`10.0.${i}.0/24`] }])),
  local: {
    domain: "home.arpa",
    addresses: Object.fromEntries(numbers(200).map((i) => [`host${i}`, [`192.0.2.${i}`]])),
  },
});
const clients = numbers(400).map((i) => new Client(`10.0.${i % 25}.${i % 200 + 1}`, "udp", true, "192.0.2.53:53"));

const [only] = Deno.args;
for (
  const [what, names] of [["names that no rule is about", ELSEWHERE], ["names that a route is for", ROUTED]] as const
) {
  if (only !== "policy") benchHits(`${what}, without a policy`, names, null);
  if (only !== "none") benchHits(`${what}, with a policy`, names, policy);
}

function benchHits(name: string, names: readonly string[], policy: FullConfig["policy"]): void {
  const world = new FakeWorld();
  const upstreams = [endpointAt(udp("192.0.2.53", 53))];
  const config = { ...DEFAULTS, upstreams, allow: ["10.0.0.0/8"], policy };
  const resources = new Resources(config, world.runtimeOn(world.network.addHost("192.0.2.53")), new Uint8Array(16));
  const { pipeline } = buildPipeline(config, resources);
  const server = new Server({ pipeline, ...resources });
  const { store, ageClock: clock } = resources;
  const memory = new ResponseCache({ store: store!, rules: RULES, staleMs: 0, clock });
  const datagrams = names.map((text) => wire({ recursionDesired: true, questions: [question(text)] }));
  for (const [i, text] of names.entries()) for (const view of [0, 1]) learn(memory, datagrams[i]!, text, view);
  const slot = new ReplySlot();
  const order = numbers(OPERATIONS).map(() => [random.pick(datagrams), random.pick(clients)] as const);
  Deno.bench(name, () => {
    for (let i = 0; i < OPERATIONS; i++) {
      const [datagram, client] = order[i]!;
      server.handle(datagram, client, slot);
    }
    if (resources.counters.cacheMisses > 0) throw new Error("These are no hits");
  });
}

function learn(memory: ResponseCache, datagram: Uint8Array<ArrayBuffer>, text: string, view: number): void {
  const { wire, scan, key } = new Query({ wire: datagram, client: clients[0]!, deadlineMs: 0 });
  const answer = new Response();
  answer.read(response({ questions: [question(text)], answers: [record(`${text} 86400 IN A 192.0.2.1`)] }));
  memory.learn({ wire, scan, key }, view << 2, answer, []);
}
