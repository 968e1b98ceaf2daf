import type { ReplyKind } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Doubt } from "./next_step.ts";
import type { SentQuery } from "./sent_query.ts";

/** How much a reply knows of a name. */
const WORTH: Readonly<Record<ReplyKind, number>> = {
  badCookie: 0,
  rejection: 0,
  failure: 0,
  bareDenial: 1,
  denial: 2,
  truncated: 3,
  answer: 3,
};

/** Learns what the reply to `query`, which is of `kind`, shows of the upstream; most of the time nothing that is not known. */
export function learnFrom(query: SentQuery, response: Response, kind: ReplyKind, capabilities: Capabilities): void {
  // hot path
  if (!capabilities.hasShownEdns && response.hadOpt) capabilities.showedEdns();
  if (capabilities.hasShownCase || !query.manner.isMixed || kind !== "answer") return;
  if (response.scan.answerCount > 0 && !query.isInAskersSpelling) capabilities.showedCase();
}

/** The same of the reply to a query that was not the first, by what the reply before has said. */
export function learnFromAnother(
  { cause, before, manner, asked }: SentQuery,
  kind: ReplyKind,
  capabilities: Capabilities,
  nowMs: number,
): void {
  if (cause === "wrongCase" || cause === "wrongCookie") learnFromDoubt(cause, asked, capabilities, nowMs);
  const isWithoutOpt = cause === "withoutOpt" || (manner.isOverTcp && before === "rejection");
  if (isWithoutOpt && kind !== "rejection") capabilities.rejectedEdns(asked, nowMs);
  if (cause === "plainCase") {
    // Who has found names in random case, and fails, more likely fails now and then: that must not cost the random case.
    const isChance = capabilities.hasShownCase && WORTH[before!] === 0;
    if (isChance) return;
    if (WORTH[kind] > WORTH[before!]) capabilities.mindsCase(asked, nowMs);
    else if (kind === before && WORTH[kind] > 0) capabilities.confirmedDenial();
  }
}

/** Learns that a reply that does not count is what the upstream really says. */
export function learnFromDoubt(
  doubt: Doubt,
  asked: Uint8Array<ArrayBuffer>,
  capabilities: Capabilities,
  nowMs: number,
): void {
  if (doubt === "wrongCase") capabilities.mindsCase(asked, nowMs);
  else capabilities.mixesCookies(asked, nowMs);
}
