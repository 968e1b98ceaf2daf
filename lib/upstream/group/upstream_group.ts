import { EDE } from "../../wire/iana.ts";
import { type AnswerRule, USUAL_RULE } from "./answer_rule.ts";
import type { Stage } from "./fallback_exchange.ts";
import { HedgeBudget } from "./hedge_budget.ts";
import type { LateListener } from "./listening.ts";
import { Race } from "./race.ts";
import type { BegunRace } from "./race_options.ts";
import type { RaceGroup } from "./race_group.ts";
import { type Request, SENDS_MAX } from "../request.ts";
import { isInOrder, orderCandidates } from "./strategy.ts";
import type { Upstream } from "../upstream.ts";
import type { UpstreamGroupOptions } from "./upstream_group_options.ts";
import { isSilence, UpstreamError } from "../upstream_error.ts";
import type { Response } from "../../response/response.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";

/**
 * Exchanges that stay open behind their deadlines: what is slow is a handful of names, and an outage of thousands has
 * nothing to wait for.
 */
const LISTENING_MAX = 1000;
/**
 * Upstreams that `parallel` asks at once: one less than a question has sends. The last one is for whoever has to be asked in
 * another manner (EDNS, cookies, letter case), or for a third upstream when both are slow or of no use.
 */
const PARALLEL_COUNT = SENDS_MAX - 1;

/**
 * Upstreams together: which one is asked, when another one is asked as well, and whose answer counts. What they are asked
 * through, and how they are doing, is no matter of the group: an upstream may be in several.
 */
export class UpstreamGroup implements Stage {
  /** See `Stage`. */
  readonly rule: AnswerRule;
  /** See {@linkcode UpstreamGroupOptions}; `Infinity` for as long as the question has time. */
  readonly timeoutMs: number;
  readonly #options: UpstreamGroupOptions;
  /** Those who are asked: the members, or who stands in for one. */
  #members: readonly Upstream[];
  readonly #standIns = new Map<Upstream, Upstream>();
  #turn = 0;
  readonly #hedges: HedgeBudget;
  #isClosed = false;
  /** Whether its upstreams have been given back: they may be closed, and are not asked any more. */
  #isOver = false;
  /** Exchanges within their deadlines, and what else it is open for; see `hold`. */
  #holdCount = 0;
  /** Exchanges that are open behind their deadlines. */
  #listeningCount = 0;
  /** Made once, not for each question. */
  readonly #group: RaceGroup;

  /** See {@linkcode UpstreamGroupOptions}. */
  constructor(options: UpstreamGroupOptions) {
    this.#options = options;
    this.#members = options.members;
    this.#hedges = options.hedges ?? new HedgeBudget();
    const { restarts, rule = USUAL_RULE, timeoutMs = Infinity } = options;
    this.rule = rule;
    this.timeoutMs = timeoutMs;
    this.#group = {
      rule,
      get restartCount() {
        return restarts.count;
      },
      mayHedge: (slow, next) => this.#mayHedge(slow, next),
      mayListen: () => this.#listeningCount < LISTENING_MAX && this.#listeningCount++ >= 0,
      listened: () => this.#listened(),
      ended: () => this.release(),
      failed: (error) => this.#countFailure(error),
    };
  }

  /**
   * Asks until one upstream gives a good reply; see `Race.run`. Fails with an `UpstreamError` when nobody replied by the
   * request's deadline.
   *
   * @param lateListener Given what comes behind the deadline; see `Race`.
   */
  exchange(request: Request, lateListener: LateListener | null = null): PromiseLike<Response> {
    const { strategy, random, clock, deadlines } = this.#options;
    const members = this.#members;
    this.#bound(request);
    // What has been put off for a moment, a prefetch, may come behind all that was waited for.
    if (this.#isOver) return nothingFrom("No longer forwarding to", members);
    this.#options.counters.upstreamQuestions++;
    const candidates = this.#candidates;
    if (candidates.length === 0) {
      const areLoops = members.every(({ absence }) => absence.isLoop);
      return nothingFrom(areLoops ? "Forwarding loop through" : "Nobody is asked: left out are", members);
    }
    const order = orderCandidates(candidates, { strategy, turn: this.#turn++, random });
    this.hold();
    this.#hedges.earn();
    if (order.length > 1) this.probe(order.slice(1), request);
    const startCount = strategy === "parallel" ? Math.min(PARALLEL_COUNT, order.length) : 1;
    return new Race({ request, order, startCount, group: this.#group, lateListener, clock, deadlines }).run();
  }

  /** Whether a question begins with nothing but the first member being asked: all are there, up, and asked in their order. */
  get isUsual(): boolean {
    // hot path
    const members = this.#members;
    if (this.#isOver || !isInOrder(members.length, this.#options.strategy)) return false;
    for (let i = 0; i < members.length; i++) if (!members[i]!.isUp || members[i]!.absence.isAway) return false;
    return true;
  }

  /** Begins what `exchange` does, up to the race, where that `isUsual`: the first one is to be asked then. */
  begin(begun: BegunRace): void {
    // hot path
    this.#bound(begun.request);
    begun.order = this.#members;
    begun.restartCount = this.#options.restarts.count;
    this.#options.counters.upstreamQuestions++;
    this.#turn++;
    this.hold();
    this.#hedges.earn();
  }

  /** Goes on with what `begin` has begun, when the first one has been asked; comes to what `exchange` does. */
  resume(begun: BegunRace, lateListener: LateListener | null): PromiseLike<Response> {
    const { clock, deadlines } = this.#options;
    const { request, order } = begun;
    const race = new Race({ request, order, startCount: 0, group: this.#group, lateListener, clock, deadlines });
    return race.resume(begun);
  }

  #bound(request: Request): void {
    // hot path
    if (this.timeoutMs === Infinity) return;
    request.deadlineMs = Math.min(request.deadlineMs, this.#options.clock.nowMs() + this.timeoutMs);
  }

  /** The upstreams in order of preference. */
  get members(): readonly Upstream[] {
    return this.#members;
  }

  /** Has `standIn` asked in place of `member` from now on; `null`: has it asked itself again. */
  replace(member: Upstream, standIn: Upstream | null): void {
    if (standIn === null) this.#standIns.delete(member);
    else this.#standIns.set(member, standIn);
    this.#members = this.#options.members.map((one) => this.#standIns.get(one) ?? one);
  }

  /** All who may have to be asked for a question. */
  get reach(): readonly Upstream[] {
    return this.members;
  }

  /** How many these are. */
  get upstreamCount(): number {
    return this.reach.length;
  }

  /** Whether no upstream is expected to answer, see `Upstream.isKnownBad`. They are asked all the same. */
  get areKnownBad(): boolean {
    return this.members.every((upstream) => upstream.isKnownBad);
  }

  /**
   * When an upstream was last found to be back after it had been down, or was there for the first time; -Infinity before.
   * What failed earlier has not been tried with it.
   */
  get recoveredAtMs(): number {
    const { completeSinceMs = -Infinity } = this.#options;
    return Math.max(completeSinceMs, ...this.members.map((upstream) => upstream.recoveredAtMs));
  }

  /** The hedge delay of the upstream that would be asked first; by `random`, of the first that is up. */
  get hedgeDelayMs(): number {
    const { strategy, random } = this.#options;
    const byWhat = { strategy: strategy === "random" ? "sequential" : strategy, turn: this.#turn, random } as const;
    const [first] = orderCandidates(this.#candidates, byWhat);
    return (first ?? this.members[0]!).hedgeDelayMs;
  }

  /** Gives its upstreams back as soon as its last exchange has ended: for when nothing new is asked of it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeIfIdle();
  }

  /** Keeps its upstreams until `release`, whoever closes it: it may still be asked. */
  hold(): void {
    this.#holdCount++;
  }

  /** To be called once for each `hold`. */
  release(): void {
    this.#holdCount--;
    if (this.#isClosed) this.#closeIfIdle();
  }

  #listened(): void {
    this.#listeningCount--;
    if (this.#isClosed) this.#closeIfIdle();
  }

  #closeIfIdle(): void {
    if (this.#isOver || this.#holdCount + this.#listeningCount > 0) return;
    this.#isOver = true;
    this.#options.onClosed();
  }

  get #candidates(): readonly Upstream[] {
    // hot path
    const members = this.#members;
    // A loop: `some` takes a call for each, and this is asked for every question.
    for (let i = 0; i < members.length; i++) {
      if (members[i]!.absence.isAway) return members.filter(({ absence }) => !absence.isAway);
    }
    return members;
  }

  /** A question that is asked of others anyway probes one of `upstreams` that was down: no client waits for it. */
  protected probe(upstreams: readonly Upstream[], request: Request): void {
    for (const upstream of upstreams) {
      // With sends of its own, so that it takes none from the client; `Dialogue` bounds those, too. From a fresh socket: the
      // upstream may have gone for the ports of the others alone.
      if (upstream.isUp || !upstream.probe({ ...request, upstreamCount: 1, wantsFreshSocket: true })) continue;
      this.#options.counters.upstreamProbes++;
      return;
    }
  }

  #countFailure(error: unknown): void {
    if (isSilence(error)) this.#options.counters.upstreamTimeouts++;
  }

  /**
   * The hedge for a question that is merely slow comes out of a budget; one for an upstream in trouble, or beyond a path that
   * loses datagrams, does not.
   */
  #mayHedge(slow: Upstream, next: Upstream): boolean {
    if (!slow.isSuspect && !slow.isLossy && !this.#hedges.take()) return false;
    next.dialogue.counts.hedged();
    this.#options.counters.upstreamHedges++;
    return true;
  }
}

/** The reply of nobody, with the reason in front of the names of who was not asked. */
function nothingFrom(why: string, members: readonly Upstream[]): DeferredResponse {
  const nothing = new DeferredResponse();
  nothing.failed(new UpstreamError(`${why} ${members.map(({ name }) => name).join(", ")}`, EDE.OTHER));
  return nothing;
}
