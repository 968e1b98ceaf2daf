import { leaveToPromises } from "./left_to_promises.ts";

/**
 * Takes a value that was not known at once, or what went wrong: one of them, once. Not called as a promise's functions are, for
 * `resolve` is what resolvers do.
 */
export interface Sink<T> {
  /** The value has come. What this throws goes to `failed`. */
  arrived(value: T): void;
  /** There will be no value. Must not throw. */
  failed(error: unknown): void;
}

const WAITING = 0;
const ARRIVED = 1;
const FAILED = 2;

/**
 * A value that comes later, for the way of a query that has to wait. It is given to its sink at once, on the stack of
 * whoever has it, where a promise would let each layer wait for the next turn of the microtask queue: a cold answer passes
 * ten layers. Processor time of one: 28 → 24 µs, and 11.7 → 8.3 KB of garbage (`bench:peers` with `cold`,
 * bench/micro/cold_exchange_bench.ts).
 *
 * It has one sink. Layers in between extend it: they are given something, and give something. Whoever minds no delay
 * awaits it like a promise.
 */
export class Deferred<T> implements Sink<T>, PromiseLike<T> {
  #state: typeof WAITING | typeof ARRIVED | typeof FAILED = WAITING;
  #sink: Sink<T> | null = null;
  /** What came before there was a sink: a value or an error. */
  #result: unknown = undefined;

  /** Whether it is decided: what comes now has no effect. */
  get isSettled(): boolean {
    return this.#state !== WAITING;
  }

  /** Whether its sink has been given what came. */
  protected get isGiven(): boolean {
    return this.#state !== WAITING && this.#sink !== null;
  }

  /** Begins anew, for another value: only where nobody holds it any more. */
  protected renew(): void {
    // hot path
    this.#state = WAITING;
    this.#sink = null;
    this.#result = undefined;
  }

  /** Gives the value to the sink, now or when there is one. The first call of this and `failed` counts. */
  arrived(value: T): void {
    // hot path
    const sink = this.takeIn(value);
    if (sink === null) return;
    try {
      sink.arrived(value);
    } catch (error) {
      sink.failed(error);
    }
  }

  /**
   * Takes the value in, and returns whom it is to be given to: `null` when it is kept, or comes too late. For who gives it on
   * by itself, as `arrived` does: one call less on the way of every answer.
   */
  takeIn(value: T): Sink<T> | null {
    // hot path
    if (this.#state !== WAITING) return null;
    this.#state = ARRIVED;
    if (this.#sink === null) this.#result = this.kept(value);
    return this.#sink;
  }

  /** Gives what went wrong to the sink. Nobody has to be there for it. */
  failed(error: unknown): void {
    if (this.#state !== WAITING) return;
    this.#state = FAILED;
    if (this.#sink === null) this.#result = error;
    else this.failTo(this.#sink, error);
  }

  /** Names the sink; at once, if it is all over already. There is one: to be called once, and not beside `then`. */
  deliverTo(sink: Sink<T>): void {
    // hot path
    this.#sink = sink;
    if (this.#state === ARRIVED) this.giveTo(sink, this.#result as T);
    else if (this.#state === FAILED) this.failTo(sink, this.#result);
  }

  /** See `PromiseLike`. What is only lent is copied; see `kept`. */
  then<A = T, B = never>(
    onArrived?: ((value: T) => A | PromiseLike<A>) | null,
    // deno-lint-ignore no-explicit-any -- as of a promise
    onFailed?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    leaveToPromises();
    let sink = this.#sink;
    if (!(sink instanceof Promised)) {
      sink = new Promised<T>((value) => this.kept(value));
      this.deliverTo(sink);
    }
    return (sink as Promised<T>).promise.then(onArrived, onFailed);
  }

  /** As of a promise. */
  // deno-lint-ignore no-explicit-any -- as of a promise
  catch<B>(onFailed: (error: any) => B | PromiseLike<B>): Promise<T | B> {
    return this.then(null, onFailed);
  }

  /** Gives the value on. What the sink throws, it is told. */
  protected giveTo(sink: Sink<T>, value: T): void {
    // hot path
    try {
      sink.arrived(value);
    } catch (error) {
      sink.failed(error);
    }
  }

  /** Tells what went wrong. */
  protected failTo(sink: Sink<T>, error: unknown): void {
    sink.failed(error);
  }

  /** The value in a form that lasts: what is given on at once may be a view of something that will be overwritten. */
  protected kept(value: T): T {
    return value;
  }
}

/** Octets that come later. They are lent: whoever keeps them for longer than `arrived` takes copies them. */
export class DeferredOctets extends Deferred<Uint8Array<ArrayBuffer>> {
  /** See `Deferred`. */
  protected override kept(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return octets.slice();
  }
}

/** Gives `sink` what `source` will bring: at once when it has come if it is a `Deferred`, else in a turn of its own. */
export function deliver<T>(source: PromiseLike<T>, sink: Sink<T>): void {
  // hot path
  if (source instanceof Deferred) return source.deliverTo(sink);
  leaveToPromises();
  source.then((value) => giveTo(sink, value), (error) => sink.failed(error));
}

function giveTo<T>(sink: Sink<T>, value: T): void {
  try {
    sink.arrived(value);
  } catch (error) {
    sink.failed(error);
  }
}

/** Makes a promise of what it is given. */
class Promised<T> implements Sink<T> {
  readonly promise: Promise<T>;
  readonly arrived: (value: T) => void;
  readonly failed: (error: unknown) => void;

  constructor(kept: (value: T) => T) {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.promise = promise;
    this.arrived = (value) => resolve(kept(value));
    this.failed = reject;
  }
}
