import { assertEquals } from "@std/assert";
import { admit, ADMITTED } from "../../../lib/server/admission/message_check.ts";
import { finish } from "../../support/finish.ts";
import { EDE, RCODE, rcodeToText } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { ednsOf, opt, question, questionLines } from "../../support/messages.ts";
import { clientQuery } from "../../support/resolving.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";

const REJECTED: readonly [ids: string, type: string, rcode: number, infoCode: number][] = [
  ["[transfer_01]", "AXFR", RCODE.REFUSED, EDE.NOT_SUPPORTED],
  ["[transfer_01]", "IXFR", RCODE.REFUSED, EDE.NOT_SUPPORTED],
  ["[6895_01]", "OPT", RCODE.FORMERR, EDE.INVALID_QUERY_TYPE],
  ["[6895_01]", "TSIG", RCODE.FORMERR, EDE.INVALID_QUERY_TYPE],
  ["[9824_01]", "NXNAME", RCODE.FORMERR, EDE.INVALID_QUERY_TYPE],
  ["[6895_01]", "TKEY", RCODE.NOTIMP, EDE.NOT_SUPPORTED],
  ["[6895_01]", "MAILA", RCODE.NOTIMP, EDE.NOT_SUPPORTED],
  ["[6895_01]", "MAILB", RCODE.NOTIMP, EDE.NOT_SUPPORTED],
];

for (const [ids, type, rcode, infoCode] of REJECTED) {
  for (const rrclass of [1, 3]) {
    for (const recursionAvailable of [true, false]) {
      Deno.test(`${ids} admit() answers ${type} in class ${rrclass} with ${rcodeToText(rcode)}, RA=${recursionAvailable}`, () => {
        const asked = question(`eXample.org ${type} ${rrclass}`);
        const query = clientQuery({ questions: [asked], additionals: [opt()] });
        const verdict = admit(query);
        const reply = decode(finish(verdict as Reply, query, recursionAvailable));
        assertEquals([reply.rcode, questionLines(reply.questions), reply.answers, reply.authorities], [
          rcode,
          questionLines([asked]),
          [],
          [],
        ]);
        assertEquals(query.reply.extendedErrors.map((error) => error.infoCode), [infoCode]);
        assertEquals([reply.recursionAvailable, ednsOf(reply)!.version], [recursionAvailable, 0]);
      });
    }
  }
}

Deno.test("[8906_01] admit() lets types pass that have no meaning yet, meta types among them, and ANY", () => {
  for (const type of ["TYPE0", "TYPE129", "TYPE248", "ANY", "TYPE65535", "DNAME", "APL", "SIG"]) {
    const text = type === "APL" ? "TYPE42" : type;
    assertEquals(admit(clientQuery({ questions: [question(`example.org ${text}`)] })), ADMITTED, type);
  }
});
