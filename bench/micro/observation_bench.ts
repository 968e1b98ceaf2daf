/**
 * What it costs a hit that it is counted, and that somebody looks: `deno run --no-prompt bench/micro/observation_bench.ts`. Of many
 * short rounds the shortest is told, each way in turn, so that what else the machine does is the same for all of them.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { buildPipeline } from "../../lib/app/build_pipeline.ts";
import { Resources } from "../../lib/app/resources.ts";
import { ResponseCache } from "../../lib/cache/response_cache.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Epoch } from "../../lib/observe/ring/epoch.ts";
import { ObservationRing } from "../../lib/observe/ring/observation_ring.ts";
import { RingReader } from "../../lib/observe/ring/ring_reader.ts";
import { Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { Response } from "../../lib/response/response.ts";
import { ObservationWriter, RECORD_NAMES } from "../../lib/server/observation_writer.ts";
import { ReplyTally } from "../../lib/server/reply_tally.ts";
import { Server } from "../../lib/server/server.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { FakeWorld } from "../../tests/support/fake_world.ts";
import { question, records, response, wire } from "../../tests/support/messages.ts";

/** Hits of a round: less than a time slice of the machine, so that some round is not disturbed. */
const OPERATIONS = 500;
const ROUNDS = 4000;
const RULES = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3600 };
const CLIENT = new Client("10.0.0.1", "udp", true, "192.0.2.53:53");
const ASKED = "www.some-name.example.org A";

/** What was counted before there was anything else: replies by channel, source and RCODE. */
class OutcomesAlone extends ReplyTally {
  override count({ client, reply: { source, rcode } }: Query): number {
    this.outcomes.count(client.channelIndex, source, rcode);
    return rcode;
  }
}

/** One server for all: where things stand in memory makes more of a difference than what is measured. */
const world = new FakeWorld();
const config = { ...DEFAULTS, upstreams: [endpointAt(udp("192.0.2.53", 53))], allow: ["10.0.0.0/8"] };
const resources = new Resources(config, world.runtimeOn(world.network.addHost("192.0.2.53")), new Uint8Array(16));
const server = new Server({ pipeline: buildPipeline(config, resources).pipeline, ...resources });
const datagram = wire({ recursionDesired: true, questions: [question(ASKED)] });
remember();

const epoch = new Epoch({
  clock: resources.clock,
  wallClock: world.runtimeOn(world.network.addHost("192.0.2.54")).wallClock,
});
const ring = new ObservationRing(epoch);
// Its memory has to be there: it is written to again and again.
ring.words.fill(0);
const writer = new ObservationWriter(ring);
const reader = new RingReader(ring, RECORD_NAMES, () => {});
const tallies = { all: server.tally, few: new OutcomesAlone() };
let leave = () => {};
let sum = 0;
const begin = (tally: ReplyTally, isWatched: boolean) => {
  Object.assign(server, { tally });
  leave();
  leave = isWatched ? server.show(writer) : () => {};
};
const ways = [
  { name: "counted by channel, source and RCODE alone", begin: () => begin(tallies.few, false), isRead: false },
  { name: "counted by all that is counted", begin: () => begin(tallies.all, false), isRead: false },
  { name: "the same, written down", begin: () => begin(tallies.all, true), isRead: false },
  { name: "the same, written down and read", begin: () => begin(tallies.all, true), isRead: true },
];
const bestMs = ways.map(() => Infinity);
const slot = new ReplySlot();
for (let round = 0; round < ROUNDS; round++) {
  ways.forEach((way, i) => {
    way.begin();
    const startMs = performance.now();
    for (let k = 0; k < OPERATIONS; k++) server.handle(datagram, CLIENT, slot);
    if (way.isRead) reader.read((record) => void (sum += record.sizeOctets + record.tookMs), Infinity);
    const ms = performance.now() - startMs;
    if (round > ROUNDS / 10) bestMs[i] = Math.min(bestMs[i]!, ms);
  });
}
if (Number.isNaN(sum) || resources.counters.cacheMisses > 0) throw new Error("These are no hits");
ways.forEach(({ name }, i) => {
  const [ns, moreNs] = [bestMs[i]!, bestMs[i]! - bestMs[0]!].map((ms) => ms * 1e6 / OPERATIONS);
  console.log(`${ns!.toFixed(0).padStart(5)} ns a hit ${`+${moreNs!.toFixed(0)}`.padStart(5)}  ${name}`);
});

function remember(): void {
  const { store, ageClock: clock } = resources;
  const memory = new ResponseCache({ store: store!, rules: RULES, staleMs: 0, clock });
  const { wire: octets, scan, key } = new Query({ wire: datagram, client: CLIENT, deadlineMs: 0 });
  const answer = new Response();
  const answers = records("www.some-name.example.org 600 IN A 192.0.2.1");
  answer.read(response({ questions: [question(ASKED)], answers }));
  memory.learn({ wire: octets, scan, key }, 0, answer, []);
}
