/** Queries that can be written down alone. */
export const LOG_KINDS = ["blocked", "failed", "slow"] as const;
/** One of `LOG_KINDS`. */
export type LogKind = typeof LOG_KINDS[number];

/** What takes as long is slow: whoever waits for it notices. */
export const SLOW_MS = 500;

/** Largest of `QueryLogSettings.sample`. */
export const SAMPLE_MAX = 65_536;
