/** What has come of a reload. Plain data: it may go to another process. */
export type Outcome = {
  /** It is followed from now on. */
  readonly kind: "applied";
  /** In words, a text each. */
  readonly changes: readonly string[];
  /** What is different, too, and needs a restart. */
  readonly needsRestart: readonly string[];
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
} | {
  /** There was nothing to be followed. */
  readonly kind: "unchanged";
  /** See above. */
  readonly needsRestart: readonly string[];
} | {
  /** It was read, and is wrong; or it cannot be followed. All goes on as before. */
  readonly kind: "rejected";
  /** Why. */
  readonly reason: string;
  /** All that is wrong in files, a problem each, which may have several lines. */
  readonly problems: readonly string[];
} | {
  /** It was followed, and did harm: all is as before. */
  readonly kind: "taken back";
  /** What it did. */
  readonly reason: string;
};

/** An outcome for the operator, on one line. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case "applied":
      return `reloaded: ${listText(outcome.changes, "nothing that counts has changed")}`;
    case "unchanged":
      return "nothing to reload: the configuration is as it was";
    case "rejected":
      return `the configuration is not followed: ${outcome.reason}; going on as before`;
    case "taken back":
      return `the reload is taken back: ${outcome.reason}; going on with the former configuration`;
  }
}

/** Texts on one line, not all of them when there are many. */
export function listText(texts: readonly string[], none: string): string {
  if (texts.length === 0) return none;
  const rest = texts.length - TOLD_MAX;
  return `${texts.slice(0, TOLD_MAX).join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`;
}

/** Differences that are told in the log; who wants more compares files. */
const TOLD_MAX = 20;
