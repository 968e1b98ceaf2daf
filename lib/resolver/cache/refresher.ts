import { deliver, type Sink } from "../../base/deferred.ts";
import type { Clock } from "../../base/runtime.ts";
import type { ResponseCache } from "../../cache/response_cache.ts";
import { CHECKING_DISABLED, viewOf, WANTS_DNSSEC } from "../../cache/variant.ts";
import type { Counters } from "../../observe/counters.ts";
import { FLAG, HEADER_OCTETS, putFlags, putQueryCounts, QUESTION_TAIL_OCTETS } from "../../wire/header.ts";
import { BARE_OPT_OCTETS, putBareOpt, UDP_PAYLOAD_OCTETS } from "../../wire/edns/edns.ts";
import { skipName } from "../../wire/scan.ts";
import { OURSELVES, OURSELVES_AT_LENGTH } from "../client.ts";
import { Query } from "../query.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { PrefetchBudget } from "./prefetch_budget.ts";
import type { Services } from "../../observe/services.ts";

/** An entry is worth a query of its own when so many have asked for it during its life. */
const PREFETCH_HITS_MIN = 3;
/** Refreshed in this last part of its life. */
const PREFETCH_SHARE = 0.1;
/** What a refresher is made from. */
export interface RefresherOptions extends Pick<Services, "clock" | "counters"> {
  /** What is asked; teaches the memory what it is told. */
  readonly next: Resolver;
  /** What is kept fresh. */
  readonly memory: ResponseCache;
  /** Whether entries are refreshed before they have expired. */
  readonly isPrefetching: boolean;
  /** How many prefetches there may be; those of all refreshers together. */
  readonly budget: PrefetchBudget;
  /** How long an answer is waited for. */
  readonly timeoutMs: number;
}

/** Asks again for what is remembered, for no client in particular. Whoever asked does not wait for it. */
export class Refresher {
  readonly #next: Resolver;
  readonly #memory: ResponseCache;
  readonly #isPrefetching: boolean;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #counters: Counters;
  readonly #budget: PrefetchBudget;

  /** See {@linkcode RefresherOptions}. */
  constructor({ next, memory, isPrefetching, budget, timeoutMs, clock, counters }: RefresherOptions) {
    this.#next = next;
    this.#memory = memory;
    this.#isPrefetching = isPrefetching;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#counters = counters;
    this.#budget = budget;
  }

  /** Refreshes a fresh entry that is often asked for and about to expire. */
  prefetch(entry: number, nowMs: number): void {
    // hot path
    const { store } = this.#memory;
    const expiresAtMs = store.expiresAtMs(entry);
    if (expiresAtMs - nowMs > PREFETCH_SHARE * (expiresAtMs - store.storedAtMs(entry))) return;
    if (!this.#isPrefetching || store.hitCount(entry) < PREFETCH_HITS_MIN || nowMs < store.recheckAtMs(entry)) return;
    if (!this.#budget.take(this.#counters.upstreamQuestions)) return;
    this.#counters.prefetches++;
    // Once is enough. Not "tried in vain": who finds it expired waits for the answer that is on its way.
    store.setRecheckAtMs(entry, expiresAtMs);
    this.#askSoon(this.#queryFor(entry)).catch(() => {
      // Nobody waits for it: a fault of the program shows with a client.
    });
  }

  /** Refreshes an entry that has expired, unless that has been tried not long ago. No reference holds afterwards. */
  refresh(entry: number, nowMs: number): void {
    const { store } = this.#memory;
    const recheckAtMs = store.recheckAtMs(entry);
    this.#memory.noteTriedInVain(entry, nowMs);
    if (this.#ask(this.#queryFor(entry))) this.#counters.cacheRefreshes++;
    // What our own limits refuse has not been tried, and has changed nothing.
    else store.setRecheckAtMs(entry, recheckAtMs);
  }

  /** Not now: what asking brings about at once may be an insertion, and whoever calls has a use for the entry. */
  async #askSoon(query: Query): Promise<void> {
    await null;
    this.#ask(query);
  }

  /** Returns whether an answer is waited for. What else comes of it at once may make references to entries invalid. */
  #ask(query: Query): boolean {
    const reply = this.#next.resolve(query);
    // Nobody waits for it: what comes of it is learned on its way, and a fault of the program shows with a client.
    if (reply instanceof Reply) return false;
    deliver(reply, NOBODY);
    return true;
  }

  /** The query that a client would send to be told what the entry tells. */
  #queryFor(entry: number): Query {
    const { store } = this.#memory;
    const message = new Uint8Array(store.messageOctets(entry));
    store.copyMessage(entry, message, 0);
    const variant = store.variant(entry);
    const wantsDnssec = (variant & WANTS_DNSSEC) !== 0;
    const questionsEnd = skipName(message, HEADER_OCTETS, message.length) + QUESTION_TAIL_OCTETS;
    const wire = new Uint8Array(questionsEnd + BARE_OPT_OCTETS);
    wire.set(message.subarray(0, questionsEnd));
    putFlags(wire, FLAG.RD | ((variant & CHECKING_DISABLED) === 0 ? 0 : FLAG.CD));
    putQueryCounts(wire, 1);
    putBareOpt(wire, questionsEnd, wantsDnssec, 0);
    const client = message.length > UDP_PAYLOAD_OCTETS ? OURSELVES_AT_LENGTH : OURSELVES;
    return new Query({ wire, client, deadlineMs: this.#clock.nowMs() + this.#timeoutMs, view: viewOf(variant) });
  }
}

const NOBODY: Sink<Reply> = { arrived: () => {}, failed: () => {} };
