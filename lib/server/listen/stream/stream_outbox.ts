import { writeAll } from "../../../base/net/byte_stream.ts";
import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { StreamSocket } from "../../../base/runtime.ts";
import { frameOctetsOf } from "../../../wire/stream_frames.ts";
import { IDLE_TIMEOUT_MS } from "../../limits.ts";
import type { Services } from "../../../observe/services.ts";
import { Parcel } from "./parcel.ts";

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
  /** Replies are added to the last one. */
  readonly #parcels: Parcel[] = [];
  /** A whole write has to be read in this time: whoever reads an octet now and then holds everything up all the same. */
  readonly #stalled: Alarm;
  #count = 0;
  #isSending = false;
  #isClosed = false;

  /** See {@linkcode StreamOutboxOptions}. */
  constructor(options: StreamOutboxOptions) {
    this.#options = options;
    this.#stalled = new Alarm(() => this.#fail());
  }

  /** Replies that have not left, those that are being written included. */
  get count(): number {
    return this.#count;
  }

  /** Puts a copy of a reply behind the others; it leaves after the next `flush`. Returns the octets that it takes. */
  put(reply: Uint8Array): number {
    // hot path
    const parcels = this.#parcels;
    let last = parcels[parcels.length - 1];
    if (last === undefined || !last.hasRoomFor(reply)) parcels.push(last = new Parcel());
    last.put(reply);
    this.#count++;
    return frameOctetsOf(reply);
  }

  /** Lets what was put leave. */
  flush(): void {
    // hot path
    if (!this.#isSending && this.#parcels.length > 0 && !this.#isClosed) void this.#send();
  }

  /** Lets nothing leave any more, and forgets it. */
  close(): void {
    this.#isClosed = true;
    for (const parcel of this.#parcels.splice(0)) parcel.release();
    this.#options.deadlines.cancel(this.#stalled);
  }

  async #send(): Promise<void> {
    const { socket, clock, deadlines, onSent } = this.#options;
    this.#isSending = true;
    for (let parcel = this.#parcels.shift(); parcel !== undefined; parcel = this.#parcels.shift()) {
      const { octets, count } = parcel;
      deadlines.schedule(this.#stalled, clock.nowMs() + IDLE_TIMEOUT_MS);
      try {
        const sent = await socket.write(octets);
        if (sent < octets.length) await writeAll(socket, octets.subarray(sent));
      } catch {
        // The system may still read there: its memory is nobody's now.
        return this.#fail();
      }
      if (this.#isClosed) return;
      deadlines.cancel(this.#stalled);
      parcel.release();
      this.#count -= count;
      onSent(count, octets.length);
    }
    this.#isSending = false;
  }

  #fail(): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onFailure();
  }
}
