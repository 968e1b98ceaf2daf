import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { formatIp } from "../../../lib/base/net/ip.ts";
import { octetsOf } from "../../../lib/base/net/zone.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import { Privacy } from "../../../lib/telemetry/privacy.ts";
import { NOTHING_HIDDEN, type PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { LINE_OCTETS_MAX, LineEncoder } from "../../../lib/telemetry/query_log/line_encoder.ts";
import { rcodeToText, typeToText } from "../../../lib/wire/iana.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { FakeRecord, OBSERVATION } from "../../support/fake_record.ts";
import { scriptedSource } from "../../support/fake_random.ts";

function lineOf(
  parts: Partial<Observation>,
  settings: Partial<PrivacySettings> = {},
  encoder = new LineEncoder(),
): string {
  const octets = new Uint8Array(LINE_OCTETS_MAX + 5);
  const told = new Privacy({ ...NOTHING_HIDDEN, ...settings }, scriptedSource()).veil(new FakeRecord(parts))!;
  return new TextDecoder().decode(octets.subarray(5, encoder.write(told, octets, 5)));
}

Deno.test("LineEncoder.write() says what was seen, in one line of JSON", () => {
  assertEquals(
    lineOf({}),
    '{"time":"2026-11-30T14:02:37.123Z","tookMs":1.250,"channel":"udp","client":"192.0.2.77","name":"www.example.com",' +
      '"type":"A","source":"upstream","rcode":"NOERROR","upstream":"9.9.9.9:53","sizeOctets":58}\n',
  );
  assertEquals(
    lineOf({
      group: "kids",
      reason: "list ads, line 4",
      upstream: null,
      source: "blocked",
      rcode: 3,
      tookMs: 0.02,
      type: 65,
    }),
    '{"time":"2026-11-30T14:02:37.123Z","tookMs":0.020,"channel":"udp","client":"192.0.2.77","group":"kids",' +
      '"name":"www.example.com","type":"HTTPS","source":"blocked","rcode":"NXDOMAIN","reason":"list ads, line 4","sizeOctets":58}\n',
  );
});

Deno.test("LineEncoder.write() has no field for what is hidden", () => {
  assertEquals(
    lineOf({ group: "kids", reason: "list ads" }, { clients: "none", names: "none" }),
    '{"time":"2026-11-30T14:02:37.123Z","tookMs":1.250,"channel":"udp",' +
      '"type":"A","source":"upstream","rcode":"NOERROR","upstream":"9.9.9.9:53","sizeOctets":58}\n',
  );
  assertEquals(JSON.parse(lineOf({}, { clients: "network", names: "domain" })).client, "192.0.2.0/24");
});

const NAME = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 3 }).map((labels) => {
  const name = Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]);
  return nameToText(name).toLowerCase();
});
const ANY_OBSERVATION = fc.record({
  timeMs: fc.integer({ min: 0, max: 4e12 }),
  tookUs: fc.integer({ min: 0, max: 1e9 }),
  name: NAME,
  client: fc.oneof(fc.ipV4(), fc.ipV6().filter((text) => !text.includes("."))),
  group: fc.constantFrom("", "kids"),
  type: fc.integer({ min: 0, max: 65535 }),
  rcode: fc.integer({ min: 0, max: 4095 }),
  source: fc.constantFrom("cache", "blocked"),
  upstream: fc.option(fc.string({ unit: "binary", maxLength: 400 })),
  reason: fc.string({ unit: "binary", maxLength: 400 }),
  sizeOctets: fc.integer({ min: 0, max: 65535 }),
  isTruncated: fc.boolean(),
  wantsDnssec: fc.boolean(),
  worker: fc.integer({ min: 0, max: 256 }),
});

Deno.test("LineEncoder.write() writes lines that say the same when they are read, whatever was seen", () => {
  const encoder = new LineEncoder();
  fc.assert(fc.property(ANY_OBSERVATION, ({ tookUs, ...parts }) => {
    const line = lineOf({ ...parts, tookMs: tookUs / 1000 }, {}, encoder);
    assertEquals([line.indexOf("\n"), new TextEncoder().encode(line).length <= LINE_OCTETS_MAX], [
      line.length - 1,
      true,
    ]);
    const told = new Privacy({ ...NOTHING_HIDDEN, clients: "full" }, scriptedSource()).tell({
      ...OBSERVATION,
      ...parts,
    })!;
    const { time, tookMs, client, ...rest } = JSON.parse(line);
    assertEquals(Date.parse(time), told.timeMs);
    assertEquals(Math.round(tookMs * 1000), tookUs);
    assertEquals(client, formatIp(octetsOf(parts.client)!));
    const cut = (text: string) => wellFormed(text.slice(0, 300));
    assertEquals(rest, {
      channel: "udp",
      ...(told.group !== "" && { group: told.group }),
      name: told.name === "." ? "." : told.name.replace(/\.$/, ""),
      type: typeToText(told.type),
      source: told.source,
      rcode: rcodeToText(told.rcode),
      ...(told.upstream !== null && { upstream: cut(told.upstream) }),
      ...(told.reason !== "" && { reason: cut(told.reason) }),
      sizeOctets: told.sizeOctets,
      ...(told.isTruncated && { isTruncated: true }),
      ...(told.wantsDnssec && { wantsDnssec: true }),
      ...(told.worker > 0 && { worker: told.worker }),
    });
  }));
});

/** JSON.stringify writes a half of a character as an escape, which comes back as it was. */
function wellFormed(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
