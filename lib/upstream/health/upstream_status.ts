import type { UpstreamTraffic } from "./upstream_traffic.ts";

/** What an upstream is found to lack. */
export interface LessonStatus {
  /** Whether it is asked without EDNS, having rejected that. */
  readonly isAskedWithoutEdns: boolean;
  /** Whether it is asked without cookies, having given us those of others. */
  readonly isAskedWithoutCookies: boolean;
  /** Whether it is asked in the client's spelling, minding letter case. */
  readonly isAskedInPlainCase: boolean;
  /** Whether it is asked over TCP, because nothing comes back over UDP. */
  readonly isAskedOverTcp: boolean;
}

/** How an upstream is doing at a moment. Counts are since the start. */
export interface UpstreamStatus extends LessonStatus {
  /** As it is written after `--resolver`. */
  readonly name: string;
  /**
   * `up`, `down`, `probing` (it is down, and one question is on its way to see whether it is back), `loop` (it leads
   * back here) or `disabled` (its operator has left it out); several of these where processes differ.
   */
  readonly state: string;
  /** For how long it has been `down`, probes that came to nothing included; only while it is is this here. */
  readonly downForMs?: number;
  /** How long its operator still leaves it out, in seconds; only while he does is this here. */
  readonly leftOutSeconds?: number;
  /** Whether it is asked where encrypted upstreams are, and nothing else; only then is this here. */
  readonly isForBootstrap?: boolean;
  /** Why it is asked in the clear although it is to be asked as it says; `null` if it is not. Only for such a one is this here. */
  readonly discovery?: { readonly whyNot: string | null };
  /** Why nothing is sent to it: it is not who it should be; `null` for all others. */
  readonly problem: string | null;
  /** Whether it need not prove who it is although it is asked over an encrypted transport: whoever is on the way may be it. */
  readonly isUnauthenticated: boolean;
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
  /** What went there and came back, by kind. */
  readonly traffic: UpstreamTraffic;
  /** Handshakes with it, one for each connection: next to the messages sent they should be few. Only if it is encrypted is this here. */
  readonly handshakeCount?: number;
}
