import type { Breaker } from "../health/breaker.ts";
import type { Failure } from "../health/outage_evidence.ts";
import type { FailureReason } from "../health/upstream_traffic.ts";
import type { Path } from "../health/path.ts";
import type { Responder, Response } from "../../response/response.ts";
import type { Dialogue } from "./dialogue.ts";

/** Who is asked, and takes note of what comes of it. */
export interface AskedUpstream<Exchange> extends Responder {
  /** How it is spoken to. */
  readonly dialogue: Dialogue;
  /** What is known of the way to it; another one once it is forgotten. */
  readonly path: Path;
  /** Whether it is well; likewise. */
  readonly breaker: Breaker;
  /** A reply has come; it is lent. */
  onReply(exchange: Exchange, response: Response): void;
  /** It has replied, and is asked again in another manner before that is believed. */
  onAskedAgain(exchange: Exchange): void;
  /** No reply will come. */
  onError(exchange: Exchange, error: unknown): void;
  /** The exchange has come to nothing, by silence or by what came; told once at most. */
  onFailure(exchange: Exchange, how: Failure["how"], reason: FailureReason): void;
}
