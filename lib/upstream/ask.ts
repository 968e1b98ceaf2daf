import { Deadline } from "../base/time/deadline_queue.ts";
import type { Receiver } from "../base/later.ts";
import type { Breaker } from "./health/breaker.ts";
import type { Failure } from "./health/outage_evidence.ts";
import type { Path, Travelling } from "./health/path.ts";
import type { Response } from "../response/response.ts";
import { LaterResponse } from "./matching/later_response.ts";
import type { QuerySource, Request } from "./request.ts";

/** Who asks, and takes note of what comes of it. */
export interface Asker {
  /** A reply has come. */
  onReply(ask: Ask, response: Response): void;
  /** It has replied, and is asked again in another manner before that is believed. */
  onAskedAgain(ask: Ask): void;
  /** No reply will come. */
  onError(ask: Ask, error: unknown): void;
  /** There has been silence for longer than it should take; told once at most. */
  onSilence(ask: Ask): void;
  /** The query has come to nothing, by silence or by what came; told once at most. */
  onFailure(ask: Ask, how: Failure["how"]): void;
}

/** What a dialogue tells of how it goes about it. */
export type Asking = Pick<Ask, "askedAgain" | "askedBeside">;

/** What an ask is made from. */
export interface AskOptions {
  /** Who is told. */
  readonly asker: Asker;
  /** What is asked. */
  readonly request: Request;
  /** What the asker went by when it asked. */
  readonly breaker: Breaker;
  /** Likewise. */
  readonly path: Path;
  /** Whether it probes an upstream that was down. */
  readonly isProbe: boolean;
  /** On the program's clock. */
  readonly sentAtMs: number;
}

/** One query to an upstream, and the deadline after which its silence counts as a failure. */
export class Ask extends Deadline implements Receiver<Response>, Travelling {
  /** What comes of it. */
  readonly reply: LaterResponse = new LaterResponse();
  /** See {@linkcode AskOptions}. */
  readonly request: Request;
  /** See {@linkcode AskOptions}. */
  readonly breaker: Breaker;
  /** See {@linkcode AskOptions}. */
  readonly path: Path;
  /** See {@linkcode AskOptions}. */
  readonly isProbe: boolean;
  /** See `Travelling`. */
  sentAtMs: number;
  /** See `Travelling`. */
  isAmbiguous = false;
  /** See `Travelling`. */
  socket: QuerySource | null = null;
  /** See `Travelling`. */
  isCountedLost = false;
  readonly #asker: Asker;
  #hasFailed = false;

  /** See {@linkcode AskOptions}. */
  constructor({ asker, request, breaker, path, isProbe, sentAtMs }: AskOptions) {
    super();
    this.#asker = asker;
    this.request = request;
    this.breaker = breaker;
    this.path = path;
    this.isProbe = isProbe;
    this.sentAtMs = sentAtMs;
  }

  /** See `Travelling`. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The query came to nothing. */
  fail(how: Failure["how"]): void {
    if (!this.#hasFailed) this.#asker.onFailure(this, how);
    this.#hasFailed = true;
  }

  /** The upstream has replied, and is asked again: it is not silent. */
  askedAgain(): void {
    this.request.owner?.sentAgain();
    this.#asker.onAskedAgain(this);
  }

  /** Something else is sent for it, too, over UDP or TCP: when a reply comes, it may be the one to either. */
  askedBeside(): void {
    this.request.owner?.sentAgain();
    this.isAmbiguous = true;
  }

  /** See `Deadline`. */
  override onDue(): void {
    this.#asker.onSilence(this);
    this.fail("noReply");
  }

  /** See `Receiver`. */
  arrived(response: Response): void {
    this.#asker.onReply(this, response);
  }

  /** See `Receiver`. */
  failed(error: unknown): void {
    this.#asker.onError(this, error);
  }
}
