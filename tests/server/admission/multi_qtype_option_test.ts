import { assert, assertEquals } from "@std/assert";
import { finish } from "../../support/finish.ts";
import { admit, ADMITTED } from "../../../lib/server/admission/message_check.ts";
import { RateLimit } from "../../../lib/server/admission/rate_limit.ts";
import type { EdnsOption } from "../../../lib/wire/edns/edns.ts";
import { EDNS_OPTION, OPCODE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { ednsOf, hex, opt, question, response } from "../../support/messages.ts";
import { clientQuery } from "../../support/resolving.ts";
import { policy, settableClock } from "../../support/serving.ts";

const QUESTIONS = [question("example.org A")];

function asking(text: string): EdnsOption {
  return { code: EDNS_OPTION.MQTYPE_QUERY, data: hex(text) };
}

function query(options: readonly EdnsOption[], fields: Partial<Message> = {}) {
  return clientQuery({ questions: QUESTIONS, additionals: [opt({ options })], ...fields });
}

const MALFORMED: readonly [what: string, options: readonly EdnsOption[], fields?: Partial<Message>][] = [
  ["an empty list", [asking("")]],
  ["half a type", [asking("00")]],
  ["a type and a half", [asking("001c 00")]],
  ["a type that stands twice", [asking("001c 0010 001c")]],
  ["the type of the question", [asking("001c 0001")]],
  ["the option twice", [asking("001c"), asking("0010")]],
  ["the option twice, the same", [asking("001c"), asking("001c")]],
  ["ANY", [asking("00ff")]],
  ["AXFR behind others", [asking("001c 0010 000f 0021 00fc")]],
  ["IXFR", [asking("00fb")]],
  ["OPT", [asking("0029")]],
  ["TSIG", [asking("00fa")]],
  ["NXNAME", [asking("0080")]],
  ["type 0", [asking("0000")]],
  ["type 65535", [asking("ffff")]],
  ["a question for ANY", [asking("001c")], { questions: [question("example.org ANY")] }],
  ["a question for AXFR", [asking("001c")], { questions: [question("example.org AXFR")] }],
  ["no question", [asking("001c")], { questions: [] }],
  ["an MQTYPE-Response option", [{ code: EDNS_OPTION.MQTYPE_RESPONSE, data: hex("001c") }]],
  ["both options", [asking("001c"), { code: EDNS_OPTION.MQTYPE_RESPONSE, data: hex("") }]],
];

for (const [what, options, fields] of MALFORMED) {
  Deno.test(`[10029_01] Admission.judge() answers FORMERR to an MQTYPE option with ${what}`, () => {
    const asked = query(options, fields);
    const verdict = policy().judge(asked);
    assert(typeof verdict !== "string");
    const reply = decode(finish(verdict, asked));
    assertEquals([reply.rcode, reply.questions], [RCODE.FORMERR, []]);
    assertEquals(ednsOf(reply)!.options.map(({ code }) => code), [EDNS_OPTION.EXTENDED_ERROR]);
    assertEquals(asked.otherTypes, []);
  });
}

Deno.test("[10029_01] [2.1.4] [multi_02] Admission.judge() answers FORMERR to an MQTYPE option beside several questions", () => {
  const asked = query([asking("001c")], { questions: [...QUESTIONS, question("example.com A")] });
  const verdict = policy().judge(asked);
  assert(typeof verdict !== "string");
  assertEquals(decode(finish(verdict, asked)).rcode, RCODE.FORMERR);
});

Deno.test("[10029_01] admit() answers FORMERR to an MQTYPE option under any other opcode than QUERY", () => {
  for (const code of [EDNS_OPTION.MQTYPE_QUERY, EDNS_OPTION.MQTYPE_RESPONSE]) {
    for (const opcode of [OPCODE.NOTIFY, OPCODE.UPDATE, 15]) {
      const asked = query([{ code, data: hex("001c") }], { opcode });
      const verdict = admit(asked);
      assert(typeof verdict !== "string");
      assertEquals(decode(finish(verdict, asked)).rcode, RCODE.FORMERR);
    }
  }
});

const WELL_FORMED: readonly [list: string, types: readonly number[]][] = [
  ["001c", [28]],
  ["0041 001c", [65, 28]],
  ["007f 0100", [127, 256]],
  ["001c 0041 0010 000f", [28, 65, 16, 15]],
  ["ff00", [0xff00]],
];

for (const [list, types] of WELL_FORMED) {
  Deno.test(`[10029_02] Admission.judge() takes the types ${types}, and promises the option in the reply`, () => {
    const asked = query([asking(list)]);
    assertEquals([policy().judge(asked), asked.otherTypes], [ADMITTED, types]);
    const [option] = ednsOf(decode(finish(response({ questions: QUESTIONS }), asked)))!.options;
    assertEquals(option, { code: EDNS_OPTION.MQTYPE_RESPONSE, data: hex("") });
  });
}

Deno.test("[10029_07] Admission.judge() takes the first four types, and checks all", () => {
  const asked = query([asking("001c 0041 0010 000f 0021 0002")]);
  assertEquals([policy().judge(asked), asked.otherTypes], [ADMITTED, [28, 65, 16, 15]]);
});

Deno.test("[2.1.3] [10029_02] Admission.judge() charges every type against the rate, and says that it knows the option", () => {
  const judging = policy({ rateLimit: new RateLimit({ questionsPerSecond: 10, clock: settableClock() }) });
  for (let i = 0; i < 2; i++) assertEquals(judging.judge(query([asking("001c 0041 0010 000f")])), ADMITTED);
  const asked = query([asking("001c")]);
  const verdict = judging.judge(asked);
  assert(typeof verdict !== "string");
  const reply = decode(finish(verdict, asked));
  assertEquals([reply.isTruncated, ednsOf(reply)!.options[0]!.code], [true, EDNS_OPTION.MQTYPE_RESPONSE]);
});
