import { writeAll } from "../../../base/net/byte_stream.ts";
import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { StreamSocket } from "../../../base/runtime.ts";
import type { PushedStream } from "../../../base/sockets/pushed_stream.ts";
import { frameOctetsOf } from "../../../wire/stream_frames.ts";
import { IDLE_TIMEOUT_MS } from "../../limits.ts";
import type { Services } from "../../../observe/services.ts";
import { Parcel } from "./parcel.ts";

/** What an outbox is made from. */
export interface StreamOutboxOptions extends Pick<Services, "clock" | "deadlines"> {
  /** Where the replies go; stays its owner's. */
  readonly socket: Pick<StreamSocket, "write"> | Pick<PushedStream, "send">;
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
  /** The parcel of which a part waits for room, and what of it has left. */
  #begun: Parcel | null = null;
  #sentOctets = 0;
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
    if (this.#isSending || this.#parcels.length === 0 || this.#isClosed) return;
    const { socket } = this.#options;
    if ("write" in socket) void this.#send(socket);
    else this.#sendNow(socket);
  }

  /** A connection that tells has room for what is left. */
  onWritable(): void {
    const { socket } = this.#options;
    if (this.#isSending && !this.#isClosed && !("write" in socket)) this.#sendNow(socket);
  }

  /** Lets nothing leave any more, and forgets it. */
  close(): void {
    this.#isClosed = true;
    for (const parcel of this.#parcels.splice(0)) parcel.release();
    this.#options.deadlines.cancel(this.#stalled);
  }

  /** Sends as much as there is room for now. */
  #sendNow(socket: Pick<PushedStream, "send">): void {
    // hot path
    this.#isSending = true;
    try {
      for (let parcel = this.#begun ?? this.#parcels.shift(); parcel !== undefined; parcel = this.#parcels.shift()) {
        const left = parcel.octets.subarray(this.#sentOctets);
        const sent = socket.send(left);
        if (sent < left.length) return this.#wait(parcel, sent);
        this.#begun = null;
        this.#sentOctets = 0;
        this.#left(parcel);
        if (this.#isClosed) return;
      }
    } catch {
      return this.#fail();
    }
    this.#isSending = false;
  }

  /** So much more of a parcel has left; the rest has to wait. */
  #wait(parcel: Parcel, sentOctets: number): void {
    const { clock, deadlines } = this.#options;
    if (this.#begun === null) deadlines.schedule(this.#stalled, clock.nowMs() + IDLE_TIMEOUT_MS);
    this.#begun = parcel;
    this.#sentOctets += sentOctets;
  }

  async #send(socket: Pick<StreamSocket, "write">): Promise<void> {
    const { clock, deadlines } = this.#options;
    this.#isSending = true;
    for (let parcel = this.#parcels.shift(); parcel !== undefined; parcel = this.#parcels.shift()) {
      const { octets } = parcel;
      deadlines.schedule(this.#stalled, clock.nowMs() + IDLE_TIMEOUT_MS);
      try {
        const sent = await socket.write(octets);
        if (sent < octets.length) await writeAll(socket, octets.subarray(sent));
      } catch {
        // The system may still read there: its memory is nobody's now.
        return this.#fail();
      }
      if (this.#isClosed) return;
      this.#left(parcel);
    }
    this.#isSending = false;
  }

  #left(parcel: Parcel): void {
    // hot path
    const { count, lengthOctets } = parcel;
    this.#options.deadlines.cancel(this.#stalled);
    parcel.release();
    this.#count -= count;
    this.#options.onSent(count, lengthOctets);
  }

  #fail(): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onFailure();
  }
}
