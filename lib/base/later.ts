/** Whom a value is given to that was not known at once: the value or what went wrong, once. */
export interface Receiver<T> {
  /** The value has come. What this throws goes to `failed`. */
  arrived(value: T): void;
  /** There will be no value. Must not throw. */
  failed(error: unknown): void;
}

const WAITING = 0;
const ARRIVED = 1;
const FAILED = 2;

/**
 * A value that comes later, for the way of a query that has to wait. It is given to its receiver at once, on the stack of
 * whoever has it, where a promise would let each layer wait for the next turn of the microtask queue: a cold answer passes
 * ten layers. Processor time of one: 28 → 24 µs, and 11.7 → 8.3 KB of garbage (`bench:peers` with `cold`,
 * bench/micro/cold_exchange_bench.ts).
 *
 * It has one receiver. Layers in between extend it: they are given something, and give something. Whoever minds no delay
 * awaits it like a promise.
 */
export class Later<T> implements Receiver<T>, PromiseLike<T> {
  #state: typeof WAITING | typeof ARRIVED | typeof FAILED = WAITING;
  #receiver: Receiver<T> | null = null;
  /** What came before there was a receiver: a value or an error. */
  #result: unknown = undefined;

  /** Whether it is decided: what comes now has no effect. */
  get isSettled(): boolean {
    return this.#state !== WAITING;
  }

  /** Gives the value to the receiver, now or when there is one. The first call of this and `failed` counts. */
  arrived(value: T): void {
    // hot path
    const receiver = this.takeIn(value);
    if (receiver === null) return;
    try {
      receiver.arrived(value);
    } catch (error) {
      receiver.failed(error);
    }
  }

  /**
   * Takes the value in, and returns whom it is to be given to: `null` when it is kept, or comes too late. For who gives it on
   * by itself, as `arrived` does: one call less on the way of every answer.
   */
  takeIn(value: T): Receiver<T> | null {
    // hot path
    if (this.#state !== WAITING) return null;
    this.#state = ARRIVED;
    if (this.#receiver === null) this.#result = this.kept(value);
    return this.#receiver;
  }

  /** Gives what went wrong to the receiver. Nobody has to be there for it. */
  failed(error: unknown): void {
    if (this.#state !== WAITING) return;
    this.#state = FAILED;
    if (this.#receiver === null) this.#result = error;
    else this.failTo(this.#receiver, error);
  }

  /** Names the receiver; at once, if it is all over already. There is one: to be called once, and not beside `then`. */
  deliverTo(receiver: Receiver<T>): void {
    // hot path
    this.#receiver = receiver;
    if (this.#state === ARRIVED) this.giveTo(receiver, this.#result as T);
    else if (this.#state === FAILED) this.failTo(receiver, this.#result);
  }

  /** See `PromiseLike`. What is only lent is copied; see `kept`. */
  then<A = T, B = never>(
    onArrived?: ((value: T) => A | PromiseLike<A>) | null,
    // deno-lint-ignore no-explicit-any -- as of a promise
    onFailed?: ((error: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    let receiver = this.#receiver;
    if (!(receiver instanceof Promised)) {
      receiver = new Promised<T>((value) => this.kept(value));
      this.deliverTo(receiver);
    }
    return (receiver as Promised<T>).promise.then(onArrived, onFailed);
  }

  /** As of a promise. */
  // deno-lint-ignore no-explicit-any -- as of a promise
  catch<B>(onFailed: (error: any) => B | PromiseLike<B>): Promise<T | B> {
    return this.then(null, onFailed);
  }

  /** Gives the value on. What the receiver throws, it is told. */
  protected giveTo(receiver: Receiver<T>, value: T): void {
    // hot path
    try {
      receiver.arrived(value);
    } catch (error) {
      receiver.failed(error);
    }
  }

  /** Tells what went wrong. */
  protected failTo(receiver: Receiver<T>, error: unknown): void {
    receiver.failed(error);
  }

  /** The value in a form that lasts: what is given on at once may be a view of something that will be overwritten. */
  protected kept(value: T): T {
    return value;
  }
}

/** Octets that come later. They are lent: whoever keeps them for longer than `arrived` takes copies them. */
export class LaterOctets extends Later<Uint8Array<ArrayBuffer>> {
  /** See `Later`. */
  protected override kept(octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return octets.slice();
  }
}

/** Gives `receiver` what `source` will bring: at once when it has come if it is a `Later`, else in a turn of its own. */
export function deliver<T>(source: PromiseLike<T>, receiver: Receiver<T>): void {
  // hot path
  if (source instanceof Later) source.deliverTo(receiver);
  else source.then((value) => giveTo(receiver, value), (error) => receiver.failed(error));
}

function giveTo<T>(receiver: Receiver<T>, value: T): void {
  try {
    receiver.arrived(value);
  } catch (error) {
    receiver.failed(error);
  }
}

/** Makes a promise of what it is given. */
class Promised<T> implements Receiver<T> {
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
