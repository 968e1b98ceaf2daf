import { assertEquals } from "@std/assert";
import { AnswerRule, DEFAULT_FAILOVER_ON, USUAL_RULE } from "../../../lib/upstream/group/answer_rule.ts";
import { isUseful } from "../../../lib/response/reply_kind.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { opt, question, record, response } from "../../support/messages.ts";
import { readResponse } from "../../support/read_response.ts";

function saying(rcode: number, fields: Parameters<typeof response>[0] = {}) {
  return readResponse(response({ questions: [question("example.org")], rcode, ...fields }));
}

const RCODES = Array.from({ length: 16 }, (_, rcode) => rcode);

Deno.test("AnswerRule: unless something is said, what is no answer is what says nothing about the name", () => {
  for (const rcode of RCODES) {
    assertEquals(USUAL_RULE.isAnswer(saying(rcode)), isUseful(saying(rcode)), `RCODE ${rcode}`);
  }
  assertEquals(DEFAULT_FAILOVER_ON, [RCODE.SERVFAIL, RCODE.REFUSED]);
});

Deno.test("AnswerRule: of SERVFAIL, NXDOMAIN and REFUSED those are no answers that are given; of others no word changes anything", () => {
  for (const failoverOn of [[], RCODES, [2], [3], [5], [2, 3, 5], [0, 6, 9]]) {
    const rule = new AnswerRule({ failoverOn, trustsAd: true });
    const answers = RCODES.filter((rcode) => rule.isAnswer(saying(rcode)));
    assertEquals(answers, [0, 2, 3, 5, 6].filter((rcode) => ![2, 3, 5].includes(rcode) || !failoverOn.includes(rcode)));
  }
});

Deno.test("AnswerRule: an extended RCODE is no answer, unless there are answers", () => {
  const badVersion = { additionals: [opt({ extendedRcode: 1 })] };
  const answers = [record("example.org 60 IN A 192.0.2.1")];
  const isAnswer = [badVersion, { ...badVersion, answers }].map((fields) => USUAL_RULE.isAnswer(saying(0, fields)));
  assertEquals(isAnswer, [false, true]);
});

Deno.test("AnswerRule: AD is taken out of what is not trusted, and nothing else", () => {
  const answers = [record("example.org 60 IN A 192.0.2.1")];
  for (const [trustsAd, isAuthenticData] of [[true, true], [true, false], [false, true], [false, false]] as const) {
    const given = saying(RCODE.NOERROR, { answers, isAuthenticData });
    const before = decode(given.octets);
    new AnswerRule({ failoverOn: [], trustsAd }).judge(given);
    const isLeft = trustsAd && isAuthenticData;
    assertEquals(decode(given.octets), { ...before, isAuthenticData: isLeft });
    assertEquals((given.scan.flags & 0x20) !== 0, isLeft);
  }
});
