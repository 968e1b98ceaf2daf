/** What has become of a question, and why: for its operator, step by step. Text and numbers alone: it may go to another process. */
export interface Explanation {
  /** The question in text. */
  readonly question: string;
  /** In order. */
  readonly steps: readonly ExplainedStep[];
  /** What the client gets; `null` where that would have to be asked for first. */
  readonly outcome: ExplainedOutcome | null;
}

/** A step of the way. */
export interface ExplainedStep {
  /** What it is about. */
  readonly subject: "client" | "policy" | "cache" | "upstream" | "reply";
  /** One thing each; at least one. */
  readonly facts: readonly ExplainedFact[];
}

/** Something that was found out, decided or done. */
export interface ExplainedFact {
  /** In a few words. */
  readonly what: string;
  /** More of it; empty for nothing. */
  readonly detail: string;
}

/** What the client gets. */
export interface ExplainedOutcome {
  /** In text, such as `NXDOMAIN`. */
  readonly rcode: string;
  /** Whether that is an answer: that there is no such name is one. */
  readonly isAnswer: boolean;
  /** From the question to the reply. */
  readonly elapsedMs: number;
  /** In a few words. */
  readonly because: string;
}
