import { Alarm } from "../../base/time/deadline_queue.ts";
import { writeAll } from "../../base/net/byte_stream.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import type { Services } from "../../observe/services.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import type { Gathering } from "./gathering.ts";

const LENGTH_OCTETS = 2;
/** What is kept for further frames; more than that is given back. */
const KEPT_OCTETS = 4096;
/** A server that looks at both queries of a record answers both within this, or is far away: then it does not matter. */
const TRIAL_MS = 100;

/** How frames are written. */
export interface FrameWriterOptions extends Pick<Services, "clock" | "deadlines"> {
  /** Where. */
  readonly socket: StreamSocket;
  /** Whether what is written together is looked at together; `null` where that is sure. */
  readonly gathering: Gathering | null;
  /** Hears when writing fails, once. */
  readonly onError: (error: unknown) => void;
}

/** Writes frames to a connection in their order: those of one turn together, and those that have come while it was busy. */
export class FrameWriter {
  readonly #options: FrameWriterOptions;
  /** What is to be written next, up to `#end`; `#spare` takes its place while it is written. */
  #waiting = new Uint8Array(KEPT_OCTETS);
  #spare = new Uint8Array(KEPT_OCTETS);
  #end = 0;
  #isWriting = false;
  /** Whether all frames that wait may leave in one piece. */
  #isProven: boolean;
  /** IDs whose replies prove that, and who waits for them; see `Gathering`. */
  readonly #trial = new Set<number>();
  #endTrial: () => void = () => {};
  readonly #tooLong = new Alarm(() => this.#failTrial());

  /** See {@linkcode FrameWriterOptions}. */
  constructor(options: FrameWriterOptions) {
    this.#options = options;
    this.#isProven = options.gathering === null;
  }

  /** Writes a copy of `message` with an ID of its own, behind those before. */
  write(message: Uint8Array, id: number): void {
    const start = this.#end;
    const end = start + LENGTH_OCTETS + message.length;
    if (end > this.#waiting.length) this.#grow(end);
    const octets = this.#waiting;
    putUint16(octets, start, message.length);
    octets.set(message, start + LENGTH_OCTETS);
    putUint16(octets, start + LENGTH_OCTETS, id);
    this.#end = end;
    if (!this.#isWriting) this.#run();
  }

  /** The reply to the query with this ID has come. */
  replied(id: number): void {
    if (!this.#trial.delete(id) || this.#trial.size > 0) return;
    this.#isProven = true;
    this.#endTrial();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#end = 0;
    this.#endTrial();
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    try {
      // What else is sent in this turn goes with it: one segment, and one record of TLS, rather than many (RFC 7766 §8).
      await null;
      while (this.#end > 0) {
        const octets = this.#waiting;
        const end = this.#end;
        this.#waiting = this.#spare;
        this.#end = 0;
        await this.#writeFrames(octets, end);
        this.#spare = octets.length > KEPT_OCTETS ? new Uint8Array(KEPT_OCTETS) : octets;
      }
    } catch (error) {
      this.#options.onError(error);
    }
    this.#isWriting = false;
  }

  async #writeFrames(octets: Uint8Array<ArrayBuffer>, end: number): Promise<void> {
    const { socket, gathering } = this.#options;
    for (let at = 0, next = 0; at < end; at = next) {
      next = this.#isProven ? end : frameEnd(octets, at);
      const isTrial = next < end && gathering!.mayBeTried;
      if (isTrial) next = frameEnd(octets, next);
      const trial = isTrial ? this.#beginTrial(octets, at, frameEnd(octets, at)) : null;
      await writeAll(socket, octets.subarray(at, next));
      await trial;
    }
  }

  /** Until it is over nothing else is written: that would make the server look at the second query as well. */
  #beginTrial(octets: Uint8Array, first: number, second: number): Promise<void> {
    const { deadlines, clock } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#trial.add(uint16At(octets, first + LENGTH_OCTETS)).add(uint16At(octets, second + LENGTH_OCTETS));
    deadlines.schedule(this.#tooLong, clock.nowMs() + TRIAL_MS);
    this.#endTrial = () => {
      deadlines.cancel(this.#tooLong);
      this.#trial.clear();
      resolve();
    };
    return promise;
  }

  #failTrial(): void {
    this.#options.gathering!.failed();
    this.#endTrial();
  }

  #grow(octets: number): void {
    const grown = new Uint8Array(Math.max(octets, 2 * this.#waiting.length));
    grown.set(this.#waiting.subarray(0, this.#end));
    this.#waiting = grown;
  }
}

/** Where the frame that begins at `at` ends. */
function frameEnd(octets: Uint8Array, at: number): number {
  return at + LENGTH_OCTETS + uint16At(octets, at);
}
