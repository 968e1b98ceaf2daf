import type { Timers } from "../base/runtime.ts";
import { KIB } from "../base/units.ts";
import type { ObservationRing } from "../observe/ring/observation_ring.ts";
import type { RingFeed } from "../observe/ring/ring_feed.ts";
import type { RingReader } from "../observe/ring/ring_reader.ts";
import type { ObservedReport } from "./messages.ts";

/** How often it is looked whether something has come. */
const TURN_MS = 100;
/** What one turn tells at most, in words: 4 MB a second. */
const TURN_WORDS = 100 * KIB;
/**
 * What is told at once, in words: in base64 48 KiB, less than a pipe holds. The next is told when the last has been taken, so a
 * supervisor that is busy, or hangs, keeps no worker waiting.
 */
const PIECE_WORDS = 9 * KIB;

/** Tells a supervisor what leaves for clients, as long as it wants to know. */
export class Follower {
  readonly #feed: RingFeed;
  readonly #timers: Timers;
  readonly #report: (report: ObservedReport) => void;
  #round = 0;
  #reader: RingReader | null = null;
  #ring: ObservationRing | null = null;
  #told = { upstreams: 0, reasons: 0, groups: 0, lost: 0 };
  #isFirst = false;
  #isTaken = true;
  #leftWords = 0;
  #cancel = () => {};

  /** Tells what `feed` has. */
  constructor({ feed, timers, report }: FollowerOptions) {
    this.#feed = feed;
    this.#timers = timers;
    this.#report = report;
  }

  /** Begins to tell, or begins anew; with 0 it ends. */
  follow(round: number): void {
    this.#end();
    this.#round = round;
    if (round === 0) return;
    this.#reader = this.#feed.watch();
    this.#ring = this.#feed.ring;
    this.#told = { upstreams: 0, reasons: 0, groups: 0, lost: 0 };
    this.#isFirst = true;
    this.#isTaken = true;
    this.#cancel = this.#timers.start(TURN_MS, () => this.#turn());
  }

  /** What was told last has been taken. */
  taken(round: number): void {
    if (round !== this.#round) return;
    this.#isTaken = true;
    this.#tell();
  }

  /** Tells a last time, as far as it may be told at once, and ends. */
  stop(): void {
    this.#leftWords = PIECE_WORDS;
    this.#tell();
    this.#end();
  }

  #end(): void {
    this.#cancel();
    this.#reader?.close();
    this.#reader = null;
    this.#ring = null;
  }

  #turn(): void {
    this.#cancel = this.#timers.start(TURN_MS, () => this.#turn());
    this.#leftWords = TURN_WORDS;
    this.#tell();
  }

  #tell(): void {
    const [reader, ring] = [this.#reader, this.#ring];
    if (reader === null || ring === null || !this.#isTaken) return;
    const piece = reader.takePiece(Math.min(PIECE_WORDS, this.#leftWords));
    const lostCount = reader.lostCount - this.#told.lost;
    if (piece === null && lostCount === 0) return;
    const { words } = piece ?? NOTHING;
    const { upstreams, reasons, groups } = ring.texts;
    const told = this.#told;
    this.#isTaken = false;
    this.#leftWords -= words.length;
    this.#report({
      kind: "observed",
      round: this.#round,
      isFirst: this.#isFirst,
      words: new Uint8Array(words.buffer).toBase64(),
      lostCount,
      offsetMs: ring.epoch.offsetMs,
      texts: {
        upstreams: upstreams.textsFrom(told.upstreams),
        reasons: reasons.textsFrom(told.reasons),
        groups: groups.textsFrom(told.groups),
      },
    });
    this.#isFirst = false;
    this.#told = {
      upstreams: upstreams.size,
      reasons: reasons.size,
      groups: groups.size,
      lost: reader.lostCount,
    };
  }
}

const NOTHING = { words: new Int32Array(0) };

/** What a follower is made from. */
export interface FollowerOptions {
  /** What leaves for clients. */
  readonly feed: RingFeed;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** To the supervisor. */
  readonly report: (report: ObservedReport) => void;
}
