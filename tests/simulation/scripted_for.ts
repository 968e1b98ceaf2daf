import { RCODE } from "../../lib/wire/iana.ts";
import { ScriptedUpstream, type Zone } from "../support/scripted_upstream.ts";
import type { UpstreamPlan } from "./upstream_plan.ts";

/** What an upstream with this temper says. */
export function scriptedFor({ temper, habits }: UpstreamPlan, zone: Zone): ScriptedUpstream {
  if (temper !== "servfail" && temper !== "refused") return new ScriptedUpstream(zone, habits);
  const rcode = temper === "servfail" ? RCODE.SERVFAIL : RCODE.REFUSED;
  const failure: Zone = (question) => {
    return { ...zone(question), rcode, isTruncated: false, answers: [], authorities: [], additionals: [] };
  };
  return new ScriptedUpstream(failure, habits);
}
