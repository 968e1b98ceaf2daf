/**
 * What a line of the query log costs: `deno bench bench/micro/query_log_bench.ts`. The times are for 1000 operations, so
 * microseconds are nanoseconds of one.
 *
 * @module
 */
import { Privacy } from "../../lib/telemetry/privacy.ts";
import { CLIENT_LEVELS, NOTHING_HIDDEN } from "../../lib/telemetry/privacy/levels.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "../../lib/telemetry/query_log/line_encoder.ts";
import { FakeRecord } from "../../tests/support/fake_record.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const OPERATIONS = 1000;
const random = new SeededRandom(1);
const records = Array.from({ length: OPERATIONS }, (_, i) =>
  new FakeRecord({
    timeMs: Date.UTC(2026, 10, 30) + 7 * i,
    tookMs: random.fraction() * 20,
    client: random.chance(0.5) ? `192.0.2.${random.below(256)}` : `2001:db8::${random.below(500).toString(16)}`,
    name: `www${random.below(5000)}.example${random.below(300)}.com`,
    type: random.pick([1, 28, 65]),
    source: random.pick(["cache", "upstream", "blocked"]),
    reason: random.chance(0.2) ? "list ads, line 48211" : "",
  }));
const octets = new Uint8Array(LINE_OCTETS_MAX);

for (const clients of CLIENT_LEVELS) {
  const encoder = new LineEncoder();
  const privacy = new Privacy({ ...NOTHING_HIDDEN, clients }, random);
  Deno.bench(`a line, clients ${clients}`, { group: "line" }, () => {
    for (const record of records) encoder.write(privacy.veil(record)!, octets, 0);
  });
}
Deno.bench("JSON.stringify", { group: "line" }, () => {
  for (const record of records) new TextEncoder().encodeInto(`${JSON.stringify(record.toObservation())}\n`, octets);
});
