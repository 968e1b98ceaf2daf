import { concat } from "@std/bytes/concat";
import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { StreamSocket } from "../../../base/runtime.ts";
import { writeAll } from "../../../base/net/byte_stream.ts";
import { KIB } from "../../../base/units.ts";
import { toFrame } from "../../../wire/stream_frames.ts";
import { IDLE_TIMEOUT_MS } from "../../limits.ts";
import type { Services } from "../../../observe/services.ts";

/** Replies leave together up to so many octets; a longer one leaves alone. */
const WRITE_OCTETS_MAX = 64 * KIB;

type Frame = Uint8Array<ArrayBuffer>;

/** What an outbox is made from. */
export interface StreamOutboxOptions extends Pick<Services, "clock" | "deadlines"> {
  /** Where the replies go; stays its owner's. */
  readonly socket: StreamSocket;
  /** Told when replies have left: how many, and their octets. */
  readonly onSent: (count: number, octets: number) => void;
  /** Told once when a reply can not leave, because the connection is broken or its reader too slow. None does then. */
  readonly onFailure: () => void;
}

/**
 * The replies that wait to leave on one connection. One write is under way at a time; what has come meanwhile leaves
 * together in the next one.
 */
export class StreamOutbox {
  readonly #options: StreamOutboxOptions;
  readonly #frames: Frame[] = [];
  /** A whole write has to be read in this time: whoever reads an octet now and then holds everything up all the same. */
  readonly #stalled: Alarm;
  #sendingCount = 0;
  #isSending = false;
  #isClosed = false;

  /** See {@linkcode StreamOutboxOptions}. */
  constructor(options: StreamOutboxOptions) {
    this.#options = options;
    this.#stalled = new Alarm(() => this.#fail());
  }

  /** Replies that have not left, those that are being written included. */
  get count(): number {
    return this.#frames.length + this.#sendingCount;
  }

  /** Puts a copy of a reply behind the others; it leaves after the next `flush`. Returns the octets that it takes. */
  put(reply: Uint8Array<ArrayBuffer>): number {
    const frame = toFrame(reply);
    this.#frames.push(frame);
    return frame.length;
  }

  /** Lets what was put leave. */
  flush(): void {
    if (!this.#isSending && this.#frames.length > 0 && !this.#isClosed) void this.#send();
  }

  /** Lets nothing leave any more, and forgets it. */
  close(): void {
    this.#isClosed = true;
    this.#frames.length = 0;
    this.#options.deadlines.cancel(this.#stalled);
  }

  async #send(): Promise<void> {
    const { socket, clock, deadlines, onSent } = this.#options;
    this.#isSending = true;
    while (this.#frames.length > 0) {
      const octets = this.#takeNext();
      deadlines.schedule(this.#stalled, clock.nowMs() + IDLE_TIMEOUT_MS);
      try {
        await writeAll(socket, octets);
      } catch {
        return this.#fail();
      }
      if (this.#isClosed) return;
      deadlines.cancel(this.#stalled);
      const count = this.#sendingCount;
      this.#sendingCount = 0;
      onSent(count, octets.length);
    }
    this.#isSending = false;
  }

  #takeNext(): Frame {
    let octets = 0;
    let count = 0;
    while (count < this.#frames.length) {
      octets += this.#frames[count]!.length;
      if (count > 0 && octets > WRITE_OCTETS_MAX) break;
      count++;
    }
    this.#sendingCount = count;
    const frames = this.#frames.splice(0, count);
    return count === 1 ? frames[0]! : concat(frames);
  }

  #fail(): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onFailure();
  }
}
