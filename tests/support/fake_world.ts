import type { Runtime } from "../../lib/base/runtime.ts";
import { CheckedTurns } from "./checked_turns.ts";
import { EventTime } from "./event_time.ts";
import { FakeFiles } from "./fake_files.ts";
import { SeededRandom } from "./seeded_random.ts";
import { Trace } from "./trace.ts";
import { type Host, type Passage, WorldNetwork } from "./world_network.ts";

/** What a world is made from. */
export interface FakeWorldOptions {
  /** All chance in the world follows from it. */
  readonly seed?: number | string;
  /** Whether the lines of the trace are kept, not only their hash. */
  readonly isTraceKept?: boolean;
  /** Where the clock starts. */
  readonly startMs?: number;
  /** What clocks on the wall showed at 0, in seconds since 1970; 2025-01-01 by default. */
  readonly epochStartSeconds?: number;
  /** See `EventTimeOptions.timerDelay`; draws from the given generator. */
  readonly timerDelay?: (delayMs: number, random: SeededRandom) => number;
  /** Hears of everything that happens to datagrams. Must not throw. */
  readonly watch?: (passage: Passage) => void;
}

/** A clock, a network and a source of randomness that follow from a seed, for the whole program to run in. */
export class FakeWorld {
  readonly random: SeededRandom;
  readonly time: EventTime;
  readonly network: WorldNetwork;
  readonly trace: Trace;
  /** How long the machines have slept: no clock but the uptime knows. */
  sleptMs = 0;
  /** The files of all machines. */
  readonly files: FakeFiles = new FakeFiles();
  /** What the program wrote for the operator. */
  readonly lines: string[] = [];
  readonly #epochStartSeconds: number;

  constructor(
    {
      seed = 1,
      isTraceKept = false,
      startMs = 1000,
      epochStartSeconds = 1_735_689_600,
      timerDelay = (delayMs) => delayMs,
      watch = () => {},
    }: FakeWorldOptions = {},
  ) {
    this.random = new SeededRandom(seed);
    this.#epochStartSeconds = epochStartSeconds;
    this.trace = new Trace({ isKept: isTraceKept });
    const timerRandom = this.random.fork("timers");
    this.time = new EventTime({ startMs, timerDelay: (delayMs) => timerDelay(delayMs, timerRandom) });
    this.network = new WorldNetwork({
      time: this.time,
      random: this.random.fork("network"),
      watch: (passage) => {
        this.trace.addPassage(this.time.nowMs(), passage);
        watch(passage);
      },
    });
    this.network.epochSeconds = () => this.epochSecondsAt(this.time.nowMs());
  }

  /** What clocks on the wall show at a moment, in seconds since 1970. */
  epochSecondsAt(ms: number): number {
    return this.#epochStartSeconds + Math.floor(ms / 1000);
  }

  /** The world as a program on `host` sees it. */
  runtimeOn(host: Host): Runtime {
    return {
      clock: this.time,
      turns: new CheckedTurns(),
      uptimeSeconds: () => Math.floor((this.time.nowMs() + this.sleptMs) / 1000),
      usage: () => ({ cpuMs: 0, residentOctets: 0 }),
      wallClock: {
        epochSeconds: () => this.epochSecondsAt(this.time.nowMs()),
        epochMs: () => this.#epochStartSeconds * 1000 + this.time.nowMs(),
      },
      timers: this.time,
      random: this.random.fork("program"),
      network: host,
      files: this.files,
      lostLineCount: () => 0,
      writeLine: (line) => {
        this.lines.push(line);
        this.trace.add(this.time.nowMs(), line);
      },
    };
  }
}
