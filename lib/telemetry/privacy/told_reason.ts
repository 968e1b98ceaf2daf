import type { PrivacySettings } from "./levels.ts";

/** Where replies come from whose reasons speak of upstreams and of the program, and not of what stands in a list or the configuration. */
const SOURCES_OF_TROUBLE: ReadonlySet<string> = new Set(["failure", "refused", "stale"]);
/** What stands in the place of a name. */
const HIDDEN_NAME = "…";

/** What a reason is about. */
export interface ReasonOf {
  /** As it is. */
  readonly reason: string;
  /** Where the reply comes from. */
  readonly source: string;
  /** QNAME in text, all of it, without the dot at its end. */
  readonly name: string;
}

/**
 * What is told of a reason: it may name the client's group, and the name, or the line of a list where that stands. Why nobody could tell
 * is what operators look for, so that of it the name alone is left out, with the names above it.
 */
export function toldReason({ reason, source, name }: ReasonOf, { clients, names }: PrivacySettings): string {
  if (reason === "") return "";
  // Such as `[clients.laptop] safe-search`.
  if (clients !== "full" && reason.includes("clients.")) return "";
  if (names === "full") return reason;
  return SOURCES_OF_TROUBLE.has(source) ? withoutName(reason, name) : "";
}

function withoutName(reason: string, name: string): string {
  const labels = name.split(".");
  // A single label that others stand before is a word like any.
  const count = Math.max(1, labels.length - 1);
  let told = reason;
  for (let i = 0; i < count; i++) told = told.replaceAll(caseless(labels.slice(i).join(".")), HIDDEN_NAME);
  return told;
}

function caseless(text: string): RegExp {
  return new RegExp(RegExp.escape(text), "gi");
}
