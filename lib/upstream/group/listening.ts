import type { RaceGroup } from "./race_group.ts";
import type { Request } from "../request.ts";
import { isTruncated } from "../../response/reply_kind.ts";
import type { Response } from "../../response/response.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";

/** How long it is listened behind the deadline: no resolver that an upstream may be takes longer to give up. */
const LISTEN_MS = 10_000;

/** Who is given what comes behind the deadline. */
export interface LateListener {
  /** The deadline has passed, and an answer may still come: told before whoever waits is told that there is none. */
  listens(late: PromiseLike<Response>): void;
}

/**
 * What is left of a race behind its deadline: whoever has waited is told that there is no answer, nothing more is sent, and
 * what was sent may still be answered. An upstream may need longer than its clients wait, and each time again.
 */
export class Listening {
  /** Until when replies count. */
  readonly untilMs: number;
  readonly #late = new DeferredResponse();
  readonly #group: RaceGroup;
  #isOver = false;

  /** Closes `request`; `group` has allowed it. */
  constructor(request: Request, group: RaceGroup) {
    request.isClosed = true;
    request.sendsMax = 0;
    this.untilMs = request.deadlineMs + LISTEN_MS;
    this.#group = group;
  }

  /** The answer, if one comes. */
  get late(): PromiseLike<Response> {
    return this.#late;
  }

  /** Whether it has got its answer, or nothing can come any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A reply has come, and so many may still. What would have to be asked for once more, in whatever manner, is not. */
  replied(response: Response, outstanding: number): void {
    if (this.#isOver) return;
    const isAnswer = this.#group.rule.isAnswer(response) && !isTruncated(response.octets) && !response.isUnproven;
    if (!isAnswer) return this.failed(new Error(`${response.upstream!.name} has no answer`), outstanding);
    this.#end();
    this.#late.arrived(response);
  }

  /** A send has come to nothing, and so many may still bring something. */
  failed(error: unknown, outstanding: number): void {
    if (this.#isOver || outstanding > 0) return;
    this.#end();
    this.#late.failed(error);
  }

  #end(): void {
    this.#isOver = true;
    this.#group.listened();
  }
}
