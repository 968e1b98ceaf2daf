import type { Clock } from "../base/runtime.ts";
import type { ExtendedError } from "../wire/edns/edns.ts";
import { HEADER_OCTETS, QUESTION_TAIL_OCTETS } from "../wire/header.ts";
import { skipName } from "../wire/skip_name.ts";
import { uint16At } from "../wire/octets.ts";
import { assess } from "../response/assess.ts";
import type { Storable, StorageRules } from "../response/storable.ts";
import { assessTail } from "../response/assess_tail.ts";
import type { Response } from "../response/response.ts";
import { addressRun } from "./store/address_run.ts";
import { draftEntry } from "./store/cache_entry.ts";
import { type CacheStore, NOT_FOUND } from "./store/cache_store.ts";
import { entryOptions, errorsAmong, findingsAmong } from "./entry_options.ts";
import { failureLifetimeMs } from "./failure_lifetime.ts";
import { failureMessage } from "./failure_message.ts";
import { WANTS_DNSSEC } from "./variant.ts";
import { NameKey } from "../names/name_key.ts";
import type { LearnedQuestion } from "./learned_question.ts";
import { KIND } from "../response/kind.ts";
import { NOT_STORABLE } from "../response/not_storable.ts";

/** In place of a type: what is known of a name whatever the type, which is that it does not exist (RFC 2308 §5). */
export const ANY_TYPE = 0;

/** RFC 8767 §5: a failed refresh is not tried again sooner. */
const RECHECK_MS = 30_000;
/** How long it is remembered how often in a row a question has failed, beyond the failure itself. */
const STREAK_MS = 60_000;
const STREAK_MAX = 255;

/** What a memory is made from. */
export interface ResponseCacheOptions {
  /** Where the octets are. */
  readonly store: CacheStore;
  /** What may be stored and for how long. */
  readonly rules: StorageRules;
  /** How long an answer may be given, marked as stale, after it has expired; 0 for never. */
  readonly staleMs: number;
  /** What the time is read from. */
  readonly clock: Clock;
}

/** What has been answered before: learns answers and failures by the rules, and tells how old they are. */
export class ResponseCache {
  /** Where the octets are; look things up here. */
  readonly store: CacheStore;
  readonly #rules: StorageRules;
  readonly #staleMs: number;
  readonly #clock: Clock;
  /** Of the end of a chain. */
  readonly #tailKey = new NameKey();
  /** What is stored next, once it is filled in: the store copies it all. */
  readonly #entry = draftEntry();

  /** See {@linkcode ResponseCacheOptions}. */
  constructor({ store, rules, staleMs, clock }: ResponseCacheOptions) {
    this.store = store;
    this.#rules = rules;
    this.#staleMs = staleMs;
    this.#clock = clock;
  }

  /** What all times here are on; ages grow while the machine sleeps. */
  nowMs(): number {
    // hot path
    return this.#clock.nowMs();
  }

  /** Whether an entry is an answer, and not older than its TTL. */
  isFresh(entry: number, nowMs: number): boolean {
    // hot path
    return nowMs < this.store.expiresAtMs(entry) && this.store.kind(entry) !== KIND.failure;
  }

  /** Whole seconds since an entry was learned. */
  ageSeconds(entry: number, nowMs: number): number {
    // hot path
    return Math.floor((nowMs - this.store.storedAtMs(entry)) / 1000);
  }

  /** Whether an entry is a failure that is not to be tried again yet; whatever failed before `recoveredAtMs` may be. */
  isFailing(entry: number, nowMs: number, recoveredAtMs: number): boolean {
    const { store } = this;
    if (store.kind(entry) !== KIND.failure || nowMs >= store.expiresAtMs(entry)) return false;
    return store.storedAtMs(entry) >= recoveredAtMs;
  }

  /** Of two entries (or `NOT_FOUND`) the newer one of those that may be given although they have expired. */
  newestStale(entry: number, other: number, nowMs: number): number {
    // The usual case: nothing is known.
    if (entry === NOT_FOUND && other === NOT_FOUND) return NOT_FOUND;
    const candidates = [entry, other].filter((candidate) => candidate !== NOT_FOUND && this.#isStale(candidate, nowMs));
    return candidates.sort((a, b) => this.store.storedAtMs(b) - this.store.storedAtMs(a))[0] ?? NOT_FOUND;
  }

  #isStale(entry: number, nowMs: number): boolean {
    return this.store.kind(entry) !== KIND.failure && nowMs < this.store.expiresAtMs(entry) + this.#staleMs;
  }

  /** Whether an entry was to be refreshed not long ago; whatever was tried before `recoveredAtMs` does not count. */
  isTriedInVain(entry: number, nowMs: number, recoveredAtMs: number): boolean {
    const recheckAtMs = this.store.recheckAtMs(entry);
    return nowMs < recheckAtMs && recheckAtMs - RECHECK_MS >= recoveredAtMs;
  }

  /** Notes that an entry is being refreshed, or that it could not be. A new answer makes a new entry. */
  noteTriedInVain(entry: number, nowMs: number): void {
    this.store.setRecheckAtMs(entry, nowMs + RECHECK_MS);
  }

  /** Why a remembered answer is what it is. */
  errorsOf(entry: number): ExtendedError[] {
    return errorsAmong(this.store.options(entry));
  }

  /** What was found in a remembered answer when it was learned; see `learn`. Nothing is allocated unless something was. */
  findingsOf(entry: number): number {
    return this.store.hasOptions(entry) ? findingsAmong(this.store.options(entry)) : 0;
  }

  /**
   * Learns what can be learned from a response to `question`. Returns it as it will be given from memory; see `assess`.
   *
   * @param variant See `variantOf`.
   * @param response It may be edited.
   * @param extendedErrors Why it is what it is.
   * @param findings What has been found in it: the caller's number of 32 bits, see `findingsOf`.
   * @param inspectedBy Who has looked: the caller's number, 0–15.
   */
  learn(
    question: LearnedQuestion,
    variant: number,
    response: Response,
    extendedErrors: readonly ExtendedError[],
    findings: number = 0,
    inspectedBy: number = 0,
  ): Uint8Array<ArrayBuffer> {
    // hot path
    const assessment = assess(response, this.#rules);
    if (!assessment.isStorable) {
      if (assessment.reason === NOT_STORABLE.failure) this.#learnFailure(question, variant, response, extendedErrors);
      if (assessment.reason === NOT_STORABLE.zeroTtl) this.#forget(question, variant);
      return response.octets;
    }
    // RFC 6891 §6.1.1: a reply without an OPT record has not been made for one, and so knows nothing of DO. It has no
    // signatures, whoever would have them: the next one to ask for these may get more.
    if ((variant & WANTS_DNSSEC) !== 0 && !assessment.hadOpt) return assessment.message;
    const { isOvercompressed, hasRedirection } = assessment;
    const options = entryOptions(extendedErrors, isOvercompressed || hasRedirection, findings);
    this.#insert(assessment, variant, question.key, options, inspectedBy);
    // RFC 2308 §2.1, §5: what the end of a chain lacks, it lacks for those who ask for it by its own name, too.
    const tail = assessTail(assessment, this.#rules);
    this.#tailKey.forget();
    if (tail !== null && !this.#isKnown(tail, variant)) {
      // It is a denial: there is no record in it that anything could have been found in.
      this.#insert(tail, variant, this.#tailKey, entryOptions([], false, 0), inspectedBy);
    }
    return assessment.message;
  }

  /**
   * Whether there is a fresh answer for what the end of a chain is asked for. It was given to that very question, and is
   * worth more than what somebody's alias says (RFC 2181 §5.4.1): who makes up names of his own must not deny others'.
   */
  #isKnown({ message }: Storable, variant: number): boolean {
    const { store } = this;
    const nowMs = this.#clock.nowMs();
    const nameEnd = skipName(message, HEADER_OCTETS, message.length);
    return [uint16At(message, nameEnd), ANY_TYPE].some((qtype) => {
      const entry = store.find(message, nameEnd, qtype, uint16At(message, nameEnd + 2), variant, this.#tailKey);
      return entry !== NOT_FOUND && this.isFresh(entry, nowMs);
    });
  }

  /** RFC 8767 §4: what is definitive replaces what was said before, also when it must not be kept itself. */
  #forget({ wire, scan, key }: LearnedQuestion, variant: number): void {
    const { store } = this;
    const { qtypeOffset: nameEnd } = scan;
    for (const qtype of [uint16At(wire, nameEnd), ANY_TYPE]) {
      const entry = store.find(wire, nameEnd, qtype, uint16At(wire, nameEnd + 2), variant, key);
      if (entry !== NOT_FOUND) store.remove(entry);
    }
  }

  #insert(storable: Storable, variant: number, key: NameKey, options: Uint8Array, inspectedBy: number): void {
    const { store } = this;
    const { kind, message, ttlOffsets, dataCount, lifetimeSeconds, holdsForEveryType } = storable;
    const nowMs = this.#clock.nowMs();
    const nameEnd = skipName(message, HEADER_OCTETS, message.length);
    const qclass = uint16At(message, nameEnd + 2);
    // RFC 8767 §4: what is definitive replaces what was said before, of whatever type.
    const denial = holdsForEveryType ? NOT_FOUND : store.find(message, nameEnd, ANY_TYPE, qclass, variant, key);
    if (denial !== NOT_FOUND) store.remove(denial);
    const expiresAtMs = nowMs + 1000 * lifetimeSeconds;
    const entry = this.#entry;
    entry.wire = entry.message = message;
    entry.nameEnd = nameEnd;
    entry.key = key;
    entry.qtype = holdsForEveryType ? ANY_TYPE : uint16At(message, nameEnd);
    entry.qclass = qclass;
    entry.variant = variant;
    entry.ttlOffsets = ttlOffsets;
    entry.ttlCount = ttlOffsets.length;
    entry.addresses = addressRun(message, nameEnd + QUESTION_TAIL_OCTETS, ttlOffsets, dataCount);
    entry.options = options;
    entry.kind = kind;
    entry.inspectedBy = inspectedBy;
    entry.storedAtMs = entry.nowMs = nowMs;
    entry.expiresAtMs = expiresAtMs;
    entry.keepUntilMs = expiresAtMs + this.#staleMs;
    store.insert(entry);
  }

  /** RFC 9520 §3.2. What can still be given, fresh or stale, is worth more than the failure, and stays. */
  #learnFailure(
    { wire, scan, key }: LearnedQuestion,
    variant: number,
    response: Response,
    extendedErrors: readonly ExtendedError[],
  ): void {
    const { store } = this;
    const nowMs = this.#clock.nowMs();
    const nameEnd = scan.qtypeOffset;
    const [qtype, qclass] = [uint16At(wire, nameEnd), uint16At(wire, nameEnd + 2)];
    const known = store.find(wire, nameEnd, qtype, qclass, variant, key);
    const answer = this.newestStale(known, store.find(wire, nameEnd, ANY_TYPE, qclass, variant, key), nowMs);
    if (answer !== NOT_FOUND) return this.noteTriedInVain(answer, nowMs);
    const isRepeated = known !== NOT_FOUND && store.kind(known) === KIND.failure && nowMs < store.keepUntilMs(known);
    const streak = isRepeated ? Math.min(STREAK_MAX, store.streak(known) + 1) : 1;
    const expiresAtMs = nowMs + failureLifetimeMs(streak);
    store.insert({
      wire,
      nameEnd,
      key,
      qtype,
      qclass,
      variant,
      message: failureMessage(wire.subarray(0, scan.questionsEnd), response.scan.flags),
      ttlOffsets: [],
      ttlCount: 0,
      options: entryOptions(extendedErrors, false, 0),
      kind: KIND.failure,
      streak,
      storedAtMs: nowMs,
      expiresAtMs,
      keepUntilMs: expiresAtMs + STREAK_MS,
      nowMs,
    });
  }
}
