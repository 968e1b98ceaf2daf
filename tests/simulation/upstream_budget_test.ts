import { assertEquals } from "@std/assert";
import { question, wire } from "../support/messages.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { UpstreamBudget } from "./upstream_budget.ts";

const A = question("example.org");
const QUERY = wire({ questions: [A] });

function budget(isCalm: boolean): UpstreamBudget {
  const plan: Plan = drawPlan(1);
  return new UpstreamBudget({ ...plan, habits: { ...plan.habits, edns: "knows" }, isCalm: () => isCalm });
}

Deno.test("UpstreamBudget allows one query for a calm question, however often it stands in the message", () => {
  const calm = budget(true);
  calm.noteAsked(wire({ questions: [A, question("EXAMPLE.org")] }));
  calm.noteSent(QUERY);
  assertEquals(calm.faults(), []);
  calm.noteSent(QUERY);
  assertEquals(calm.faults(), ["example.org. IN A was sent upstream 2 times, 1 would do"]);
});

Deno.test("[9520_04] UpstreamBudget allows two sends in two forms when something goes wrong", () => {
  const stormy = budget(false);
  stormy.noteAsked(QUERY);
  for (let i = 0; i < 4; i++) stormy.noteSent(QUERY);
  assertEquals(stormy.faults(), []);
  stormy.noteSent(QUERY);
  assertEquals(stormy.faults().length, 1);
});

Deno.test("UpstreamBudget allows nothing that nobody asked", () => {
  const calm = budget(true);
  calm.noteSent(QUERY);
  assertEquals(calm.faults(), ["example.org. IN A was sent upstream 1 times, 0 would do"]);
});
