import { assertEquals, assertStrictEquals } from "@std/assert";
import { CHANNELS, Client } from "../../lib/resolver/client.ts";
import { partOf } from "../../lib/resolver/part_of.ts";
import { Query } from "../../lib/resolver/query.ts";
import { octetsFor, ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { SCAN } from "../../lib/wire/scan.ts";
import { opt, question, wire } from "../support/messages.ts";
import { CLIENT, clientQuery, rawQuery } from "../support/resolving.ts";

const QUESTIONS = [question("example.org"), question("example.com AAAA")];

/** Size that the client advertises (`null`: no OPT), most octets of a reply, most octets of it without our OPT record. */
const SIZES: readonly [number | null, number, number][] = [
  // RFC 1035 §4.2.1
  [null, 512, 512],
  // RFC 6891 §6.2.3: "Values lower than 512 MUST be treated as equal to 512."
  [0, 512, 501],
  [511, 512, 501],
  [512, 512, 501],
  [900, 900, 889],
  [1232, 1232, 1221],
  // RFC 9715 R2: the lower of theirs and ours.
  [1233, 1232, 1221],
  [65_535, 1232, 1221],
];

for (const [size, replyOctetsMax, bodyOctetsMax] of SIZES) {
  Deno.test(`[6891_05] [9715_02] [1035_01] Query.replyOctetsMax for an advertised size of ${size ?? "none"}`, () => {
    const query = clientQuery({ additionals: size === null ? [] : [opt({ udpPayloadOctets: size })] });
    assertEquals([query.replyOctetsMax, query.bodyOctetsMax], [replyOctetsMax, bodyOctetsMax]);
  });
}

Deno.test("octetsFor() gives the slot for what fits there with our OPT record, over streams as well, and fresh octets for the rest", () => {
  for (const [channel, octetsMax] of [["udp", 889], ["tcp", 1221]] as const) {
    const { wire } = clientQuery({ additionals: [opt({ udpPayloadOctets: 900 })] });
    const slot = new ReplySlot();
    const client = new Client(CLIENT.hostname, channel);
    const query = new Query({ wire, client, deadlineMs: 2000, slot });
    const isInSlot = (octets: number) => slot.holds(octetsFor(query, octets));
    assertEquals([1, octetsMax, octetsMax + 1, 60_000].map(isInSlot), [true, true, false, false]);
    assertEquals(octetsFor(query, 60_000).length, 60_000);
    slot.isTaken = true;
    assertEquals(isInSlot(1), false);
  }
});

for (const channel of CHANNELS) {
  Deno.test(`Query.replyOctetsMax and isAddressProven over ${channel} are those of a ${channel === "udp" ? "datagram" : "stream"}`, () => {
    const { wire } = clientQuery({ additionals: [opt({ udpPayloadOctets: 1232 })] });
    const query = new Query({ wire, client: new Client(CLIENT.hostname, channel), deadlineMs: 2000 });
    const isStream = channel !== "udp";
    assertEquals([query.replyOctetsMax, query.isAddressProven], [isStream ? 65_535 : 1232, isStream]);
    query.hasValidCookie = true;
    assertEquals(query.isAddressProven, true);
  });
}

Deno.test("[6840_01] Query.understandsAd holds for clients that set AD or DO", () => {
  assertEquals(clientQuery({}).understandsAd, false);
  assertEquals(clientQuery({ additionals: [opt()] }).understandsAd, false);
  assertEquals(clientQuery({ isAuthenticData: true }).understandsAd, true);
  assertEquals(clientQuery({ additionals: [opt({ wantsDnssec: true })] }).understandsAd, true);
});

Deno.test("Query.apart() is the same query, and stays as it is when the octets of the first one are used again", () => {
  const octets = wire({ id: 7, questions: QUESTIONS.slice(0, 1), additionals: [opt({ wantsDnssec: true })] });
  const asItCame = octets.slice();
  const query = rawQuery(octets);
  const apart = query.apart();
  octets.fill(0xee);
  assertEquals(apart.wire, asItCame);
  assertEquals([apart.client, apart.deadlineMs, apart.qtype], [query.client, query.deadlineMs, 1]);
  assertEquals([apart.scan.id, apart.scan.wantsDnssec, apart.scan.questionsEnd], [7, true, asItCame.length - 11]);
  assertEquals([apart.slot, apart.reply.extendedErrors === query.reply.extendedErrors], [null, false]);
});

Deno.test("Query.questionOctets is the section as it came, and empty when it cannot be read", () => {
  const octets = wire({ questions: QUESTIONS, additionals: [opt()] });
  assertEquals(rawQuery(octets).questionOctets, octets.subarray(12, octets.length - 11));
  const cut = rawQuery(octets.subarray(0, 20));
  assertEquals([cut.scan.status, cut.questionOctets.length], [SCAN.malformed, 0]);
  assertEquals(rawQuery(octets.subarray(0, 3)).questionOctets.length, 0);
});

Deno.test("partOf() is the message that would have come with this one question alone", () => {
  for (const additionals of [[], [opt({ wantsDnssec: true, options: [{ code: 65_001, data: new Uint8Array(3) }] })]]) {
    const fields = { isAuthenticData: true, checkingDisabled: true, additionals };
    const query = clientQuery({ ...fields, questions: QUESTIONS }, 1234);
    const part = partOf(query, QUESTIONS[1]!);
    assertEquals(part.wire, clientQuery({ ...fields, questions: [QUESTIONS[1]!] }).wire);
    assertEquals([part.scan.status, part.deadlineMs], [SCAN.ok, 1234]);
    assertStrictEquals(part.client, CLIENT);
    part.reply.extendedErrors.push({ infoCode: 0, text: "of this part" });
    assertEquals(query.reply.extendedErrors, []);
  }
});

Deno.test("Query.view goes along with what is made of a query, and not with the next message", () => {
  const query = clientQuery({ questions: QUESTIONS });
  assertEquals(query.view, 0);
  query.view = 3;
  assertEquals([query.apart().view, partOf(query, QUESTIONS[0]!).view], [3, 3]);
  query.begin(query.wire, CLIENT, 2000, null);
  assertEquals(query.view, 0);
});

Deno.test("partOf() leaves records of other kinds behind", () => {
  const { name } = question("example.org");
  const answers = [{ name, type: 1, class: 1, ttl: 0, rdata: new Uint8Array(4) }];
  const query = clientQuery({ questions: QUESTIONS, answers, authorities: answers, additionals: [...answers, opt()] });
  assertEquals(
    partOf(query, QUESTIONS[0]!).wire,
    clientQuery({ questions: [QUESTIONS[0]!], additionals: [opt()] }).wire,
  );
});
