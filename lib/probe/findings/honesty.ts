import type { Random } from "../../base/random/random.ts";
import { formatIp } from "../../base/net/ip.ts";
import { FLAG } from "../../wire/header.ts";
import { EDE, RCODE, rcodeToText, TYPE } from "../../wire/iana.ts";
import { extendedErrorsOf, rcodeOf, type Reply } from "../line/heard.ts";
import type { Line } from "../line/line.ts";
import type { FilteredName, ProbeNames } from "../probe_options.ts";
import { asked, madeUp } from "../line/question.ts";
import { type FilteredReport, type Finding, finding, UNKNOWN } from "../report.ts";

/** RFC 8914 §4.16–4.18: that it is a filter that speaks. */
const FILTER_ERRORS: readonly number[] = [EDE.BLOCKED, EDE.CENSORED, EDE.FILTERED];

/** Whether it says that names do not exist that do not (RFC 1035, RFC 8020). */
export async function tryMissingNames(line: Line, domains: readonly string[], random: Random): Promise<Finding> {
  const said: string[] = [];
  for (const domain of domains) {
    const heard = await line.ask(asked(madeUp(domain, random)));
    if (heard.kind !== "reply") continue;
    const addresses = addressesIn(heard);
    if (addresses.length > 0) {
      const detail = `names that do not exist get the address ${addresses[0]}: whoever mistypes lands there`;
      return finding("bad", "lies", detail);
    }
    const rcode = rcodeOf(heard);
    said.push(rcode === RCODE.NOERROR ? "an answer without records" : rcodeToText(rcode));
  }
  if (said.length === 0) return UNKNOWN;
  const others = said.filter((word) => word !== "NXDOMAIN");
  if (others.length === 0) return finding("good", "honest");
  return finding("fair", "odd", `names that do not exist get ${[...new Set(others)].join(" and ")}`);
}

/** Whether it checks signatures (RFC 4035 §5). */
export async function tryDnssec(line: Line, { signed, bogus }: ProbeNames): Promise<Finding> {
  const good = await line.ask(asked(signed, { wantsDnssec: true }));
  const bad = await line.ask(asked(bogus, { wantsDnssec: true }));
  if (good.kind !== "reply" || bad.kind !== "reply") return UNKNOWN;
  const isSigned = good.message.answers.some(({ type }) => type === TYPE.RRSIG);
  if (rcodeOf(bad) === RCODE.SERVFAIL) {
    // RFC 4035 §3.2.2: with CD it is given out all the same; without that, the name may just not be reached.
    const unchecked = await line.ask(asked(bogus, { wantsDnssec: true, flags: FLAG.RD | FLAG.CD }));
    const isReached = unchecked.kind === "reply" && rcodeOf(unchecked) === RCODE.NOERROR;
    if (good.message.isAuthenticData) return finding("good", "checks");
    return isReached ? finding("good", "checks", "it checks signatures, and does not say so (AD)") : UNKNOWN;
  }
  if (rcodeOf(bad) !== RCODE.NOERROR || rcodeOf(good) !== RCODE.NOERROR) return UNKNOWN;
  if (good.message.isAuthenticData) {
    return finding("bad", "claims", "it says that signatures are right (AD), and lets wrong ones pass");
  }
  if (isSigned) {
    return finding("fair", "passes", "it passes signatures on and does not check them: forged names get through");
  }
  return finding("bad", "no", "it leaves signatures out: nobody behind it can check them");
}

/** What it says to names that filters block. */
export async function tryFilteredNames(line: Line, names: readonly FilteredName[]): Promise<FilteredReport[]> {
  const reports: FilteredReport[] = [];
  for (const { name, what } of names) {
    const heard = await line.ask(asked(name));
    reports.push({ name, what, said: heard.kind === "reply" ? saidIn(heard) : "nothing" });
  }
  return reports;
}

/** What several servers said to them tells which of them filter: a name that others have addresses for is there. */
export function judgeFiltering(own: readonly FilteredReport[], all: readonly (readonly FilteredReport[])[]): Finding {
  const others = all.flat();
  const isThere = (name: string) => others.some((other) => other.name === name && other.said === "addresses");
  const blocked = own.filter(({ name, said }) => said === "blocked" || (said === "denied" && isThere(name)));
  if (blocked.length > 0) {
    const kinds = [...new Set(blocked.map(({ what }) => what))];
    return finding("fair", kinds.join("+"), `it blocks ${blocked.map(({ name }) => name).join(", ")}`);
  }
  const isUnclear = own.length === 0 || own.some(({ said }) => said !== "addresses");
  return isUnclear && !own.some(({ said }) => said === "addresses") ? UNKNOWN : finding("good", "none");
}

function saidIn(reply: Reply): FilteredReport["said"] {
  const rcode = rcodeOf(reply);
  const addresses = addressesIn(reply);
  if (extendedErrorsOf(reply).some(({ infoCode }) => FILTER_ERRORS.includes(infoCode))) return "blocked";
  if (addresses.some((address) => address === "0.0.0.0" || address.startsWith("127."))) return "blocked";
  if (rcode === RCODE.REFUSED) return "blocked";
  if (rcode === RCODE.NXDOMAIN) return "denied";
  if (rcode !== RCODE.NOERROR) return "nothing";
  return addresses.length > 0 ? "addresses" : "denied";
}

function addressesIn({ message }: Reply): string[] {
  return message.answers.filter(({ type }) => type === TYPE.A).map(({ rdata }) => formatIp(rdata));
}
