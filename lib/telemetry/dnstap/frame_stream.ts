import { type ByteStream, writeAll } from "../../base/net/byte_stream.ts";
import type { Clock, Timers } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import { uint32At } from "../../wire/octets.ts";
import { CONTROL, controlFrame, FrameStreamError } from "./control_frames.ts";
import { type FrameBuffer, FrameBuffers } from "./frame_buffers.ts";
import { beginStream, ControlReader } from "./handshake.ts";
import { untilAborted, within } from "./waiting.ts";

/** Frames wait so long for others. */
export const FLUSH_MS = 100;
/** How long somebody may take to connect, or to say that he reads. */
export const HANDSHAKE_MS = 5000;
/** How long a buffer may take to be read: whoever takes longer hangs. */
export const WRITE_MS = 30_000;
/** At the end, what waits and the farewell may take so long. */
export const FAREWELL_MS = 1000;
/** Between attempts: at first, and at most. */
export const RETRY_MIN_MS = 250;
/** See `RETRY_MIN_MS`. */
export const RETRY_MAX_MS = 30_000;

/** What a stream is made from. */
export interface FrameStreamOptions {
  /** Connects to whoever reads. Rejects when nobody is there, or `signal` aborts. */
  readonly connect: (signal: AbortSignal) => Promise<ByteStream>;
  /** Where he is, for messages. */
  readonly to: string;
  /** What the time is read from. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Pick<Log, "info" | "warn">;
}

/**
 * A stream of frames to whoever reads it (Frame Streams, with both sides speaking): READY, ACCEPT and START begin it, STOP and
 * FINISH end it. It is begun anew for as long as nobody is there. Nobody waits for it: see `FrameBuffers`.
 */
export class FrameStream {
  readonly #options: FrameStreamOptions;
  /** What is to be written. */
  readonly buffers: FrameBuffers;
  readonly #running: Promise<void>;
  #isStopping = false;
  /** Why nobody reads; `null` while somebody does. */
  #problem: string | null = "not connected yet";
  #isTold = false;
  /** Ends the pause between two attempts, or the wait for more. */
  #wake = () => {};
  #cancelFlush: (() => void) | null = null;
  #isDue = false;
  readonly #stop = new AbortController();

  /** Begins at once. See {@linkcode FrameStreamOptions}. */
  constructor(options: FrameStreamOptions) {
    this.#options = options;
    this.buffers = new FrameBuffers((isFull) => isFull ? this.#flush() : this.#flushSoon());
    this.#running = this.#run();
  }

  /** Why nobody reads; `null` while somebody does. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Writes what waits if somebody reads, and says goodbye; all that within `FAREWELL_MS`. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const cancel = this.#options.timers.start(FAREWELL_MS, () => this.#stop.abort());
    if (this.#problem !== null) this.#stop.abort();
    this.#flush();
    await this.#running;
    cancel();
    this.#cancelFlush?.();
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#options.timers.start(FLUSH_MS, this.#flush);
  }

  readonly #flush = (): void => {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#isDue = true;
    this.#wake();
  };

  async #run(): Promise<void> {
    const { clock, log, to } = this.#options;
    let retryMs = RETRY_MIN_MS;
    while (!this.#isStopping) {
      const startMs = clock.nowMs();
      try {
        await this.#converse();
      } catch (error) {
        if (this.#isStopping) return;
        this.#problem = error instanceof Error ? error.message : `${error}`;
      }
      if (this.#isStopping) return;
      if (!this.#isTold) {
        log.warn(`dnstap: nobody reads at ${to}: ${this.#problem}; trying on, and dropping what is too much`);
      }
      this.#isTold = true;
      if (clock.nowMs() - startMs > RETRY_MAX_MS) retryMs = RETRY_MIN_MS;
      await this.#pause(retryMs);
      retryMs = Math.min(2 * retryMs, RETRY_MAX_MS);
    }
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.timers.start(ms, resolve);
    // What is to be written wakes nobody who has nobody to write to.
    this.#wake = () => {
      if (!this.#isStopping) return;
      cancel();
      resolve();
    };
    return promise;
  }

  /** One connection, to its end. */
  async #converse(): Promise<void> {
    const { timers } = this.#options;
    const ended = new AbortController();
    const end = () => ended.abort(new FrameStreamError("this program ends"));
    this.#stop.signal.addEventListener("abort", end);
    const cancelLate = timers.start(HANDSHAKE_MS, () => ended.abort(new FrameStreamError("it takes too long")));
    let stream: ByteStream | null = null;
    try {
      stream = await this.#connect(ended.signal);
      const heard = new ControlReader(stream);
      await untilAborted(beginStream(stream, heard), ended.signal);
      cancelLate();
      this.#began();
      // Nothing is said on the way: whatever comes is the end.
      const farewell = heard.next();
      farewell.then(
        () => this.#isStopping || ended.abort(new FrameStreamError("it reads no more")),
        ended.abort.bind(ended),
      );
      await this.#writeAll(stream, ended.signal);
      await untilAborted(writeAll(stream, controlFrame(CONTROL.stop, null)), ended.signal);
      await untilAborted(farewell, ended.signal);
    } finally {
      cancelLate();
      this.#stop.signal.removeEventListener("abort", end);
      stream?.close();
    }
  }

  async #connect(signal: AbortSignal): Promise<ByteStream> {
    const connecting = this.#options.connect(signal);
    try {
      return await untilAborted(connecting, signal);
    } catch (error) {
      // Nobody wants it any more.
      connecting.then((stream) => stream.close(), () => {});
      throw error;
    }
  }

  #began(): void {
    const { log, to } = this.#options;
    this.#problem = null;
    this.#isTold = false;
    log.info(`dnstap: messages go to ${to}`);
  }

  /** Writes what comes, until it is to stop. */
  async #writeAll(stream: ByteStream, signal: AbortSignal): Promise<void> {
    for (;;) {
      for (let buffer = this.buffers.take(); buffer !== null; buffer = this.buffers.take()) {
        try {
          await untilAborted(this.#write(stream, buffer), signal);
        } finally {
          this.buffers.giveBack(buffer);
        }
      }
      if (this.#isStopping) return;
      await untilAborted(this.#due(), signal);
    }
  }

  #due(): Promise<void> {
    if (this.#isDue) {
      this.#isDue = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#isDue = false;
        resolve();
      };
    });
  }

  async #write(stream: ByteStream, buffer: FrameBuffer): Promise<void> {
    const { timers } = this.#options;
    let written = buffer.start;
    while (written < buffer.end) {
      // Closing it makes the write fail.
      written += await within(timers, WRITE_MS, stream.write(buffer.octets.subarray(written, buffer.end)));
      while (buffer.start < written && frameEnd(buffer) <= written) buffer.start = frameEnd(buffer);
    }
  }
}

/** Where the frame ends that begins at `start`. */
function frameEnd({ octets, start }: FrameBuffer): number {
  return start + 4 + uint32At(octets, start);
}
