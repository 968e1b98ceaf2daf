import type { ExplainedFact, ExplainedStep } from "../../operator/explain/explanation.ts";
import type { OtherName, RememberedEntry, TraceStep } from "../../observe/trace.ts";
import { remembered } from "../../resolver/cache/remembered.ts";
import type { Query } from "../../resolver/query.ts";
import { SOURCE } from "../../resolver/reply.ts";
import { rcodeToText, TYPE } from "../../wire/iana.ts";
import { decode } from "../../wire/message.ts";
import { recordToText } from "../../wire/text/record_text.ts";
import type { Resources } from "../resources.ts";
import { lawInWords } from "./law_in_words.ts";

/** Records that are shown. */
const RECORDS_MAX = 10;

/** What the configuration says of the question, where it stands, and why that counts. */
export function policyStep(query: Query, timeFacts: readonly ExplainedFact[]): ExplainedStep {
  const facts = [decisionFact(query), ...allowedFacts(query), ...otherNames(query).map(otherFact), ...timeFacts];
  return { subject: "policy", facts };
}

function decisionFact(query: Query): ExplainedFact {
  const { decision, reply } = query;
  if (decision === null) {
    const isOwn = reply.source === SOURCE.local && !isAskedFor(query);
    const what = isOwn ? "answered by the program itself" : "nothing applies";
    return { what, detail: isOwn ? "a name or a type with a meaning of its own" : "" };
  }
  return { what: decision.reason.what, detail: lawInWords(decision.reason) };
}

/** What undoes that its name is blocked. */
function allowedFacts(query: Query): ExplainedFact[] {
  return stepsOf(query).filter((step) => step.kind === "allowed").map(({ reason }) => {
    return { what: `allowed by ${reason.what}`, detail: lawInWords(reason) };
  });
}

function otherFact({ name, reason }: OtherName): ExplainedFact {
  if (reason === null) return { what: "nothing applies", detail: `to ${name}` };
  return { what: reason.what, detail: `${lawInWords(reason)}, for ${name}` };
}

/** The names that are asked for in place of the question's, in turn. */
function otherNames(query: Query): readonly OtherName[] {
  return stepsOf(query).filter((step) => step.kind === "instead").toReversed();
}

/** What memory has of it. Nothing is said where it is not looked at. */
export function cacheStep(query: Query, { store, ageClock }: Resources): ExplainedStep[] {
  const { source } = query.reply;
  const isFromMemory = source === SOURCE.cache || source === SOURCE.stale;
  if (!isFromMemory && !isAskedFor(query)) return [];
  if (store === null) return [{ subject: "cache", facts: [{ what: "off", detail: "cache.size is 0" }] }];
  const before = stepsOf(query).find((step) => step.kind === "remembered");
  const other = otherNames(query).at(-1);
  if (before === undefined && other !== undefined) {
    return [{ subject: "cache", facts: [{ what: "remembered", detail: other.name }] }];
  }
  const entry = before === undefined ? remembered(store, query, ageClock.nowMs()) : before.entry;
  return [{ subject: "cache", facts: [entry === null ? { what: "nothing", detail: "" } : entryFact(entry)] }];
}

function entryFact({ state, what, ageSeconds, leftSeconds, keptSeconds, hitCount }: RememberedEntry): ExplainedFact {
  const learned = `learned ${duration(ageSeconds)} ago`;
  if (state === "fresh") {
    return { what, detail: `${learned}${givenText(hitCount)}, for another ${duration(leftSeconds)}` };
  }
  if (state === "failure") {
    const rest = `not asked again for ${duration(Math.max(0, leftSeconds))}`;
    return { what: "failed not long ago", detail: `${learned}, ${rest}` };
  }
  const rest = keptSeconds > 0 ? `, given for another ${duration(keptSeconds)} if nobody answers` : "";
  return { what: `expired ${duration(-leftSeconds)} ago`, detail: `${what}, ${learned}${rest}` };
}

/** This time does not count. */
function givenText(hitCount: number): string {
  if (hitCount <= 1) return "";
  return hitCount === 255 ? ", given often" : `, given ${hitCount - 1}×`;
}

/** Who was asked, when, and what came of it. */
export function upstreamStep(query: Query, isKnown: boolean): ExplainedStep[] {
  const facts = stepsOf(query).flatMap((step) => upstreamFact(step) ?? []);
  if (facts.length === 0) return [];
  const shown = isKnown
    ? facts
    : facts.map((fact) => ({ ...fact, detail: fact.detail.replace(/^asked/, "would be asked") }));
  return [{ subject: "upstream", facts: shown }];
}

function upstreamFact(step: TraceStep): ExplainedFact | null {
  if (step.kind === "remembered" || step.kind === "instead" || step.kind === "allowed") return null;
  const at = `+${step.atMs.toFixed(1)} ms`;
  if (step.kind === "shared") return { what: at, detail: "waits for the answer to somebody else's same question" };
  const what = `${at}  ${step.upstream}`;
  if (step.kind === "asked") return { what, detail: "asked" };
  if (step.kind === "again") return { what, detail: "asked again, in another manner" };
  if (step.kind === "failed") return { what, detail: `no answer: ${step.why}` };
  const rest = step.isTruncated ? ", truncated: asked over TCP" : "";
  return { what, detail: `${rcodeToText(step.rcode)}, ${step.octets} octets${rest}` };
}

/** What the client gets. */
export function replyStep(query: Query): ExplainedStep {
  const { reply } = query;
  const { answers } = decode(reply.octets);
  const count = answers.length === 1 ? "1 record" : `${answers.length} records`;
  const rest = reply.isTruncated ? ", truncated" : "";
  const facts: ExplainedFact[] = [{
    what: `${rcodeToText(reply.rcode)}, ${count}${rest}`,
    detail: `${reply.octets.length} octets`,
  }];
  for (const record of answers.slice(0, RECORDS_MAX)) {
    if (record.type !== TYPE.OPT) facts.push({ what: "", detail: recordToText(record) });
  }
  if (answers.length > RECORDS_MAX) facts.push({ what: "", detail: `and ${answers.length - RECORDS_MAX} more` });
  for (const { infoCode, text } of reply.extendedErrors) {
    facts.push({ what: "", detail: `extended error ${infoCode}${text === "" ? "" : `: ${text}`}` });
  }
  return { subject: "reply", facts };
}

/** Why the reply is what it is, in a few words. */
export function whyOf({ reply, decision }: Query): string {
  const { source, reason, upstream } = reply;
  if (source === SOURCE.upstream) return `${upstream?.name ?? "an upstream"} says so`;
  if (source === SOURCE.cache) return "it is remembered";
  if (source === SOURCE.stale) return "what is remembered has expired, and nobody has answered in time";
  if (source === SOURCE.blocked && decision !== null) return `blocked by ${decision.reason.what}`;
  if (reason !== "") return reason;
  if (source === SOURCE.policy) return "such a question is not answered";
  if (source === SOURCE.failure) return "nobody could tell";
  if (decision !== null && decision.upstreams === null) return decision.reason.what;
  return "the program knows the answer itself";
}

/** Whether it has gone beyond what the program knows by itself. */
function isAskedFor(query: Query): boolean {
  return stepsOf(query).some(({ kind }) => kind === "asked" || kind === "shared" || kind === "remembered");
}

function stepsOf({ client }: Query): readonly TraceStep[] {
  return client.trace?.steps ?? [];
}

function duration(seconds: number): string {
  if (seconds < 600) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
