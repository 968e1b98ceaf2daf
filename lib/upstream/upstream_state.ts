/** How one upstream is doing at a moment, for whoever watches. Counts are since the start. */
export interface UpstreamState {
  /** As it is written after `--resolver`. */
  readonly name: string;
  /** `probing`: it is down, and one question is on its way to see whether it is back. `loop`: it leads back here. */
  readonly state: "up" | "down" | "probing" | "loop";
  /** SRTT in milliseconds; 0 when never measured. */
  readonly smoothedMs: number;
  /** 95 of 100 recent replies came within this, in milliseconds; 0 when never measured. */
  readonly percentile95Ms: number;
  /** Messages sent, over UDP and TCP, every send of a question and probes included. */
  readonly queryCount: number;
  /** Replies to these that were accepted, of any RCODE. */
  readonly replyCount: number;
  /** Questions on which it failed: no reply in time, or one of no use where another upstream's was. */
  readonly failureCount: number;
  /** Whether it is asked without EDNS, having rejected that. */
  readonly isAskedWithoutEdns: boolean;
  /** Whether it is asked in the client's spelling, minding letter case. */
  readonly isAskedInPlainCase: boolean;
}
