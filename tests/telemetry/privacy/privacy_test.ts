import { assertEquals, assertNotEquals } from "@std/assert";
import { NOTHING_HIDDEN, type PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { clientText } from "../../../lib/telemetry/privacy/client_text.ts";
import { Privacy } from "../../../lib/telemetry/privacy.ts";
import type { Observation, ObservationRecord } from "../../../lib/observe/observation.ts";
import { type Name, nameToText } from "../../../lib/wire/name.ts";
import { FakeRecord, OBSERVATION } from "../../support/fake_record.ts";
import { scriptedSource } from "../../support/fake_random.ts";

const DAY_MS = 86_400_000;

function privacy(settings: Partial<PrivacySettings>): Privacy {
  return new Privacy({ ...NOTHING_HIDDEN, ...settings }, scriptedSource());
}

/** The client of what is told of one who has asked, by both ways. */
function toldClient(settings: Partial<PrivacySettings>, client: string): string[] {
  const one = privacy(settings);
  return [one.tell({ ...OBSERVATION, client })!.client, clientText(clientOf(one.veil(new FakeRecord({ client }))!))];
}

function toldName(settings: Partial<PrivacySettings>, name: string): string[] {
  const one = privacy(settings);
  return [one.tell({ ...OBSERVATION, name })!.name, nameText(one.veil(new FakeRecord({ name }))!)];
}

function isTold(settings: Partial<PrivacySettings>, parts: Partial<Observation>): boolean[] {
  const one = privacy(settings);
  return [one.tell({ ...OBSERVATION, ...parts }) !== null, one.veil(new FakeRecord(parts)) !== null];
}

function clientOf(record: ObservationRecord): Uint8Array {
  const octets = new Uint8Array(16);
  assertEquals(record.copyClient(octets, 0), record.clientOctetCount);
  return octets.subarray(0, record.clientOctetCount);
}

function nameText(record: ObservationRecord): string {
  const octets: Name = new Uint8Array(256);
  assertEquals(record.copyName(octets, 0), record.nameOctetCount);
  if (record.nameOctetCount === 0) return "";
  const text = nameToText(octets.subarray(0, record.nameOctetCount));
  return text === "." ? text : text.slice(0, -1);
}

const CLIENTS: readonly [PrivacySettings["clients"], string, string][] = [
  ["full", "192.0.2.77", "192.0.2.77"],
  ["full", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"],
  ["network", "192.0.2.77", "192.0.2.0/24"],
  ["network", "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
  ["network", "fe80::1:2", "fe80::/48"],
  ["network", "::ffff:192.0.2.77", "192.0.2.0/24"],
  ["none", "192.0.2.77", ""],
  ["none", "2001:db8:1:2:3:4:5:6", ""],
];
for (const [clients, client, told] of CLIENTS) {
  Deno.test(`Privacy with clients = "${clients}" tells of ${client} ${told || "nothing"}`, () => {
    assertEquals(toldClient({ clients }, client), [told, told]);
  });
}

Deno.test("Privacy tells nothing of a client with an address that cannot be read, unless it tells all", () => {
  const told = (clients: PrivacySettings["clients"]) =>
    privacy({ clients }).tell({ ...OBSERVATION, client: "[?" })!.client;
  assertEquals([told("network"), told("pseudonym"), told("none"), told("full")], ["", "", "", "[?"]);
});

Deno.test("Privacy with pseudonyms calls a client the same all day, and otherwise the next day and after another start", () => {
  const one = privacy({ clients: "pseudonym" });
  const told = (timeMs: number, client = "192.0.2.77") => one.tell({ ...OBSERVATION, client, timeMs })!.client;
  const morning = 20_000 * DAY_MS;
  const name = told(morning);
  assertEquals(/^[0-9a-f]{16}$/.test(name), true);
  assertEquals(told(morning + DAY_MS - 1), name);
  assertEquals(told(morning, "::ffff:192.0.2.77"), name);
  assertNotEquals(told(morning, "192.0.2.78"), name);
  assertNotEquals(told(morning + DAY_MS), name);
  // No key is used twice.
  assertNotEquals(told(morning), name);
  const other = new Privacy({ ...NOTHING_HIDDEN, clients: "pseudonym" }, scriptedSource([1, 2, 3]));
  assertNotEquals(other.tell({ ...OBSERVATION, timeMs: morning })!.client, name);
});

Deno.test("Privacy calls a client the same whether the record is read or kept", () => {
  const one = privacy({ clients: "pseudonym" });
  const veiled = one.veil(new FakeRecord())!;
  assertEquals(clientText(clientOf(veiled)), one.tell(OBSERVATION)!.client);
  assertEquals(veiled.toObservation(), one.tell(OBSERVATION));
});

const NAMES: readonly [PrivacySettings["names"], string, string][] = [
  ["full", "www.example.com", "www.example.com"],
  ["full", ".", "."],
  ["domain", "a.b.www.example.com", "example.com"],
  ["domain", "example.com", "example.com"],
  ["domain", "com", "com"],
  ["domain", ".", "."],
  ["domain", "a\\.b.c\\.d.e", "c\\.d.e"],
  ["none", "www.example.com", ""],
];
for (const [names, name, told] of NAMES) {
  Deno.test(`Privacy with names = "${names}" tells of ${name} ${told || "nothing"}`, () => {
    assertEquals(toldName({ names }, name), [told, told]);
  });
}

Deno.test("Privacy tells the group with the client alone, and the reason with the name alone", () => {
  const parts = { group: "laptop", reason: "list ads, line 4" };
  const told = (settings: Partial<PrivacySettings>) => {
    const { group, reason } = privacy(settings).veil(new FakeRecord(parts))!;
    assertEquals(privacy(settings).tell({ ...OBSERVATION, ...parts }), {
      ...privacy(settings).tell(OBSERVATION)!,
      group,
      reason,
    });
    return [group, reason];
  };
  assertEquals(told({}), ["laptop", "list ads, line 4"]);
  assertEquals(told({ clients: "network" }), ["", "list ads, line 4"]);
  assertEquals(told({ names: "domain" }), ["laptop", ""]);
  assertEquals(told({ clients: "none", names: "none" }), ["", ""]);
});

Deno.test("Privacy tells why nobody could tell whatever it tells of names, without the name", () => {
  const told = (names: PrivacySettings["names"], parts: Partial<Observation>) => {
    const one = privacy({ names });
    const { reason } = one.veil(new FakeRecord(parts))!;
    assertEquals(one.tell({ ...OBSERVATION, ...parts })!.reason, reason);
    return reason;
  };
  const source = "failure";
  const plain = "No reply from any of 9.9.9.9:53, tls://dns.example:853";
  for (const names of ["full", "domain", "none"] as const) {
    assertEquals(told(names, { source, reason: plain, name: "www.example.com" }), plain);
    assertEquals(told(names, { source: "refused", reason: "overload" }), "overload");
  }
  const reason = "9.9.9.9:53 says of WWW.example.com that example.com is broken";
  assertEquals(told("full", { source, reason, name: "www.example.com" }), reason);
  for (const names of ["domain", "none"] as const) {
    assertEquals(told(names, { source, reason, name: "www.example.com" }), "9.9.9.9:53 says of … that … is broken");
    assertEquals(told(names, { source, reason: "nobody knows printer", name: "printer" }), "nobody knows …");
    assertEquals(told(names, { source: "blocked", reason: "list ads, line 4" }), "");
  }
});

Deno.test("Privacy tells no reason that names the client's group, unless it tells the group", () => {
  const record = new FakeRecord({ group: "laptop", reason: "[clients.laptop] safe-search" });
  assertEquals(privacy({ clients: "network" }).veil(record)!.reason, "");
  assertEquals(privacy({}).veil(record)!.reason, "[clients.laptop] safe-search");
});

Deno.test("Privacy tells nothing of domains that are to be ignored, and of all below them", () => {
  const ignore = ["in-addr.arpa", "Quiet.Example"];
  assertEquals(isTold({ ignore }, { name: "77.2.0.192.in-addr.arpa" }), [false, false]);
  assertEquals(isTold({ ignore }, { name: "in-addr.arpa" }), [false, false]);
  assertEquals(isTold({ ignore }, { name: "a.quiet.example" }), [false, false]);
  assertEquals(isTold({ ignore }, { name: "notquiet.example" }), [true, true]);
  assertEquals(isTold({ ignore }, { name: "arpa" }), [true, true]);
  assertEquals(isTold({ ignore, names: "none" }, { name: "a.quiet.example" }), [false, false]);
  assertEquals(isTold({ ignore: ["."] }, { name: "example" }), [false, false]);
});

Deno.test("Privacy tells nothing of client groups that are hidden", () => {
  const hiddenGroups = ["laptop"];
  assertEquals(isTold({ hiddenGroups }, { group: "laptop" }), [false, false]);
  assertEquals(isTold({ hiddenGroups }, { group: "" }), [true, true]);
});

Deno.test("Privacy that hides nothing passes everything on as it is", () => {
  const record = new FakeRecord();
  assertEquals(privacy({}).veil(record), record);
  assertEquals(privacy({}).tell(OBSERVATION), OBSERVATION);
});

Deno.test("Privacy.follow() keeps the names of the day unless something else is to be told", () => {
  const one = privacy({ clients: "pseudonym" });
  const { client } = one.tell(OBSERVATION)!;
  const settings = { ...NOTHING_HIDDEN, clients: "pseudonym" as const };
  assertEquals(one.follow(settings).tell(OBSERVATION)!.client, client);
  assertEquals(one.follow({ ...settings, clients: "none" }).tell(OBSERVATION)!.client, "");
});
