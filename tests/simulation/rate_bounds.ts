import { MessageScan } from "../../lib/wire/scan.ts";
import type { ClientDatagram } from "./traffic.ts";

/** A network may ask so many questions at once, however low its rate. */
const BURST_MIN = 10;
/** A message is charged for so many questions at most, and so many types besides its question's. */
const QUESTIONS_MAX = 8;
const OTHER_TYPES_MAX = 4;
/** Sums of fractions differ with the order in which they are added. */
const EPSILON = 1e-6;

/** What the rate limit may do with a query. */
export interface RateVerdict {
  readonly mayPass: boolean;
  readonly mayBeLimited: boolean;
}

/** What a network may still ask: no fewer and no more questions than these. */
interface Bounds {
  min: number;
  max: number;
  atMs: number;
}

/** Keeps account of what each client network may ask over UDP, as exactly as what it has asked is known. */
export class RateBounds {
  readonly #questionsPerSecond: number;
  readonly #isPrompt: boolean;
  readonly #bounds = new Map<string, Bounds>();

  /**
   * `questionsPerSecond` is 0 for any number. Whether queries are judged as they come is for `isPrompt` to say: where they
   * wait, those of different sockets overtake one another, and who has a good cookie is all that is known.
   */
  constructor({ questionsPerSecond, isPrompt }: { questionsPerSecond: number; isPrompt: boolean }) {
    this.#questionsPerSecond = questionsPerSecond;
    this.#isPrompt = isPrompt;
  }

  /** A query that gets a reply has come from `hostname`, which may ask. */
  judge(hostname: string, datagram: ClientDatagram, nowMs: number): RateVerdict {
    if (this.#questionsPerSecond === 0 || datagram.hasOwnCookie) return { mayPass: true, mayBeLimited: false };
    if (!this.#isPrompt) return { mayPass: true, mayBeLimited: true };
    const bounds = this.#boundsOf(networkOf(hostname), nowMs);
    // As long as everything is known, the same sums are made as in the program.
    const epsilon = bounds.min === bounds.max ? 0 : EPSILON;
    const mayPass = bounds.max >= 1 - epsilon;
    const mayBeLimited = bounds.min < 1 + epsilon;
    const [least, most] = chargeOf(datagram);
    if (mayPass) bounds.min -= most;
    if (!mayBeLimited) bounds.max -= least;
    return { mayPass, mayBeLimited };
  }

  #boundsOf(network: string, nowMs: number): Bounds {
    const burst = Math.max(BURST_MIN, this.#questionsPerSecond);
    const bounds = this.#bounds.get(network) ?? { min: burst, max: burst, atMs: nowMs };
    const earned = (nowMs - bounds.atMs) / 1000 * this.#questionsPerSecond;
    bounds.min = Math.min(burst, bounds.min + earned);
    bounds.max = Math.min(burst, bounds.max + earned);
    bounds.atMs = nowMs;
    this.#bounds.set(network, bounds);
    return bounds;
  }
}

/** A /24 or a /56. No two clients of a simulation differ behind the third group and before the last. */
function networkOf(hostname: string): string {
  return hostname.split(hostname.includes(":") ? ":" : ".").slice(0, 3).join(".");
}

/** The least and the most that a message may be charged. */
function chargeOf({ expectation, octets }: ClientDatagram): [number, number] {
  const scan = new MessageScan();
  scan.scan(octets);
  const questions = Math.min(QUESTIONS_MAX, Math.max(1, scan.questionCount));
  switch (expectation.kind) {
    case "answer":
      return [questions, questions];
    case "types": {
      const types = Math.min(OTHER_TYPES_MAX, expectation.otherTypeCount);
      return [1 + types, 1 + types];
    }
    case "own":
      return [1, questions];
    default:
      return [1, questions + OTHER_TYPES_MAX];
  }
}
