import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";

/** Why something was decided, for whoever wants to know. */
export interface Reason {
  /** Which sentence of the law has decided, 1–8; see `docs/configuration.md`. */
  readonly sentence: number;
  /** What holds for the query, in the words of the configuration, such as `[[route]]`. */
  readonly what: string;
  /** Where that stands; `null` when it stands nowhere. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

/**
 * What becomes of a query, and why. Made when a configuration is, one for all queries that it holds for: deciding picks one, and
 * allocates nothing.
 */
export interface Decision {
  /** Why. */
  readonly reason: Reason;
  /** Who is asked; `null` where nobody is. */
  readonly upstreams: UpstreamGroup | null;
  /** See `Query.view`. */
  readonly view: number;
  /** Whether the answer may have private addresses, whoever asks. */
  readonly allowsPrivateAnswers: boolean;
}
