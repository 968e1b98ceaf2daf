import type { Resolver } from "../resolver/resolver.ts";
import type { Admission } from "./admission/admission.ts";

/** What a pipeline is made from. */
export interface PipelineOptions {
  /** Decides what is resolved. */
  readonly admission: Admission;
  /** The first of the resolvers. */
  readonly resolver: Resolver;
  /** How long a client is kept waiting at most, in milliseconds. */
  readonly timeoutMs: number;
  /** RA of the replies that are made here. */
  readonly recursionAvailable: boolean;
}

/**
 * What a query goes through, made from one configuration and never changed: another configuration is another pipeline, see
 * `Server.use`. It knows how many queries are under way in it, so that what it alone needs can be closed behind the last one.
 */
export class Pipeline implements PipelineOptions {
  /** See {@linkcode PipelineOptions}. */
  readonly admission: Admission;
  /** See {@linkcode PipelineOptions}. */
  readonly resolver: Resolver;
  /** See {@linkcode PipelineOptions}. */
  readonly timeoutMs: number;
  /** See {@linkcode PipelineOptions}. */
  readonly recursionAvailable: boolean;
  #queryCount = 0;
  #onEnd: (() => void) | null = null;

  /** See {@linkcode PipelineOptions}. */
  constructor({ admission, resolver, timeoutMs, recursionAvailable }: PipelineOptions) {
    this.admission = admission;
    this.resolver = resolver;
    this.timeoutMs = timeoutMs;
    this.recursionAvailable = recursionAvailable;
  }

  /** A query waits for its answer. */
  enter(): void {
    this.#queryCount++;
  }

  /** It has got it; to be called once for each that has entered. */
  leave(): void {
    if (--this.#queryCount === 0) this.#onEnd?.();
  }

  /** Says that no query begins in it any more. `onEnd` is called once none is under way: now, or when the last one leaves. */
  retire(onEnd: () => void): void {
    if (this.#queryCount === 0) onEnd();
    else this.#onEnd = onEnd;
  }
}
