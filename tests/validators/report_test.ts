import { assertEquals, assertStringIncludes } from "@std/assert";
import { TYPE } from "../../lib/wire/iana.ts";
import { report } from "./report.ts";
import type { Question, Status, Validator, Verdict } from "./validator.ts";

const QUESTION: Question = { kind: "wildcard", name: "x.example.org", type: TYPE.A, meant: "secure" };

function validator(isJudge: boolean): Validator {
  const start = () => Promise.reject(new Error("Nobody starts it"));
  return { name: "judge", executable: "judge", debianPackage: "judge", isJudge, passesCd: true, start };
}

function compare(direct: Status, through: readonly Status[], question: Partial<Question> = {}, isJudge = true) {
  const round = (way: string, status: Status, answer = "NOERROR") => {
    const verdicts: (Verdict | undefined)[] = [{ status, answer }];
    return { validator: validator(isJudge), way, verdicts };
  };
  return report([{ ...QUESTION, ...question }], [{
    direct: round("directly", direct),
    ours: through.map((status, i) => round(`way ${i}`, status)),
  }]);
}

Deno.test("report() is good when each verdict is the same through us", () => {
  const { isGood, lastLine } = compare("secure", ["secure", "secure"]);
  assertEquals(isGood, true);
  assertStringIncludes(lastLine, "1 questions, 2 verdicts through us: 2 as without us, 0 not");
});

Deno.test("report() names the question, the verdicts and the ways of asking when one differs", () => {
  const { isGood, text, lastLine } = compare("secure", ["secure", "bogus"]);
  assertEquals(isGood, false);
  assertStringIncludes(text, "judge: x.example.org A is bogus, directly secure (way 1)");
  assertStringIncludes(text, "**1 of 2**");
  assertStringIncludes(lastLine, "1 as without us, 1 not");
});

Deno.test("report() is not good when what is forged passes through us", () => {
  assertEquals(compare("bogus", ["insecure"], { meant: "bogus" }).isGood, false);
  assertEquals(compare("bogus", ["bogus"], { meant: "bogus" }).isGood, true);
});

Deno.test("report() is not good when a judge sees the tree otherwise than it is meant", () => {
  const { isGood, text } = compare("insecure", ["insecure"]);
  assertEquals(isGood, false);
  assertStringIncludes(text, "judge says insecure of x.example.org A, which is meant to be secure");
  assertEquals(compare("insecure", ["insecure"], {}, false).isGood, true);
});

Deno.test("report() measures nothing by a validator that takes a good answer for forged without us", () => {
  assertEquals(compare("bogus", ["secure"], {}, false).isGood, true);
});

Deno.test("report() tells what becomes of our own answers, and does not judge it", () => {
  const { isGood, text } = compare("secure", ["bogus", "bogus"], { isOurs: true });
  assertEquals(isGood, true);
  assertStringIncludes(text, "not judged): 2 bogus");
});
