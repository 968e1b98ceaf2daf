import { assertEquals } from "@std/assert";
import { hex, question } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { ScriptedUpstream } from "../support/scripted_upstream.ts";
import { Oracle } from "./oracle.ts";
import { drawPlan } from "./plan.ts";

const QUESTION = question("example.org");

/** RCODE and TC of what may be made of a header that was sent in place of a response. */
function outcomesOf(header: string): [rcode: number, isTruncated: boolean][] {
  const drawn = drawPlan(2);
  const plan = { ...drawn, config: { ...drawn.config, cacheSizeMib: 0 }, isCalm: () => false };
  const twins = plan.upstreams.map(() => new ScriptedUpstream(recordZone()));
  const oracle = new Oracle({ plan, twins, altered: [{ question: QUESTION, octets: hex(header) }] });
  return oracle.outcomes(QUESTION, false, "udp").filter(({ kind }) => kind === "altered")
    .map(({ message: { rcode, isTruncated } }) => [rcode, isTruncated]);
}

Deno.test("Oracle takes a header with TC that has no question for no more than that, whatever its RCODE", () => {
  assertEquals(outcomesOf("9d9b 8344 0000 0000 0000 0000"), [[0, true]]);
});

Deno.test("Oracle takes a header without TC for what its RCODE says", () => {
  assertEquals(outcomesOf("9d9b 8144 0000 0000 0000 0000"), [[4, false]]);
});
