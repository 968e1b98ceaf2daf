import { formatSocketAddress, type SocketAddress } from "../../../base/net/address.ts";
import type { DatagramSocket } from "../../../base/runtime.ts";
import { ReplySlot } from "../../../resolver/reply_slot.ts";
import type { SendQueue } from "./read_ahead.ts";
import type { ReplySender } from "./reply_sender.ts";
import type { Services } from "../../../observe/services.ts";

/** Replies kept for the next burst; more than this many are left to the garbage collector. */
const KEPT_MAX = 256;

/** What a sender is made from. */
export interface SingleSenderOptions extends Pick<Services, "counters" | "log"> {
  /** Where the replies leave; stays its owner's. */
  readonly socket: DatagramSocket;
}

/**
 * Sends replies one by one, each with a system call of its own. Those of a burst leave one behind the other when all have
 * been made.
 */
export class SingleSender implements ReplySender, SendQueue {
  readonly #options: SingleSenderOptions;
  readonly #queued: OutgoingReply[] = [];
  /** How many of them have left, or are about to. */
  #begunCount = 0;
  /** What `sent` is about. */
  #sending: OutgoingReply | null = null;
  readonly #free: OutgoingReply[] = [];
  #next: OutgoingReply;
  #underway = 0;
  #idle = Promise.withResolvers<void>();

  /** See {@linkcode SingleSenderOptions}. */
  constructor(options: SingleSenderOptions) {
    this.#options = options;
    this.#next = new OutgoingReply(this);
  }

  /** See `ReplySender`. */
  get slot(): ReplySlot {
    return this.#next.slot;
  }

  /** See `ReplySender`. */
  send(reply: Uint8Array<ArrayBuffer>, peer: SocketAddress): void {
    // hot path
    const outgoing = this.#next;
    outgoing.reply = outgoing.own(reply);
    outgoing.peer = peer;
    this.#underway++;
    outgoing.slot.isTaken = true;
    this.#next = this.#free.pop() ?? new OutgoingReply(this);
    this.#next.slot.isTaken = false;
    this.#queued.push(outgoing);
  }

  /** See `SendQueue`. */
  sendNext(): Promise<unknown> | null {
    // hot path
    const outgoing = this.#takeNext();
    this.#sending = outgoing;
    return outgoing === null ? null : this.#options.socket.send(outgoing.reply, outgoing.peer!);
  }

  /** See `SendQueue`. */
  sent(error: unknown): void {
    // hot path
    this.ended(this.#sending!, error);
  }

  /** See `ReplySender`. Does not wait for one to leave before the next. */
  flush(): void {
    const { socket } = this.#options;
    for (let outgoing = this.#takeNext(); outgoing !== null; outgoing = this.#takeNext()) {
      socket.send(outgoing.reply, outgoing.peer!).then(outgoing.sent, outgoing.failed);
    }
  }

  #takeNext(): OutgoingReply | null {
    // hot path
    if (this.#begunCount < this.#queued.length) return this.#queued[this.#begunCount++]!;
    this.#queued.length = this.#begunCount = 0;
    return null;
  }

  /** See `ReplySender`. */
  async idle(): Promise<void> {
    if (this.#underway === 0) return;
    this.#idle = Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  /** @internal */
  ended(outgoing: OutgoingReply, error: unknown): void {
    const { counters, log } = this.#options;
    if (error === null) {
      counters.replied++;
    } else {
      counters.unsendable++;
      log.debug(() => `Cannot reply to ${formatSocketAddress(outgoing.peer!)}: ${error}`);
    }
    if (this.#free.length < KEPT_MAX) this.#free.push(outgoing);
    if (--this.#underway === 0) this.#idle.resolve();
  }
}

/** One reply on its way out. Made once and used again: a closure for each reply would cost more than its octets. */
class OutgoingReply {
  readonly slot = new ReplySlot();
  reply: Uint8Array<ArrayBuffer> = this.slot.octets;
  peer: SocketAddress | null = null;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;

  constructor(sender: SingleSender) {
    this.sent = () => sender.ended(this, null);
    this.failed = (error) => sender.ended(this, error);
  }

  /** `reply`, or a copy of one that does not stand in the slot: it is only lent, and the system may read it later. */
  own(reply: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.slot.holds(reply)) return reply;
    this.slot.octets.set(reply);
    return this.slot.first(reply.length);
  }
}
