import { assertEquals, assertStringIncludes } from "@std/assert";
import { Split } from "../../../lib/resolver/questions/split.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode, decodeQuestions } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { putUint16 } from "../../../lib/wire/octets.ts";
import { hex, lines, question } from "../../support/messages.ts";
import { clientQuery, responseTo, StubResolver } from "../../support/resolving.ts";

// An upstream compresses names against its own message. In the merged one the same pointer leads to another question's
// name: a record would silently name the wrong host. "c00c" below points to the question, "t.example".

const FULL = "0174076578616d706c6500";

/** Record type, its RDATA as the upstream wrote it, its presentation after the merge, and whether it may be compressed. */
const TRAPS: readonly [keyof typeof TYPE, rdata: string, text: string, isCompressible: boolean][] = [
  ["NS", "026e73 c00c", "ns.t.example.", true],
  ["CNAME", "0177 c00c", "w.t.example.", true],
  ["PTR", "c00c", "t.example.", true],
  ["MX", "000a c00c", "10 t.example.", true],
  ["MINFO", "c00c 0177 c00c", "t.example. w.t.example.", true],
  [
    "SOA",
    "c00c 0177 c00c 00000001 00000002 00000003 00000004 00000005",
    "t.example. w.t.example. 1 2 3 4 5",
    true,
  ],
  // RFC 3597 §4: not to be compressed, yet servers do.
  ["SRV", "0001 0002 0035 c00c", "1 2 53 t.example.", false],
  ["DNAME", "c00c", "t.example.", false],
  ["RP", "0177 c00c c00c", "w.t.example. t.example.", false],
  ["AFSDB", "0001 c00c", "1 t.example.", false],
  ["RT", "0005 c00c", "5 t.example.", false],
  ["KX", "0005 c00c", "5 t.example.", false],
  ["PX", "0005 c00c 0177c00c", "5 t.example. w.t.example.", false],
  ["NAPTR", "0001 0002 0173 00 00 c00c", '1 2 "s" "" "" t.example.', false],
  [
    "RRSIG",
    "0001 0d 02 0000012c 00000002 00000001 0007 c00c 01020304",
    "A 13 2 300 19700101000002 19700101000001 7 t.example. AQIDBA==",
    false,
  ],
  ["NSEC", "c00c 0001 40", "t.example. A", false],
  ["SVCB", "0001 c00c 0003 0002 01bb", "1 t.example. port=443", false],
  ["HTTPS", "0000 c00c", "0 t.example.", false],
];

/** The response to "t.example" with one record, put together by hand: no encoder of ours would write some of these. */
function replyWith(type: number, rdata: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = hex(`0000 8180 0001 0001 0000 0000 ${FULL} 00ff 0001 c00c 0000 0001 0000012c 0000`);
  const reply = new Uint8Array(head.length + rdata.length);
  reply.set(head);
  reply.set(rdata, head.length);
  putUint16(reply, 12 + FULL.length / 2, type);
  putUint16(reply, head.length - 10, type);
  putUint16(reply, head.length - 2, rdata.length);
  return reply;
}

for (const [mnemonic, rdata, text, isCompressible] of TRAPS) {
  Deno.test(`[3597_03] [multi_04] Split.resolve() expands the pointers of ${mnemonic} out of the upstream's message`, async () => {
    const type = TYPE[mnemonic];
    const next = new StubResolver((query) => {
      const [{ name }] = decodeQuestions(query.wire) as [ReturnType<typeof question>];
      return nameToText(name) === "t.example." ? replyWith(type, hex(rdata)) : responseTo(query);
    });
    const split = new Split({ next, multiQuestion: "split" });
    // What stands at offset 12 of the merged message is not what stood there in the upstream's.
    const questions = [question("decoy.example.org"), { ...question("t.example"), type }];
    const { octets: merged } = await split.resolve(clientQuery({ questions }));
    assertEquals(lines(decode(merged).answers), [`t.example. 300 IN ${mnemonic} ${text}`]);
    // [3597_02] what may not be compressed stands there in full.
    const expanded = rdata.replaceAll(" ", "").replaceAll("c00c", FULL);
    if (!isCompressible) assertStringIncludes(merged.toHex(), expanded);
  });
}

Deno.test("[3597_01] Split.resolve() passes RDATA of unknown types bit by bit, even what looks like a pointer", async () => {
  const next = new StubResolver((query) => {
    const [{ name }] = decodeQuestions(query.wire) as [ReturnType<typeof question>];
    return nameToText(name) === "t.example." ? replyWith(65_280, hex("c00c 00ff")) : responseTo(query);
  });
  const split = new Split({ next, multiQuestion: "split" });
  const questions = [question("decoy.example.org"), question("t.example TYPE65280")];
  const { answers } = decode((await split.resolve(clientQuery({ questions }))).octets);
  assertEquals(lines(answers), ["t.example. 300 IN TYPE65280 \\# 4 c00c00ff"]);
});
