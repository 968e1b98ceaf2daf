import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { readOpt } from "../../lib/wire/edns/edns.ts";
import { headerFromFlags } from "../../lib/wire/header.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message } from "../../lib/wire/message.ts";
import { readName } from "../../lib/wire/name.ts";
import { Reader } from "../../lib/wire/reader.ts";
import { MessageScan, NO_OPT, OPT_FAULT, SCAN, skipName } from "../../lib/wire/scan.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { messages, mutate, mutations, octets } from "./arbitraries.ts";
import { hex, withHeader } from "./octets.ts";
import { messagesNearTheBound } from "./pointer_messages.ts";

/** One object for every scan below: what a scan leaves behind must not show in the next one. */
const scan = new MessageScan();

Deno.test("MessageScan.scan() agrees with decode() on any octets", () => {
  fc.assert(fc.property(octets(0, 60), assertAgreement), { numRuns: 3000 });
});

Deno.test("MessageScan.scan() agrees with decode() on any octets behind a plausible header", () => {
  const counts = fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }), fc.nat({ max: 1 }), fc.nat({ max: 2 }));
  const small = fc.array(fc.oneof(fc.constantFrom(0, 0, 0, 1, 2, 15, 41, 0xc0, 12), fc.nat({ max: 255 })), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(counts, small, (counts, body) => assertAgreement(withHeader(counts, Uint8Array.from(body).toHex()))),
    { numRuns: 3000 },
  );
});

Deno.test("MessageScan.scan() agrees with decode() on any message", () => {
  fc.assert(fc.property(messages, (message) => assertAgreement(encode(message))), { numRuns: 300 });
});

Deno.test("MessageScan.scan() agrees with decode() on spoilt messages", () => {
  fc.assert(
    fc.property(messages, mutations, (message, changes) => assertAgreement(mutate(encode(message), changes))),
    { numRuns: 2000 },
  );
});

Deno.test("MessageScan.scan() agrees with decode() on messages near the bound of PointerWork, spoilt ones too", () => {
  fc.assert(
    fc.property(messagesNearTheBound, mutations, ({ message }, changes) => {
      assertAgreement(message);
      assertAgreement(mutate(message, changes));
    }),
    { numRuns: 100 },
  );
});

Deno.test("skipName() agrees with readName() wherever a name may begin and its section may end", () => {
  const small = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 0xc0, 12, 14), fc.nat({ max: 255 })), { maxLength: 40 });
  fc.assert(
    fc.property(small, fc.nat({ max: 52 }), fc.nat({ max: 52 }), (body, offset, sectionEnd) => {
      const octets = Uint8Array.from([...new Array<number>(12).fill(0), ...body]);
      const end = Math.min(sectionEnd, octets.length);
      if (offset > end) return;
      const reader = new Reader(octets, offset, end);
      const expected = valueOrNull(() => readName(reader)) === null ? -1 : reader.offset;
      assertEquals(skipName(octets, offset, end), expected);
    }),
    { numRuns: 3000 },
  );
});

const OPT = "00 0029 04d0 01020000 0000";
const A = "00 0001 0001 00000000 0004 c0000201";

for (
  const [what, wire, fault] of [
    ["no OPT", withHeader([0, 0, 0, 1], A), OPT_FAULT.none],
    ["one OPT behind another record", withHeader([0, 0, 0, 2], A + OPT), OPT_FAULT.none],
    ["one OPT before another record", withHeader([0, 0, 0, 2], OPT + A), OPT_FAULT.none],
    ["two OPT [6891_01]", withHeader([0, 0, 0, 2], OPT + OPT), OPT_FAULT.misplaced],
    ["OPT among the answers [6891_01]", withHeader([0, 1, 0, 0], OPT), OPT_FAULT.misplaced],
    ["OPT among the authorities [6891_01]", withHeader([0, 0, 1, 0], OPT), OPT_FAULT.misplaced],
    ["an answer's OPT and a proper one [6891_01]", withHeader([0, 1, 0, 1], OPT + OPT), OPT_FAULT.misplaced],
    ["OPT of another owner [6891_02]", withHeader([0, 0, 0, 1], `01 61 ${OPT}`), OPT_FAULT.owner],
    [
      "an option without length [6891_11]",
      withHeader([0, 0, 0, 1], "00 0029 04d0 00000000 0002 000a"),
      OPT_FAULT.options,
    ],
    [
      "an option longer than its record [6891_11]",
      withHeader([0, 0, 0, 1], "00 0029 04d0 00000000 0006 000a 0003 0102"),
      OPT_FAULT.options,
    ],
    [
      "a second option that is cut [6891_11]",
      withHeader([0, 0, 0, 1], "00 0029 04d0 00000000 0007 000a 0000 000b 00"),
      OPT_FAULT.options,
    ],
    [
      "two whole options",
      withHeader([0, 0, 0, 1], "00 0029 04d0 00000000 0009 000a 0001 ff 000b 0000"),
      OPT_FAULT.none,
    ],
  ] as const
) {
  Deno.test(`MessageScan.optFault of ${what}`, () => {
    assertEquals([scan.scan(wire), scan.optFault], [SCAN.ok, fault]);
    assertAgreement(wire);
  });
}

Deno.test("MessageScan shows what the OPT record says, and where it is", () => {
  const wire = withHeader([1, 0, 0, 2], `00 0001 0001 ${A} 00 0029 1000 0a 01 8000 0004 000c 0000`);
  scan.scan(wire);
  assertEquals([scan.udpPayloadOctets, scan.extendedRcode, scan.ednsVersion, scan.wantsDnssec], [4096, 10, 1, true]);
  assertEquals([scan.qtypeOffset, scan.questionsEnd, scan.optOffset, scan.optEnd, scan.end], [13, 17, 32, 47, 47]);
});

for (
  const [what, wire, isSigned] of [
    ["TSIG in the additional section", withHeader([0, 0, 0, 1], "00 00fa 00ff 00000000 0000"), true],
    ["TSIG in the answer section", withHeader([0, 1, 0, 0], "00 00fa 00ff 00000000 0000"), false],
    ["SIG that covers type 0", withHeader([0, 0, 0, 1], `00 0018 00ff 00000000 0014 ${"00".repeat(20)}`), true],
    ["SIG that covers type A", withHeader([0, 0, 0, 1], `00 0018 00ff 00000000 0014 0001 ${"00".repeat(18)}`), false],
  ] as const
) {
  Deno.test(`MessageScan.isSigned of ${what}`, () => {
    assertEquals([scan.scan(wire), scan.isSigned], [SCAN.ok, isSigned]);
  });
}

for (
  const [what, rdata, isOvercompressed] of [
    ["SRV with its target in full", "0021 0001 00000000 0009 0001 0002 0035 01 61 00", false],
    [
      "SRV with the root for its target, and a port that looks like a pointer",
      "0021 0001 00000000 0007 0001 0002 c0c0 00",
      false,
    ],
    ["SRV with a pointer [3597_02]", "0021 0001 00000000 0008 0001 0002 0035 c00c", true],
    ["SRV with a label and a pointer [3597_02]", "0021 0001 00000000 000a 0001 0002 0035 01 61 c00c", true],
    ["RRSIG with a pointer [3597_02]", `002e 0001 00000000 0015 ${"00".repeat(18)} c00c ff`, true],
    ["RP with a pointer in its second name [3597_02]", "0011 0001 00000000 0003 00 c00c", true],
    ["MX with a pointer", "000f 0001 00000000 0004 0001 c00c", false],
    ["an unknown type", "ff00 0001 00000000 0002 c00c", false],
  ] as const
) {
  Deno.test(`MessageScan.isOvercompressed of ${what}`, () => {
    const wire = withHeader([1, 1, 0, 0], `01 61 00 0001 0001  c00c ${rdata}`);
    assertEquals([scan.scan(wire), scan.isOvercompressed], [SCAN.ok, isOvercompressed]);
  });
}

Deno.test("MessageScan.scan() keeps the header's fields of a malformed message", () => {
  scan.scan(hex("abcd 8583 0001 0002 0003 0004 c00c"));
  assertEquals([scan.status, scan.id, scan.flags, scan.questionCount], [SCAN.malformed, 0xabcd, 0x8583, 1]);
  assertEquals([scan.isResponse, scan.opcode, scan.rcode, scan.questionsEnd], [true, 0, 3, 0]);
});

/** States that the scan and the whole reading of `octets` find the same. */
function assertAgreement(octets: Uint8Array): void {
  const message = valueOrNull(() => decode(octets));
  const status = scan.scan(octets);
  assertEquals(status, scan.status);
  assertEquals(status === SCAN.ok, message !== null);
  if (octets.length < 12) return assertEquals(status, SCAN.tooShort);
  assertEquals(scan.id, uint16At(octets, 0));
  assertQuestionsAgree(octets);
  if (message === null) return;
  const { questions, answers, authorities, additionals, ...header } = message;
  assertEquals<unknown>(headerFromFlags(scan.id, scan.flags), header);
  assertEquals([scan.isResponse, scan.opcode, scan.rcode], [header.isResponse, header.opcode, header.rcode]);
  assertEquals(
    [scan.questionCount, scan.answerCount, scan.authorityCount, scan.additionalCount],
    [questions.length, answers.length, authorities.length, additionals.length],
  );
  // The end is exact: one octet less, and it is no message.
  assertEquals(decode(octets.subarray(0, scan.end)), message);
  assertEquals(valueOrNull(() => decode(octets.subarray(0, scan.end - 1))), null);
  assertOptAgrees(octets, message);
}

function assertQuestionsAgree(octets: Uint8Array): void {
  const reader = new Reader(octets, 12);
  const end = valueOrNull(() => {
    for (let i = 0; i < uint16At(octets, 4); i++) {
      readName(reader);
      reader.skip(4);
    }
    return reader.offset;
  });
  assertEquals(scan.questionsEnd, end ?? 0);
}

function assertOptAgrees(octets: Uint8Array, { answers, authorities, additionals }: Message): void {
  const isOpt = ({ type }: { type: number }) => type === TYPE.OPT;
  const [first, second] = [...answers, ...authorities, ...additionals].filter(isOpt);
  assertEquals(scan.hasOpt, first !== undefined);
  assertEquals(
    scan.isSigned,
    additionals.some(({ type, rdata }) => type === TYPE.TSIG || (type === TYPE.SIG && uint16At(rdata, 0) === 0)),
  );
  if (first === undefined) return assertEquals([scan.optOffset, scan.optFault], [NO_OPT, OPT_FAULT.none]);
  const isPlaced = second === undefined && additionals.includes(first);
  assertEquals(scan.optFault === OPT_FAULT.misplaced, !isPlaced);
  if (!isPlaced) return;
  // An owner that only points to a root is refused as well: RFC 6891 §6.1.2 wants the octet 0.
  const isRoot = octets[scan.optOffset] === 0;
  assert(!isRoot || first.name.length === 1);
  assertEquals(scan.optFault === OPT_FAULT.owner, !isRoot);
  if (!isRoot) return;
  const edns = valueOrNull(() => readOpt(first));
  assertEquals(scan.optFault === OPT_FAULT.options, edns === null);
  if (edns === null) return;
  assertEquals(
    [scan.udpPayloadOctets, scan.extendedRcode, scan.ednsVersion, scan.wantsDnssec],
    [edns.udpPayloadOctets, edns.extendedRcode, edns.version, edns.wantsDnssec],
  );
}

/** What `read` returns, or `null` when it throws WireFormatError; anything else it throws is a bug. */
function valueOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}
