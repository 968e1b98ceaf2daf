import { Deadline } from "../base/time/deadline_queue.ts";
import type { Sink } from "../base/deferred.ts";
import type { Breaker } from "./health/breaker.ts";
import type { Failure } from "./health/outage_evidence.ts";
import type { Path, Travelling } from "./health/path.ts";
import type { Response } from "../response/response.ts";
import type { QuerySource, Request } from "./request.ts";
import { FLAG } from "../wire/header.ts";

/** Who asks, and takes note of what comes of it. */
export interface Asker<Owner> {
  /** What the upstream is called. */
  readonly name: string;
  /** A reply has come. */
  onReply(ask: Ask<Owner>, response: Response): void;
  /** It has replied, and is asked again in another manner before that is believed. */
  onAskedAgain(ask: Ask<Owner>): void;
  /** No reply will come. */
  onError(ask: Ask<Owner>, error: unknown): void;
  /** The query has come to nothing, by silence or by what came; told once at most. */
  onFailure(ask: Ask<Owner>, how: Failure["how"]): void;
}

/** What a dialogue tells of how it goes about it. */
export type Asking = Pick<Ask<unknown>, "askedAgain" | "askedBeside">;

/** What an ask is made from. */
export interface AskOptions<Owner> {
  /** Who is told. */
  readonly asker: Asker<Owner>;
  /** Whom it is for. */
  readonly owner: Owner;
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
export class Ask<Owner> extends Deadline implements Sink<Response>, Travelling {
  /** See {@linkcode AskOptions}. */
  readonly owner: Owner;
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
  readonly #asker: Asker<Owner>;
  #hasFailed = false;

  /** See {@linkcode AskOptions}. */
  constructor({ asker, owner, request, breaker, path, isProbe, sentAtMs }: AskOptions<Owner>) {
    super();
    this.#asker = asker;
    this.owner = owner;
    this.request = request;
    this.breaker = breaker;
    this.path = path;
    this.isProbe = isProbe;
    this.sentAtMs = sentAtMs;
    request.trace?.note({ kind: "asked", upstream: asker.name });
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
    this.request.trace?.note({ kind: "again", upstream: this.#asker.name });
    this.request.owner?.sentAgain();
    this.#asker.onAskedAgain(this);
  }

  /** Something else is sent for it, too, over UDP or TCP: when a reply comes, it may be the one to either. */
  askedBeside(): void {
    this.request.owner?.sentAgain();
    this.isAmbiguous = true;
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    this.path.silent(this, nowMs);
    this.fail("noReply");
  }

  /** Writes down that a reply has come, if somebody wants to know. */
  noteReply({ scan, octets }: Response): void {
    const { trace } = this.request;
    if (!trace) return;
    const isTruncated = (scan.flags & FLAG.TC) !== 0;
    trace.note({ kind: "replied", upstream: this.#asker.name, rcode: scan.rcode, octets: octets.length, isTruncated });
  }

  /** See `Sink`. */
  arrived(response: Response): void {
    this.noteReply(response);
    this.#asker.onReply(this, response);
  }

  /** See `Sink`. */
  failed(error: unknown): void {
    this.request.trace?.failed(this.#asker.name, error);
    this.#asker.onError(this, error);
  }
}
