import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { replyFrom, requestFor } from "../resolver/forward.ts";
import { pendingFor, type PendingReply } from "../resolver/pending_reply.ts";
import type { Query } from "../resolver/query.ts";
import type { Reply } from "../resolver/reply.ts";
import type {
  JoinableExchange,
  OpenExchange,
  UsualExchange,
  UsualListener,
} from "../resolver/sharing/open_exchange.ts";
import { Waiter } from "../resolver/sharing/waiter.ts";
import type { Response } from "../response/response.ts";
import type { Successor } from "../upstream/group/race_options.ts";
import type { Spares } from "../base/spares.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { HEADER_OCTETS } from "../wire/header.ts";
import { FirstAsk } from "./first_ask.ts";
import type { SlotCounter, SlotServices } from "./slot_services.ts";

/** RFC 1035 §3.1: a name has 255 octets at most; type and class follow. */
const QUESTION_OCTETS_MAX = 259;

/**
 * A question on its usual way: one client waits for it, the first upstream is asked, and says what counts. It does what the
 * layers from `Coalesce` to `Race` do, by the same functions and in the same order; what each of these makes for itself is
 * made once here, and used again.
 *
 * Whatever else befalls it (silence, a reply that does not count or has to be asked for in another manner, somebody else with
 * the same question) is not its own to deal with: it _leaves_. The layers resolve it as if it had just come, and find what has
 * been begun (`Query.request`): its race goes on where it is. From then on it is no more than the one who waits.
 */
export class Slot extends Waiter implements UsualExchange {
  /** See `Linkable`. */
  key = 0;
  /** See `Linkable`. */
  nextInRow: OpenExchange | null = null;
  /** See `OpenExchange`. */
  asked = 0;
  /** See `OpenExchange`. */
  isOver = false;
  /** See `OpenExchange`. */
  leader: Query;
  /** See `UsualExchange`. */
  pending: PendingReply | null = null;
  readonly #services: SlotServices;
  readonly #spares: Spares<Slot>;
  readonly #question = new ReusedOctets(new Uint8Array(QUESTION_OCTETS_MAX));
  readonly #ask: FirstAsk;
  #group: UpstreamGroup;
  #listener: UsualListener | null = null;
  #shared: JoinableExchange | null = null;

  /** For the question of `leader`, which is asked on behalf of `query`. To be started; it goes to `spares` when it is over. */
  constructor(query: Query, leader: Query, group: UpstreamGroup, services: SlotServices, spares: Spares<Slot>) {
    super(query);
    this.#services = services;
    this.#spares = spares;
    this.leader = leader;
    this.#group = group;
    this.#ask = new FirstAsk(this, services, requestFor(leader, group, this.#questionOf(leader)));
  }

  /** The same for another one, when it is over. */
  renewFor(query: Query, leader: Query, group: UpstreamGroup): void {
    // hot path
    this.begin(query);
    this.isOver = false;
    this.leader = leader;
    this.#group = group;
    this.#listener = null;
    requestFor(leader, group, this.#questionOf(leader), this.#ask.request);
  }

  #questionOf({ wire, scan: { questionsEnd } }: Query): Uint8Array<ArrayBuffer> {
    // hot path
    const length = questionsEnd - HEADER_OCTETS;
    const question = this.#question.first(length);
    for (let i = 0; i < length; i++) question[i] = wire[HEADER_OCTETS + i]!;
    return question;
  }

  /** Asks the first upstream. It may leave before this returns. */
  start(): void {
    // hot path
    this.leader.request = this.#ask.request;
    this.#ask.start(this.#group);
  }

  /** See `UsualExchange`. */
  open(key: number, asked: number, listener: UsualListener): void {
    // hot path
    this.key = key;
    this.asked = asked;
    this.#listener = listener;
  }

  /** Whether what comes can be given to who waits. */
  get isOpen(): boolean {
    return this.#listener !== null;
  }

  /** An answer has come, and the race is over. It is lent. */
  onAnswer(response: Response): void {
    // hot path
    const { leader } = this;
    const { learn } = this.#services;
    const listener = this.#listener!;
    let reply: Reply;
    try {
      reply = learn(leader, replyFrom(response, leader, this.#group));
    } catch (error) {
      return listener.onError(this, error);
    }
    listener.onReply(this, reply);
    // What asks over TCP may not have done with it.
    if (!this.isGiven || this.isRefused || this.#ask.hasAskedOverTcp) return;
    this.renew();
    this.#spares.give(this);
  }

  /** Has the layers go on with it. Returns the race. */
  leave(why: SlotCounter): Successor {
    const { leader } = this;
    const { next, counters } = this.#services;
    counters[why]++;
    const pending = this.pending = pendingFor(leader, next.resolve(leader) as PendingReply);
    if (this.#listener !== null) this.#shared = this.#listener.onLeft(this, pending);
    return this.#ask.successor!;
  }

  /** See `OpenExchange`. */
  shared(): JoinableExchange {
    if (this.#shared === null) this.leave("slotsShared");
    return this.#shared!;
  }

  /** See `OpenExchange`. */
  get first(): this {
    return this;
  }

  /** See `OpenExchange`. */
  get waiterCount(): number {
    return 1;
  }

  /** See `OpenExchange`. */
  get waiters(): readonly Waiter[] {
    return [this];
  }
}
