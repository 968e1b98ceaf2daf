import type { SocketAddress } from "../../../base/net/address.ts";
import type { DatagramBatch, TooLong, Turns } from "../../../base/runtime.ts";
import type { Counters } from "../../../observe/counters.ts";
import { ReplySlot } from "../../../resolver/reply_slot.ts";
import type { ReplySender } from "./reply_sender.ts";
import { shrink } from "../../reply/shrink.ts";
import type { Services } from "../../../observe/services.ts";

const NONE: readonly TooLong[] = [];

/** What a sender is made from. */
export interface BatchSenderOptions extends Pick<Services, "turns" | "counters"> {
  /** What it sends through; stays its owner's. */
  readonly batch: DatagramBatch;
  /** Told whom a reply was too long for. */
  readonly onTooLong?: (peer: SocketAddress) => void;
}

/** Sends the replies that become known in one turn with one system call. */
export class BatchSender implements ReplySender {
  /** The one in the batch's slot of the moment, if somebody has asked for it. */
  #current: ReplySlot | null = null;
  /** For each of the batch's slots. */
  readonly #slots = new Map<Uint8Array<ArrayBuffer>, ReplySlot>();
  readonly #batch: DatagramBatch;
  readonly #turns: Turns;
  readonly #counters: Counters;
  /** Made once: a closure for each burst would be one for each query when there is little to do. */
  readonly #flush: () => void;
  #queuedCount = 0;

  readonly #onTooLong: (peer: SocketAddress) => void;

  /** See {@linkcode BatchSenderOptions}. */
  constructor({ batch, turns, counters, onTooLong = () => {} }: BatchSenderOptions) {
    this.#batch = batch;
    this.#turns = turns;
    this.#counters = counters;
    this.#onTooLong = onTooLong;
    this.#flush = () => this.#flushNow();
  }

  /** See `ReplySender`. In the batch itself: what stands there need not be copied. */
  get slot(): ReplySlot {
    // hot path
    if (this.#current !== null) return this.#current;
    const { slot } = this.#batch;
    const current = this.#slots.get(slot) ?? this.#slotIn(slot);
    current.isTaken = false;
    return this.#current = current;
  }

  #slotIn(octets: Uint8Array<ArrayBuffer>): ReplySlot {
    const slot = new ReplySlot(octets);
    this.#slots.set(octets, slot);
    return slot;
  }

  /** See `ReplySender`. */
  send(reply: Uint8Array<ArrayBuffer>, peer: SocketAddress): void {
    // hot path
    const current = this.#current;
    const isInSlot = current !== null && current.holds(reply);
    if (current !== null) current.isTaken = true;
    this.#current = null;
    if (isInSlot) this.#batch.queueSlot(reply.length, peer);
    else this.#batch.queue(reply, peer);
    if (this.#queuedCount++ === 0) this.#turns.atTurnEnd(this.#flush);
  }

  /** See `ReplySender`. Everything leaves by itself: the turn ends with a system call. */
  flush(): void {}

  /** See `ReplySender`. */
  idle(): Promise<void> {
    this.#flushNow();
    return Promise.resolve();
  }

  #flushNow(): void {
    const lostCount = this.#batch.flush();
    this.#current = null;
    this.#counters.replied += this.#queuedCount - lostCount;
    this.#queuedCount = 0;
    if (lostCount > 0) this.#counters.unsendable += lostCount - this.#sendSmaller(this.#batch.tooLong ?? NONE);
  }

  /** Sends in fewer octets what was too long for its way. Returns how many are under way now, and counted there. */
  #sendSmaller(tooLong: readonly TooLong[]): number {
    const replies = tooLong.flatMap(({ octets, to }) => {
      const reply = shrink(octets);
      return reply === null ? [] : [{ reply, to }];
    });
    for (const { reply, to } of replies) {
      this.#onTooLong(to);
      this.#batch.queue(reply, to);
    }
    this.#queuedCount = replies.length;
    // They may be too long again. Each time there is less of them, until nothing is left to cut.
    if (replies.length > 0) this.#flushNow();
    return replies.length;
  }
}
