import { assertEquals } from "@std/assert";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { message, question } from "../support/messages.ts";
import { policyOf } from "../support/policies.ts";
import { Oracle, type Outcome } from "./oracle.ts";
import { drawPlan } from "./plan.ts";
import { PolicyOracle } from "./policy_oracle.ts";

/** Upstreams that know no IPv6 addresses, and come to nothing when they are asked for others. */
class Upstreams extends Oracle {
  override outcomes(asked: Question): Outcome[] {
    const isIpv4 = asked.type === TYPE.A;
    const rcode = isIpv4 ? RCODE.SERVFAIL : RCODE.NOERROR;
    const said = message({ isResponse: true, recursionAvailable: true, rcode, questions: [asked] });
    return [{ message: said, kind: isIpv4 ? "failure" : "said", bodyOctets: 0 }];
  }
}

for (const isFlat of [false, true]) {
  Deno.test(`PolicyOracle knows that a ${isFlat ? "flat " : ""}rewrite tells as many reasons as the other name has`, () => {
    const policy = policyOf({
      upstreams: { default: ["203.0.113.53"] },
      clients: { default: {} },
      dns64: { prefix: "64:ff9b::/96", exclude: [], clients: ["default"] },
      rewrites: [{ domains: ["new.example.org"], to: "old.example.org", isFlat }],
    });
    const listed = { lines: [], inForce: { isOpen: () => true, isPaused: () => false } };
    const oracle = new PolicyOracle({
      oracle: new Upstreams({ plan: drawPlan(2), twins: [], altered: [] }),
      policy,
      asker: { hostname: "198.51.100.7", listener: "192.0.2.53:53" },
      marks: { mac: null, name: null },
      files: { hosts: [], leases: [] },
      listed,
      later: listed,
    });
    for (const name of ["old", "new"]) {
      const outcomes = oracle.outcomes(question(`${name}.example.org AAAA`), false, "udp");
      assertEquals(outcomes.map(({ kind, errorCount }) => [kind, errorCount]), [["said", 1]], name);
    }
  });
}
