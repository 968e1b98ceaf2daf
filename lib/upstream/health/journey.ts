import { Deadline } from "../../base/time/deadline_queue.ts";
import type { QuerySource, Request } from "../request.ts";
import type { Breaker } from "./breaker.ts";
import type { Path, Travelling } from "./path.ts";

/** What is known of an upstream while it is asked. */
export type Known = Readonly<Pick<Journey, "path" | "breaker">>;

/** A question on its way to one upstream and back, as far as it tells how that one is doing. */
export abstract class Journey extends Deadline implements Travelling {
  /** What is asked. */
  readonly request: Request;
  /** Whether it probes an upstream that was down. */
  readonly isProbe: boolean;
  /** What the upstream went by when it was asked. */
  breaker: Breaker;
  /** Likewise. */
  path: Path;
  /** See `Travelling`. */
  sentAtMs: number;
  /** See `Travelling`. */
  isAmbiguous = false;
  /** See `Travelling`. */
  socket: QuerySource | null = null;
  /** See `Travelling`. */
  isCountedLost = false;
  /** See `Travelling`. */
  hasFailed = false;

  /** Begins now. */
  constructor({ path, breaker }: Known, request: Request, isProbe: boolean, nowMs: number) {
    super();
    this.request = request;
    this.isProbe = isProbe;
    this.breaker = breaker;
    this.path = path;
    this.sentAtMs = nowMs;
  }

  /** Begins anew, for another question of the same owner. */
  protected begin({ path, breaker }: Known, nowMs: number): void {
    // hot path
    this.breaker = breaker;
    this.path = path;
    this.sentAtMs = nowMs;
    this.isAmbiguous = false;
    this.socket = null;
    this.isCountedLost = false;
    this.hasFailed = false;
  }
}
