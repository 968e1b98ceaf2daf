import { assertEquals } from "@std/assert";
import { message, question, records } from "../../support/messages.ts";
import type { Outcome } from "../oracle.ts";
import { withoutAliases } from "./flat_law.ts";

Deno.test("withoutAliases() knows that a client is told as often why there is nothing as with the aliases", () => {
  const whole = message({
    questions: [question("a.example AAAA")],
    answers: records("a.example 300 IN CNAME b.example"),
  });
  for (const [kind, errorCount] of [["said", 1], ["failure", 2], ["failure", undefined]] as const) {
    const outcome: Outcome = {
      message: whole,
      kind,
      bodyOctets: 0,
      ...(errorCount === undefined ? {} : { errorCount }),
    };
    const flat = withoutAliases(outcome, (record) => record);
    assertEquals([flat.kind, flat.errorCount, flat.message.answers], [kind, errorCount, []]);
  }
});
