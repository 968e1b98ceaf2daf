import { Alarm, type DeadlineQueue } from "../../base/time/deadline_queue.ts";
import type { Clock } from "../../base/runtime.ts";
import { deliver } from "../../base/deferred.ts";
import { KIND } from "../../response/kind.ts";
import { NOT_FOUND } from "../../cache/store/cache_store.ts";
import { ANY_TYPE, type ResponseCache } from "../../cache/response_cache.ts";
import { variantOf } from "../../cache/variant.ts";
import type { Counters } from "../../observe/counters.ts";
import { isUsefulReply } from "../../response/reply_kind.ts";
import { FLAG } from "../../wire/header.ts";
import { EDE } from "../../wire/iana.ts";
import { PendingReply } from "../pending_reply.ts";
import type { Query } from "../query.ts";
import { slotFor } from "../reply_slot.ts";
import type { Refresher } from "./refresher.ts";
import { findingsOf } from "./findings_of.ts";
import type { Inspector } from "../findings.ts";
import { remembered } from "./remembered.ts";
import type { UpstreamHealth } from "./upstream_health.ts";
import { Reply, type ReplySource, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { Services } from "../../observe/services.ts";

/** RFC 8767 §4 recommends 30 s: clients come back soon for something better. */
const STALE_TTL_SECONDS = 30;
/**
 * How long somebody waits for an answer while a stale one is at hand: RFC 8767 §5 recommends 1.8 s for this "client response
 * timer". What takes longer than usual is better than what is out of date.
 */
const CLIENT_TIMER_MS = 1800;
/** Before the query's deadline there must be time for the stale answer. */
const RESERVE_MS = 200;
/** The same when the upstreams turn out to be bad, beyond the time that a hedge takes. So often it is looked whether they are. */
const BAD_WAIT_MS = 300;

/** What the cache is made from. */
export interface CacheOptions extends Pick<Services, "clock" | "deadlines" | "counters"> {
  /** What is asked when nothing is remembered. */
  readonly next: Resolver;
  /** What is remembered. */
  readonly memory: ResponseCache;
  /** Asks again behind the clients' backs. */
  readonly refresher: Refresher;
  /** Whether waiting for an answer to a query has any point. */
  readonly healthFor: (query: Query) => UpstreamHealth;
  /** Looks again at what was remembered before something else came to be looked for; `null` when nothing is. */
  readonly inspector?: Inspector | null;
  /** Whether an answer to the question of a query that has failed may still come. */
  readonly isAwaited: (query: Query) => boolean;
}

/**
 * Answers from memory what has been answered before, and while that is too old from it all the same when nobody else
 * answers (RFC 8767). What it knows is learned by `CacheWriter`, behind which the upstreams are.
 */
export class Cache implements Resolver {
  readonly #next: Resolver;
  readonly #memory: ResponseCache;
  readonly #refresher: Refresher;
  readonly #healthFor: (query: Query) => UpstreamHealth;
  readonly #isAwaited: (query: Query) => boolean;
  readonly #inspector: Inspector | null;
  readonly #clock: Clock;
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;

  /** See {@linkcode CacheOptions}. */
  constructor(options: CacheOptions) {
    const { next, memory, refresher, healthFor, isAwaited, inspector = null, clock, deadlines, counters } = options;
    this.#next = next;
    this.#memory = memory;
    this.#refresher = refresher;
    this.#healthFor = healthFor;
    this.#isAwaited = isAwaited;
    this.#inspector = inspector;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#counters = counters;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const nowMs = this.#memory.nowMs();
    const entry = this.#find(query, query.qtype);
    if (entry !== NOT_FOUND && this.#memory.isFresh(entry, nowMs)) return this.#hit(query, entry, nowMs);
    return this.#resolveOther(query, entry, nowMs);
  }

  #find(query: Query, qtype: number): number {
    const { wire, scan, key } = query;
    return this.#memory.store.find(wire, scan.qtypeOffset, qtype, query.qclass, variantOf(scan, query.view), key);
  }

  #hit(query: Query, entry: number, nowMs: number): Reply {
    // hot path
    const { store } = this.#memory;
    this.#counters.cacheHits++;
    if (store.kind(entry) !== KIND.positive) this.#counters.cacheNegativeHits++;
    store.countHit(entry);
    this.#refresher.prefetch(entry, nowMs);
    const target = this.#copy(query, entry, this.#memory.ageSeconds(entry, nowMs));
    return this.#address(target, query, entry, SOURCE.cache, "");
  }

  /** There is nothing fresh for the type that is asked for. */
  #resolveOther(query: Query, entry: number, nowMs: number): Reply | PromiseLike<Reply> {
    const memory = this.#memory;
    query.trace?.note({ kind: "remembered", entry: remembered(memory.store, query, nowMs) });
    // RFC 2308 §5: that a name does not exist holds for all of its types.
    const nameEntry = this.#find(query, ANY_TYPE);
    if (nameEntry !== NOT_FOUND && memory.isFresh(nameEntry, nowMs)) return this.#hit(query, nameEntry, nowMs);
    // What an upstream says to a query without RD comes from its memory, not from the zone: it refreshes nothing.
    const isRefreshing = (query.scan.flags & FLAG.RD) !== 0;
    const stale = isRefreshing ? memory.newestStale(entry, nameEntry, nowMs) : NOT_FOUND;
    if (entry !== NOT_FOUND && memory.isFailing(entry, nowMs, this.#healthFor(query).recoveredAtMs)) {
      if (stale !== NOT_FOUND) return this.#staleReply(query, stale);
      // RFC 9520 §3.2: nothing is sent; yet what was sent may still be answered, unless nobody answers anything.
      if (this.#healthFor(query).areKnownBad || !this.#isAwaited(query)) return this.#failureAgain(query, entry);
      this.#counters.cacheFailureHits++;
      query.isKnownToFail = true;
      const reply = this.#next.resolve(query);
      if (reply instanceof Reply) query.isKnownToFail = false;
      return reply;
    }
    if (stale !== NOT_FOUND) return this.#resolveStale(query, stale, nowMs);
    this.#counters.cacheMisses++;
    return this.#next.resolve(query);
  }

  /** Something is at hand that is too old, and an upstream may know better. */
  #resolveStale(query: Query, entry: number, nowMs: number): Reply | PromiseLike<Reply> {
    const health = this.#healthFor(query);
    if (this.#memory.isTriedInVain(entry, nowMs, health.recoveredAtMs)) return this.#staleReply(query, entry);
    if (health.areKnownBad) {
      const reply = this.#staleReply(query, entry);
      this.#refresher.refresh(entry, nowMs);
      return reply;
    }
    // Apart: the reply that is given in its place may wait for others yet when it comes.
    const pending = this.#next.resolve(query.apart());
    if (!(pending instanceof Reply)) return this.#waitAWhile(query, pending);
    query.reply.repeat(pending, pending.octets);
    if (!isUsefulReply(pending.octets)) return this.#staleReply(query, entry);
    this.#counters.cacheMisses++;
    return query.reply;
  }

  /** The upstreams' answer if it comes in time and is one, else what is at hand. */
  #waitAWhile(query: Query, pending: PromiseLike<Reply>): PendingReply {
    const answer = new PendingReply(query);
    const health = this.#healthFor(query);
    const startMs = this.#clock.nowMs();
    const endMs = Math.min(startMs + CLIENT_TIMER_MS, query.deadlineMs - RESERVE_MS);
    const giveStale = (): boolean => {
      const nowMs = this.#memory.nowMs();
      const stale = this.#memory.newestStale(this.#find(query, query.qtype), this.#find(query, ANY_TYPE), nowMs);
      // It may have been thrown out meanwhile.
      if (stale === NOT_FOUND) return false;
      this.#memory.noteTriedInVain(stale, nowMs);
      answer.arrived(this.#staleReply(query, stale));
      return true;
    };
    const impatience = new Alarm((nowMs) => {
      if (nowMs >= endMs || health.areKnownBad) giveStale();
      else this.#deadlines.schedule(impatience, Math.min(endMs, nowMs + BAD_WAIT_MS));
    });
    this.#deadlines.schedule(impatience, Math.min(endMs, startMs + health.hedgeDelayMs + BAD_WAIT_MS));
    deliver(pending, {
      arrived: (reply) => {
        this.#deadlines.cancel(impatience);
        if (answer.isSettled) return;
        query.reply.repeat(reply, reply.octets);
        if (!isUsefulReply(reply.octets) && giveStale()) return;
        this.#counters.cacheMisses++;
        answer.arrived(query.reply);
      },
      failed: (error) => {
        this.#deadlines.cancel(impatience);
        answer.failed(error);
      },
    });
    return answer;
  }

  #staleReply(query: Query, entry: number): Reply {
    const { store } = this.#memory;
    this.#counters.cacheStaleHits++;
    const infoCode = store.kind(entry) === KIND.nxdomain ? EDE.STALE_NXDOMAIN_ANSWER : EDE.STALE_ANSWER;
    query.reply.extendedErrors.unshift({ infoCode, text: "" });
    const target = new Uint8Array(store.messageOctets(entry));
    store.copyMessageWithTtl(entry, target, STALE_TTL_SECONDS);
    return this.#address(target, query, entry, SOURCE.stale, "expired");
  }

  /** RFC 9520 §3.2: nobody is asked again as long as the failure is remembered. */
  #failureAgain(query: Query, entry: number): Reply {
    this.#counters.cacheFailureHits++;
    query.reply.extendedErrors.push({ infoCode: EDE.CACHED_ERROR, text: "" });
    return this.#address(this.#copy(query, entry, 0), query, entry, SOURCE.failure, "failed not long ago");
  }

  /** Into the listener's slot where the reply fits as it is; what has to be cut takes the longer way. */
  #copy(query: Query, entry: number, ageSeconds: number): Octets {
    // hot path
    const octets = this.#memory.store.messageOctets(entry);
    const slot = slotFor(query, octets);
    const target = slot === null ? new Uint8Array(octets) : slot.first(octets);
    this.#memory.store.copyMessage(entry, target, ageSeconds, slot === null ? null : slot.words);
    return target;
  }

  /** Makes a reply of what was remembered for somebody else: question and extended errors. */
  #address(target: Octets, query: Query, entry: number, source: ReplySource, reason: string): Reply {
    // hot path
    const { reply } = query;
    // The type as well: that a name does not exist may have been learned for another one.
    query.putQuestions(target);
    const octets = this.#memory.store.hasOptions(entry) ? this.#withOptions(target, query, entry) : target;
    reply.give(octets, source, reason);
    if (this.#inspector !== null) reply.findings = findingsOf(this.#memory, entry, octets, this.#inspector);
    return reply;
  }

  /**
   * What is not just octets: errors are written behind them, and names that must not be compressed have to be written out.
   * Neither can be done in the slot.
   */
  #withOptions(target: Octets, query: Query, entry: number): Octets {
    query.reply.extendedErrors.push(...this.#memory.errorsOf(entry));
    return query.slot !== null && query.slot.holds(target) ? target.slice() : target;
  }
}

type Octets = Uint8Array<ArrayBuffer>;
