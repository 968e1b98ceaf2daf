import type { Clock, Timers } from "../../base/runtime.ts";

/** What a name has of one family. */
export interface FoundAddresses {
  /** Canonical text. */
  readonly addresses: readonly string[];
  /** For how long that holds. */
  readonly ttlSeconds: number;
}

/** One of the two kinds of addresses. */
export type Family = "ipv4" | "ipv6";

/** Asks for the addresses of the server. Rejects when there is no answer. */
export type FindAddresses = (family: Family) => Promise<FoundAddresses>;

/** What a server's addresses are made from. */
export interface AddressesOptions {
  /** Those that the operator has given. */
  readonly given: readonly string[];
  /** How others are found; `null` where nobody is to be asked. */
  readonly find: FindAddresses | null;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
}

/** Bounds of the time after which they are asked for again: neither at each connection, nor never. */
const TTL_S = { min: 60, max: 86_400 };
/** When nobody has answered, they are asked for again after this, and then after twice as long each time. */
const RETRY_MS = { first: 1000, max: 60_000 };
/** The addresses of the other family may come so much later: the "Resolution Delay" of RFC 8305 §3. */
const OTHER_FAMILY_MS = 50;

/**
 * Where an encrypted server is: what the operator has said, and what those who may be asked for its name last said. Once known,
 * addresses are kept for ever, for who answers there has to prove who it is; they are asked for again when their time is over,
 * and nobody waits for that.
 */
export class Addresses {
  readonly #options: AddressesOptions;
  readonly #found: Record<Family, readonly string[]> = { ipv6: [], ipv4: [] };
  #freshUntilMs = -Infinity;
  #retryMs = RETRY_MS.first;
  #asking: Promise<void> | null = null;
  #failure: unknown = null;

  /** See {@linkcode AddressesOptions}. */
  constructor(options: AddressesOptions) {
    this.#options = options;
  }

  /** All that are known. */
  get known(): readonly string[] {
    return [...new Set([...this.#options.given, ...this.#found.ipv6, ...this.#found.ipv4])];
  }

  /** All that are known; waits as long as there are none. Rejects when there are none to be had. */
  async get(): Promise<readonly string[]> {
    const asking = this.refresh();
    if (this.known.length === 0) await asking;
    if (this.known.length === 0) throw this.#failure ?? new Error("It has no address");
    return this.known;
  }

  /** Asks again, if what is known may have changed. Resolves when that is over, or enough is known to begin with. */
  refresh(): Promise<void> {
    const { find, clock } = this.#options;
    if (find === null || clock.nowMs() < this.#freshUntilMs) return Promise.resolve();
    return this.#asking ??= this.#ask(find);
  }

  /** Whatever is known may be wrong: the network may be another one. */
  doubt(): void {
    this.#freshUntilMs = -Infinity;
    this.#retryMs = RETRY_MS.first;
  }

  async #ask(find: FindAddresses): Promise<void> {
    const { clock, timers } = this.#options;
    const first = Promise.withResolvers<void>();
    let ttlSeconds = TTL_S.max;
    let hasFailed = false;
    const families = (["ipv6", "ipv4"] as const).map(async (family) => {
      try {
        const found = await find(family);
        ttlSeconds = Math.min(ttlSeconds, found.ttlSeconds);
        // Who has none of one kind is asked for the other; an answer without any must not make us forget where it was.
        if (found.addresses.length === 0) return;
        this.#found[family] = found.addresses;
        first.resolve();
      } catch (error) {
        hasFailed = true;
        this.#failure = error;
      }
    });
    const all = Promise.all(families).then(() => {
      this.#asking = null;
      const nowMs = clock.nowMs();
      if (hasFailed || this.known.length === 0) {
        this.#freshUntilMs = nowMs + this.#retryMs;
        this.#retryMs = Math.min(RETRY_MS.max, 2 * this.#retryMs);
      } else {
        this.#freshUntilMs = nowMs + 1000 * Math.max(TTL_S.min, ttlSeconds);
        this.#retryMs = RETRY_MS.first;
      }
    });
    await Promise.race([all, first.promise]);
    const waiting = Promise.withResolvers<void>();
    const cancel = timers.start(OTHER_FAMILY_MS, waiting.resolve);
    await Promise.race([all, waiting.promise]);
    cancel();
  }
}
