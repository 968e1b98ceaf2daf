/**
 * What it costs a query that a policy is looked up, and lists: `deno bench --no-prompt --allow-read bench/micro/decide_bench.ts`,
 * and with `-- none`, `-- policy` or `-- lists` one of the three alone, as a program has it. The times are for 1000 queries, so
 * microseconds are nanoseconds of one. A number behind that says how many names are listed: `-- lists 10000000`.
 *
 * The policy has 50 routes, 200 names of its own and 20 client groups. Names are in no order, and so are clients, which are in
 * all of the groups. Of two lists each group blocks one or both.
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
import { SetBuilder } from "../../lib/lists/build/set_builder.ts";
import { ListParser } from "../../lib/lists/formats/list_parser.ts";
import { NameSet } from "../../lib/lists/set/name_set.ts";
import { allOf } from "../../lib/lists/slices.ts";
import { ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { Response } from "../../lib/response/response.ts";
import { Server } from "../../lib/server/server.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { FakeWorld } from "../../tests/support/fake_world.ts";
import { question, record, response, wire } from "../../tests/support/messages.ts";
import { listOf, policyOf } from "../../tests/support/policies.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { MadeUpNames } from "../lists/made_up_names.ts";

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

const LISTED = new MadeUpNames(1);
const policyWithLists = {
  ...policy,
  lists: ["ads", "more"].map((name) => listOf(name)),
  clientGroups: policy.clientGroups.map((group, i) => {
    const lists = i % 2 === 0 ? ["ads"] : ["ads", "more"];
    return { ...group, block: [{ lists, schedule: null, except: [], place: group.place }] };
  }),
};

const [only = "all", listedCount = "1000000"] = Deno.args;
const set = only === "all" || only === "lists" ? setOf(Number(listedCount)) : null;
for (
  const [what, names] of [["names that no rule is about", ELSEWHERE], ["names that a route is for", ROUTED]] as const
) {
  if (only === "all" || only === "none") benchHits(`${what}, without a policy`, names, null);
  if (only === "all" || only === "policy") benchHits(`${what}, with a policy`, names, policy);
  if (set !== null) benchHits(`${what}, with a policy and lists`, names, policyWithLists);
}
if (set !== null) {
  benchHits("names that are blocked", numbers(500).map(() => LISTED.name(random.between(0, 999_999))), policyWithLists);
}

function setOf(count: number): NameSet {
  const builder = new SetBuilder(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 1);
  for (const [i, name] of ["ads", "more"].entries()) {
    const sink = { ...builder.addList({ name, digest: "" }), skipped: () => {}, bad: () => {} };
    const parser = new ListParser("domains", { coversBelow: null }, sink);
    for (const chunk of LISTED.chunks(i * count / 2, count / 2)) parser.write(chunk);
    parser.end();
  }
  return new NameSet(allOf(builder.build()), { isChecked: false });
}

function benchHits(name: string, names: readonly string[], policy: FullConfig["policy"]): void {
  const world = new FakeWorld();
  const upstreams = [endpointAt(udp("192.0.2.53", 53))];
  const config = { ...DEFAULTS, upstreams, allow: ["10.0.0.0/8"], policy };
  const resources = new Resources(config, world.runtimeOn(world.network.addHost("192.0.2.53")), new Uint8Array(16));
  const { pipeline } = buildPipeline(config, resources);
  if (set !== null) resources.listsNow.useNames(set);
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
