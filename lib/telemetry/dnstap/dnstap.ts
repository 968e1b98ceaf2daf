import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { Clock, Runtime } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { UpstreamTap } from "../../observe/upstream_tap.ts";
import type { Observer } from "../../server/server.ts";
import type { PrivacySettings } from "../privacy/levels.ts";
import { ClientTap } from "./client_tap.ts";
import { DayTime } from "./day_time.ts";
import { ForwarderTap } from "./forwarder_tap.ts";
import { FrameStream } from "./frame_stream.ts";
import { MessageFrame } from "./message_frame.ts";
import { ToldMessages } from "./told_messages.ts";

/** What it is made from. */
export interface DnstapOptions {
  /** Connects to whoever reads; see `FrameStreamOptions`. */
  readonly connect: (signal: AbortSignal) => Promise<ByteStream>;
  /** Where he is, for messages. */
  readonly to: string;
  /** What each frame says of this program; empty texts are left out. */
  readonly identity: string;
  /** Likewise. */
  readonly version: string;
  /** What may be told. */
  readonly privacy: PrivacySettings;
  /** The numbers of the client groups of whom nothing is told. */
  readonly hiddenGroups: readonly number[];
  /** What the time of messages is read from. */
  readonly clock: Clock;
  /** The world outside. */
  readonly runtime: Pick<Runtime, "timers" | "wallClock" | "random">;
  /** Where the operator reads. */
  readonly log: Pick<Log, "info" | "warn">;
}

/** Tells somebody of the messages themselves, as they were on the wire (https://dnstap.info). */
export class Dnstap {
  /** Is shown what clients ask and get. */
  readonly clients: Observer;
  /** Is shown what upstreams are asked and say. */
  readonly upstreams: UpstreamTap;
  readonly #stream: FrameStream;

  /** Begins at once. See {@linkcode DnstapOptions}. */
  constructor(options: DnstapOptions) {
    const { identity, version, privacy, hiddenGroups, clock, runtime: { timers, wallClock, random } } = options;
    this.#stream = new FrameStream({ ...options, timers });
    const time = new DayTime(clock, wallClock);
    const taps = {
      buffers: this.#stream.buffers,
      frame: new MessageFrame(identity, version),
      time,
      told: new ToldMessages(privacy, hiddenGroups, random),
      clock,
    };
    this.clients = new ClientTap(taps);
    this.upstreams = new ForwarderTap(taps);
  }

  /** Why nobody reads; `null` while somebody does. */
  get problem(): string | null {
    return this.#stream.problem;
  }

  /** Messages that were put on their way. */
  get frameCount(): number {
    return this.#stream.buffers.frameCount;
  }

  /** Messages that were dropped: nobody reads, or not fast enough. */
  get droppedCount(): number {
    return this.#stream.buffers.droppedCount;
  }

  /** Ends it; what waits is still sent, as far as that takes no time. */
  stop(): Promise<void> {
    return this.#stream.stop();
  }
}
