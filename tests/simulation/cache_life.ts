import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { ednsOf, opt, question } from "../support/messages.ts";
import { Scene } from "../support/scene.ts";
import type { SceneUpstream } from "../support/scene_upstream.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { keyOf, type Version, VersionedZone } from "./versioned_zone.ts";

/** What came of it. */
export interface CacheLife {
  /** What was wrong, a line each. */
  readonly faults: readonly string[];
  /** How often what happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** See `Trace`. */
  readonly traceHash: string;
}

const DAY_SECONDS = 86_400;
const STALE_TTL_SECONDS = 30;
/** Prefetching begins in the last tenth of an entry's life. */
const REFRESHED_FROM = 0.9;
/** The program's deadlines are met up to a tick late. */
const TICK_MS = 20;
/** A question's sends, and the answers to them, are no further apart. */
const EXCHANGE_MS = 2100;
/** The longest time that a stale answer may take: RFC 8767 §5, and a tick. */
const STALE_WAIT_MS = 1800 + TICK_MS;
/** After an outage the last failed refresh may keep an entry stale for so long. */
const AFTERMATH_MS = 31_000;

/**
 * Hours in the life of the program, as they follow from `seed`: few names with TTLs of seconds to a day are asked for
 * again and again, while upstreams lose replies, die and come back, and the machine sleeps. Every answer says when it was
 * given, so that it shows whether anything is older than it may be.
 *
 * @param hasFastPath Whether questions may go the usual way upstream.
 */
export async function liveWithCache(seed: number, hasFastPath = true): Promise<CacheLife> {
  return await new Life(seed, hasFastPath).run();
}

class Life {
  readonly #random: SeededRandom;
  readonly #zone: VersionedZone;
  readonly #scene: Scene;
  readonly #faults: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #learned = new Map<string, Version[]>();
  /** The last answer to each question that a client was told as fresh. */
  readonly #told = new Map<string, Version>();
  readonly #lossShare: number;
  #sleepCount = 0;
  #isOut = false;
  /** When an upstream first answered again after the last outage. */
  #provenAtMs = Infinity;

  constructor(seed: number, hasFastPath: boolean) {
    this.#random = new SeededRandom(`cache ${seed}`);
    this.#zone = new VersionedZone(this.#random, this.#random.between(3, 30));
    this.#lossShare = this.#random.pick([0, 0, 0.05, 0.2]);
    this.#scene = new Scene({
      upstreamCount: this.#random.between(1, 3),
      config: { cacheSizeMib: 1, prefetches: this.#random.chance(0.7), logLevel: "error", hasFastPath },
    });
    for (const upstream of this.#scene.upstreams) {
      this.#serve(upstream);
      // While it is out over UDP it is so over TCP.
      upstream.onStreamQuery = () => {};
    }
  }

  async run(): Promise<CacheLife> {
    const meanGapMs = this.#random.pick([500, 5000, 60_000]);
    for (let i = 0; i < 300; i++) {
      if (this.#random.chance(0.01)) await this.#sleep();
      if (this.#random.chance(this.#isOut ? 0.1 : 0.02)) this.#turn();
      await this.#ask();
      await this.#scene.pass(-meanGapMs * Math.log(1 - this.#random.fraction()));
    }
    await this.#scene.settle();
    this.#checkFrequency();
    this.#checkPrefetches();
    for (const [name, count] of Object.entries(this.#scene.app.counters)) this.#count(`counter ${name}`, count);
    return { faults: this.#faults, counts: this.#counts, traceHash: this.#scene.world.trace.hash };
  }

  /** By a clock that never sleeps. */
  get #nowMs(): number {
    return this.#scene.nowMs + this.#scene.world.sleptMs;
  }

  #serve(upstream: SceneUpstream): void {
    const lossShare = this.#lossShare;
    upstream.onQuery = (query) => {
      if (this.#isOut) return;
      const { octets, version } = this.#zone.answer(query.message);
      if (this.#random.chance(lossShare)) return;
      const afterMs = this.#random.between(1, 120);
      upstream.reply(query, octets, { afterMs });
      this.#scene.world.time.after(afterMs, () => this.#learn(version));
    };
  }

  #learn(version: Version): void {
    version.learnedAtMs = this.#nowMs;
    const known = this.#learned.get(version.key) ?? [];
    this.#learned.set(version.key, [...known, version]);
  }

  async #sleep(): Promise<void> {
    // What is on its way arrives first: a machine asleep hears nothing.
    await this.#scene.pass(5000);
    this.#scene.world.sleptMs += this.#random.between(5, 100_000) * 1000;
    // It takes up to a second awake to find out. What is shorter than this may not be noticed.
    await this.#scene.pass(1000);
    this.#scene.app.status();
    await this.#scene.pass(100);
    this.#sleepCount++;
    this.#count("slept");
  }

  #turn(): void {
    this.#isOut = !this.#isOut;
    this.#provenAtMs = Infinity;
    this.#count(this.#isOut ? "outage" : "recovery");
  }

  async #ask(): Promise<void> {
    const { names } = this.#zone;
    // Few names are asked for often, most now and then.
    const name = names[Math.floor(names.length * this.#random.fraction() ** 2)]!;
    const wantsDnssec = this.#random.chance(0.1);
    const client = this.#scene.client();
    const fields = { checkingDisabled: this.#random.chance(0.05), additionals: [opt({ wantsDnssec })] };
    const wasOut = this.#isOut;
    const startMs = this.#scene.nowMs;
    const startNowMs = this.#nowMs;
    client.ask([question(name)], fields);
    await this.#scene.pass(3000);
    const { message, atMs } = client.reply;
    this.#check(message, startNowMs + (atMs - startMs), atMs - startMs, wasOut);
  }

  #check(message: Message, repliedAtMs: number, waitedMs: number, wasOut: boolean): void {
    const key = keyOf(message);
    const errors = (ednsOf(message)?.options ?? []).map(readExtendedError).map((error) => error?.infoCode);
    const isStale = errors.includes(EDE.STALE_ANSWER) || errors.includes(EDE.STALE_NXDOMAIN_ANSWER);
    if (message.rcode === RCODE.SERVFAIL) return this.#checkFailure(key, repliedAtMs, wasOut);
    const version = this.#zone.versionIn(message);
    if (version === undefined || version.learnedAtMs === null) return this.#fault(key, "says what nobody has said");
    if (version.key !== key) return this.#fault(key, `gets the answer to ${version.key}`);
    // Sums of fractions are never quite exact.
    const ageMs = Math.max(0, repliedAtMs - version.learnedAtMs - 0.001);
    const ttls = [...message.answers, ...message.authorities].filter(({ type }) => type !== TYPE.OPT).map((r) => r.ttl);
    this.#count(isStale ? "stale" : ageMs > 0 ? "hit" : "fresh");
    if (!isStale && ageMs === 0) this.#provenAtMs = Math.min(this.#provenAtMs, repliedAtMs);
    if (isStale) {
      if (ttls.some((ttl) => ttl !== STALE_TTL_SECONDS)) this.#fault(key, `is stale with TTL ${ttls}`);
      if (ageMs < version.lifetimeSeconds * 1000) this.#fault(key, "is called stale and is not");
      if (ageMs >= (version.lifetimeSeconds + DAY_SECONDS) * 1000) this.#fault(key, "is too old to be stale");
      if (waitedMs > STALE_WAIT_MS) this.#fault(key, `waited ${waitedMs} ms for a stale answer`);
      if (this.#isQuiet(repliedAtMs, wasOut)) this.#fault(key, "is stale without need");
      return;
    }
    this.#told.set(key, version);
    if (version.lifetimeSeconds === 0 && ageMs > 0) return this.#fault(key, "was never to be remembered");
    if (ageMs > 0 && ageMs >= version.lifetimeSeconds * 1000) this.#fault(key, `is ${ageMs} ms old`);
    const expected = version.ttls.map((ttl) => ttl - Math.floor(ageMs / 1000));
    // Each sleep may count for up to two seconds more than it took.
    const isRight = ttls.every((ttl, i) => ttl <= expected[i]! && ttl >= expected[i]! - 2 * this.#sleepCount);
    if (!isRight) this.#fault(key, `has TTL ${ttls}, not ${expected}, after ${ageMs} ms`);
  }

  /** What was answered within the last day is answered still, whoever is silent. */
  #checkFailure(key: string, repliedAtMs: number, wasOut: boolean): void {
    this.#count("failure");
    const last = this.#told.get(key);
    const isKnown = last !== undefined && last.lifetimeSeconds > 0 &&
      repliedAtMs < last.learnedAtMs! + (last.lifetimeSeconds + DAY_SECONDS) * 1000;
    if (isKnown) this.#fault(key, "is known, and failed");
    // A failure is remembered for half a minute, and longer for nobody.
    if (this.#isQuiet(repliedAtMs, wasOut)) this.#fault(key, "failed without need");
  }

  /** Whether nothing has been lost, and the program has had the time to see that the last outage is over. */
  #isQuiet(repliedAtMs: number, wasOut: boolean): boolean {
    return !wasOut && this.#lossShare === 0 && repliedAtMs > this.#provenAtMs + AFTERMATH_MS;
  }

  /** Between two exchanges for a question lies nine tenths of the first one's TTL at least. */
  #checkFrequency(): void {
    // Where replies are lost, that of a probe may be the only one to arrive: nobody learns from that.
    if (this.#lossShare > 0) return;
    for (const [key, versions] of this.#learned) {
      let first = versions[0]!;
      for (const version of versions) {
        const gapMs = version.learnedAtMs! - first.learnedAtMs!;
        if (gapMs <= EXCHANGE_MS) continue;
        const dueMs = REFRESHED_FROM * first.lifetimeSeconds * 1000 - EXCHANGE_MS;
        if (gapMs < dueMs) this.#fault(key, `was asked for after ${gapMs} ms, due after ${dueMs} ms`);
        first = version;
      }
    }
  }

  #checkPrefetches(): void {
    const { prefetches, upstreamQuestions } = this.#scene.app.counters;
    if (prefetches > 0.1 * upstreamQuestions) {
      this.#fault("prefetches", `${prefetches} of ${upstreamQuestions} questions`);
    }
    this.#count("prefetch", prefetches);
  }

  #fault(key: string, what: string): void {
    this.#faults.push(`at ${this.#nowMs} ms: ${key} ${what}`);
  }

  #count(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }
}
