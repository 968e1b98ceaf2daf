import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CLASS, OPCODE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, decodeQuestions, encode, type Message } from "../../lib/wire/message.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { questionToText, recordToText } from "../../lib/wire/text/record_text.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { messages, mutate, mutations, octets } from "./arbitraries.ts";
import { hex, withHeader } from "./octets.ts";

const EMPTY: Message = {
  id: 0,
  isResponse: false,
  opcode: OPCODE.QUERY,
  isAuthoritative: false,
  isTruncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  isAuthenticData: false,
  checkingDisabled: false,
  rcode: RCODE.NOERROR,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** What was seen on the wire, with addresses and names of the documentation ranges put in. */
const CAPTURED = [
  {
    what: "query of a stub resolver with EDNS",
    wire: `c3a1 0120 0001 0000 0000 0001
      03 777777 07 6578616d706c65 03 6f7267 00 0001 0001
      00 0029 04d0 00000000 000c 000a 0008 0102030405060708`,
    header: { id: 0xc3a1, recursionDesired: true, isAuthenticData: true },
    lines: ["www.example.org. IN A", ". 0 CLASS1232 OPT \\# 12 000a00080102030405060708"],
  },
  {
    what: "response with a CNAME chain, every name compressed",
    wire: `0001 8180 0001 0002 0000 0000
      03 777777 07 6578616d706c65 03 6f7267 00 0001 0001
      c00c 0005 0001 0000012c 0006 03 63646e c010
      c02d 0001 0001 0000003c 0004 c0000201`,
    header: { id: 1, isResponse: true, recursionDesired: true, recursionAvailable: true },
    lines: [
      "www.example.org. IN A",
      "www.example.org. 300 IN CNAME cdn.example.org.",
      "cdn.example.org. 60 IN A 192.0.2.1",
    ],
  },
  {
    what: "negative response with SOA",
    wire: `beef 8583 0001 0000 0001 0000
      02 6e78 07 6578616d706c65 03 6f7267 00 001c 0001
      c00f 0006 0001 00000e10 0026 02 6e73 c00f 0a 686f73746d6173746572 c00f 78a40e21 00001c20 00000e10 00127500 00000e10`,
    header: {
      id: 0xbeef,
      isResponse: true,
      isAuthoritative: true,
      recursionDesired: true,
      recursionAvailable: true,
      rcode: RCODE.NXDOMAIN,
    },
    lines: [
      "nx.example.org. IN AAAA",
      "example.org. 3600 IN SOA ns.example.org. hostmaster.example.org. 2024017441 7200 3600 1209600 3600",
    ],
  },
  {
    what: "truncated response without records",
    wire: "0002 8380 0001 0000 0000 0000 07 6578616d706c65 03 6f7267 00 00ff 0001",
    header: { id: 2, isResponse: true, isTruncated: true, recursionDesired: true, recursionAvailable: true },
    lines: ["example.org. IN ANY"],
  },
  {
    what: "notification of a changed zone",
    wire: "0003 2400 0001 0000 0000 0000 07 6578616d706c65 03 6f7267 00 0006 0001",
    header: { id: 3, opcode: OPCODE.NOTIFY, isAuthoritative: true },
    lines: ["example.org. IN SOA"],
  },
  {
    what: "version query in class CH",
    wire: "0004 0010 0001 0000 0000 0000 07 76657273696f6e 04 62696e64 00 0010 0003",
    header: { id: 4, checkingDisabled: true },
    lines: ["version.bind. CH TXT"],
  },
];

for (const { what, wire, header, lines } of CAPTURED) {
  Deno.test(`decode() reads a ${what}`, () => {
    const { questions, answers, authorities, additionals, ...decodedHeader } = decode(hex(wire));
    assertEquals({ ...EMPTY, ...decodedHeader, questions: [], answers: [] }, { ...EMPTY, ...header });
    const records = [...answers, ...authorities, ...additionals];
    assertEquals([...questions.map(questionToText), ...records.map(recordToText)], lines);
  });

  Deno.test(`encode() writes a ${what} as it came`, () => assertEquals(encode(decode(hex(wire))), hex(wire)));
}

Deno.test("decode(encode(m)) is m for any message [3597_01]", () => {
  fc.assert(fc.property(messages, (message) => assertEquals(decode(encode(message)), message)), { numRuns: 300 });
});

Deno.test("decode() returns a message or throws WireFormatError, for any octets", () => {
  fc.assert(
    fc.property(octets(0, 100), (array) => {
      try {
        decode(array);
      } catch (error) {
        if (!(error instanceof WireFormatError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("decode() of a spoilt message gives one that encode() and decode() keep, or WireFormatError", () => {
  fc.assert(
    fc.property(messages, mutations, (message, changes) => {
      let spoilt: Message;
      try {
        spoilt = decode(mutate(encode(message), changes));
      } catch (error) {
        if (error instanceof WireFormatError) return;
        throw error;
      }
      assertEquals(decode(encode(spoilt)), spoilt);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("decode() ignores octets behind the last record", () => {
  fc.assert(fc.property(messages, octets(0, 20), (message, trailing) => {
    assertEquals(decode(Uint8Array.from([...encode(message), ...trailing])), message);
  }));
});

Deno.test("decode() copies: the buffer may be reused", () => {
  fc.assert(fc.property(messages, (message) => {
    const wire = encode(message);
    const decoded = decode(wire);
    wire.fill(0xff);
    assertEquals(decoded, message);
  }));
});

Deno.test("decode() reads a message that is a view into a larger buffer", () => {
  const wire = hex(CAPTURED[1]!.wire);
  const buffer = new Uint8Array(wire.length + 7).fill(0xc0);
  buffer.set(wire, 5);
  assertEquals(decode(buffer.subarray(5, 5 + wire.length)), decode(wire));
});

Deno.test("decode() keeps the sender's spelling of names [4343_01]", () => {
  const { questions } = decode(withHeader([1, 0, 0, 0], "07 4578416d506c65 03 4f7267 00 0001 0001"));
  assertEquals(questions.map(({ name }) => nameToText(name)), ["ExAmPle.Org."]);
});

Deno.test("decodeQuestions() agrees with decode(), and minds only the question section", () => {
  fc.assert(fc.property(messages, (message) => {
    assertEquals(decodeQuestions(encode(message)), [...message.questions]);
    const questionsOnly = encode({ ...message, answers: [], authorities: [], additionals: [] });
    questionsOnly.fill(0xff, 6, 12);
    assertEquals(decodeQuestions(questionsOnly), [...message.questions]);
  }));
});

Deno.test("encode() refuses a section of more than 65535 entries", () => {
  const question = { name: nameFromText("."), type: TYPE.A, class: CLASS.IN };
  const questions = new Array(65536).fill(question);
  assertThrows(() => encode({ ...EMPTY, questions }), RangeError, "65535 is the most");
});
