import { type Endpoint, isUnauthenticated } from "../endpoint.ts";
import type { Absence } from "./absence.ts";
import type { Breaker } from "./breaker.ts";
import type { Path } from "./path.ts";
import type { TrafficCounts } from "./traffic_counts.ts";
import type { LessonStatus, UpstreamStatus } from "./upstream_status.ts";

/** An upstream, as far as its status is told. */
export interface Told {
  /** How it is called. */
  readonly name: string;
  /** Why it is not asked. */
  readonly absence: Pick<Absence, "isLoop" | "leftOutSeconds">;
  /** What keeps it down. */
  readonly problem: string | null;
  /** Whether it is asked. */
  readonly breaker: Pick<Breaker, "stateName" | "openSinceMs">;
  /** How long it takes. */
  readonly path: Pick<Path, "smoothedMs" | "percentile95Ms">;
  /** How it is spoken to. */
  readonly dialogue: {
    /** Messages sent so far. */
    readonly queryCount: number;
    /** Replies to these. */
    readonly replyCount: number;
    /** What went there and came back. */
    readonly counts: Pick<TrafficCounts, "failureCount" | "traffic">;
    /** What it is found to lack. */
    readonly capabilities: { lessonsAt(nowMs: number): LessonStatus };
    /** On the program's clock. */
    nowMs(): number;
  };
}

/** What it was made from, as far as that is told. */
export interface ToldOptions {
  /** Where and how it is asked. */
  readonly endpoint: Endpoint;
  /** The way to it, if it is encrypted. */
  readonly link?: { readonly handshakeCount: number };
}

/** How an upstream is doing. */
export function statusOf(upstream: Told, { endpoint, link }: ToldOptions): UpstreamStatus {
  const { name, absence, problem, breaker, path, dialogue } = upstream;
  const { leftOutSeconds } = absence;
  return {
    name,
    state: leftOutSeconds > 0 ? "disabled" : absence.isLoop ? "loop" : breaker.stateName,
    ...leftOutSeconds > 0 ? { leftOutSeconds } : {},
    ...breaker.openSinceMs === null ? {} : { downForMs: dialogue.nowMs() - breaker.openSinceMs },
    problem,
    isUnauthenticated: isUnauthenticated(endpoint),
    smoothedMs: path.smoothedMs,
    percentile95Ms: path.percentile95Ms,
    queryCount: dialogue.queryCount,
    replyCount: dialogue.replyCount,
    failureCount: dialogue.counts.failureCount,
    traffic: dialogue.counts.traffic,
    ...link === undefined ? {} : { handshakeCount: link.handshakeCount },
    ...dialogue.capabilities.lessonsAt(dialogue.nowMs()),
  };
}
