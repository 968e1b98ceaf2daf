import type { HttpContent } from "../../base/http/http_client.ts";
import type { Timers } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import { type Post, PostError } from "../post.ts";

/** Of what waits longer, the oldest is of no more use. */
const WAITING_MAX = 100;
/** After a failure; twice as long after each further one. */
const PAUSE_MS = { first: 1_000, longest: 300_000 } as const;

/** What an outbox is made from. */
export interface OutboxOptions {
  /** How it leaves. */
  readonly post: Pick<Post, "send">;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Sends one thing after the other, each until it was taken. Nobody waits for it. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #ended = new AbortController();
  readonly #waiting: HttpContent[] = [];
  #isSending = false;
  #failures = 0;
  #cancelPause = () => {};
  /** Things that were taken. */
  sentCount = 0;
  /** Things that were given up. */
  lostCount = 0;

  /** See {@linkcode OutboxOptions}. */
  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** What has not been sent yet. */
  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Sends them when those before have been sent. */
  add(contents: readonly HttpContent[]): void {
    this.#waiting.push(...contents);
    const excess = Math.max(0, this.#waiting.length - WAITING_MAX);
    this.#waiting.splice(0, excess);
    this.lostCount += excess;
    if (!this.#isSending) void this.#send();
  }

  /** Sends no more. */
  stop(): void {
    this.#ended.abort(new PostError("the program stops"));
    this.#cancelPause();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    const { post, log } = this.#options;
    while (this.#waiting.length > 0 && !this.#ended.signal.aborted) {
      const next = this.#waiting[0]!;
      try {
        await post.send(next, this.#ended.signal);
        this.sentCount++;
        if (this.#failures > 0) log.info("alerts: they are sent again");
        this.#failures = 0;
        this.#take(next);
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        if (!(error instanceof PostError)) log.error(`alerts: ${error}`);
        else if (error.isFinal) log.error(`alerts: one is not sent: ${error.message}`);
        // Once for all tries: this is a second trouble beside the one to be told.
        else if (this.#failures === 0) log.warn(`alerts: not sent: ${error.message}; tried again until it is`);
        const isOver = !(error instanceof PostError) || error.isFinal;
        if (isOver) {
          this.lostCount++;
          this.#take(next);
        } else await this.#pause();
      }
    }
    this.#isSending = false;
  }

  /** What was sent has left, unless so much has come meanwhile that it was thrown out. */
  #take(content: HttpContent): void {
    if (this.#waiting[0] === content) this.#waiting.shift();
  }

  #pause(): Promise<void> {
    const pauseMs = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** this.#failures++);
    return new Promise((resolve) => this.#cancelPause = this.#options.timers.start(pauseMs, resolve));
  }
}
