import type { Clock } from "../base/runtime.ts";

/** What is noted of a question on its way; numbers and text alone, so that it may go to another process. */
export type TraceNote =
  /** What memory has of it when it is not answered from there. */
  | { readonly kind: "remembered"; readonly entry: RememberedEntry | null }
  /** It waits for the answer to the same question of somebody else. */
  | { readonly kind: "shared" }
  /** An upstream is asked, for the first time or once more. */
  | { readonly kind: "asked"; readonly upstream: string }
  /** It has replied, and is asked in another manner: without EDNS, say. */
  | { readonly kind: "again"; readonly upstream: string }
  | UpstreamReply
  | OtherName
  /** Somebody allows it, whatever lists say of it. */
  | { readonly kind: "allowed"; readonly reason: TracedReason }
  /** An upstream has brought nothing. */
  | { readonly kind: "failed"; readonly upstream: string; readonly why: string };

/** Another name is asked for in its place: where a rewrite or an alias leads. The last of several comes first. */
export interface OtherName {
  /** Tells it from the other notes. */
  readonly kind: "instead";
  /** Which name. */
  readonly name: string;
  /** Why that is answered as it is; `null` when the configuration says nothing of it. */
  readonly reason: TracedReason | null;
}

/** See `Reason`. */
export interface TracedReason {
  /** See `Reason`. */
  readonly sentence: number;
  /** See `Reason`. */
  readonly what: string;
  /** See `Reason`. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

/** An upstream has replied. */
export interface UpstreamReply {
  /** Tells it from the other notes. */
  readonly kind: "replied";
  /** What it is called. */
  readonly upstream: string;
  /** What it says. */
  readonly rcode: number;
  /** Of its reply. */
  readonly octets: number;
  /** Whether that is a part of it: TCP brings the whole. */
  readonly isTruncated: boolean;
}

/** What is remembered of a question. */
export interface RememberedEntry {
  /** Whether it is an answer that may be given, one that has expired, or a failure. */
  readonly state: "fresh" | "expired" | "failure";
  /** What it says. */
  readonly what: string;
  /** Since it was learned. */
  readonly ageSeconds: number;
  /** Until it expires; negative since then. */
  readonly leftSeconds: number;
  /** Until it is of no use to anyone. */
  readonly keptSeconds: number;
  /** How often it has been given; 255 for as often or more. */
  readonly hitCount: number;
}

/** A note, and when it was made. */
export type TraceStep = TraceNote & {
  /** Since the question was asked. */
  readonly atMs: number;
};

/**
 * Writes down what becomes of one question, for whoever wants it explained. No other question has one: what is on its way looks
 * for it only where something has to be waited for anyway.
 */
export class Trace {
  /** What was noted, in order. */
  readonly steps: TraceStep[] = [];
  readonly #clock: Clock;
  #startMs: number;

  /** Begins now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
  }

  /** Begins anew, for another question. */
  begin(): void {
    // hot path
    this.#startMs = this.#clock.nowMs();
    if (this.steps.length > 0) this.steps.length = 0;
  }

  /** Since it has begun. */
  get elapsedMs(): number {
    return this.#clock.nowMs() - this.#startMs;
  }

  /** Writes down that an upstream has brought nothing. */
  failed(upstream: string, error: unknown): void {
    this.note({ kind: "failed", upstream, why: error instanceof Error ? error.message : `${error}` });
  }

  /** Writes down one thing. */
  note(note: TraceNote): void {
    this.steps.push({ ...note, atMs: this.elapsedMs });
  }
}
