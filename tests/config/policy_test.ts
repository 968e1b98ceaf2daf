import { assertEquals } from "@std/assert";
import { mayHavePrivateAnswers } from "../../lib/config/policy.ts";

for (
  const [names, isExpected] of [
    [["corp.example"], true],
    [["corp.example", "10.in-addr.arpa"], true],
    [[], false],
    [["."], false],
    [["corp.example", "."], false],
  ] satisfies [string[], boolean][]
) {
  Deno.test(`private addresses are${isExpected ? "" : " not"} expected in the answers of a route for [${names.join(", ")}]`, () => {
    assertEquals(mayHavePrivateAnswers(names.map((name) => ({ name, isExact: false }))), isExpected);
  });
}
