import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Correlator } from "../../../lib/upstream/matching/correlator.ts";
import type { Verdict } from "../../../lib/upstream/matching/verdict.ts";
import { HEADER_OCTETS, putId } from "../../../lib/wire/header.ts";
import { uint16At } from "../../../lib/wire/octets.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { udp } from "../../support/fake_socket.ts";
import { fakeDeadlines, settled } from "../../support/fake_time.ts";
import { question, response, wire } from "../../support/messages.ts";
import { PromisedQuery } from "../../support/promised_query.ts";

const PEER = udp("192.0.2.53", 53);
const FORGER = udp("192.0.2.66", 53);
const GHOST_MS = 1000;
const GIVEN_UP = "given up";
/** So few that IDs come back while replies to their former queries are still delivered. */
const IDS = 16;
/** Deadlines lie at whole steps and the test looks halfway between: the queue's coarseness (10 ms) never shows. */
const STEP_MS = 100;

/** What the test believes of one query. */
interface Believed {
  readonly id: number;
  readonly name: string;
  readonly giveUp: () => void;
  state: "waiting" | "tombstone" | "gone";
  /** When the state ends by itself. */
  endsMs: number;
  /** What its promise shall have settled with in the end. */
  outcome: "reply" | "error" | "givenUp" | "nothing";
  readonly settlements: string[];
}

/** A correlator, and beside it what the test believes of it: each step does to both the same. */
class Histories {
  readonly #time;
  readonly #deadlines;
  readonly #correlator: Correlator;
  readonly #entries: Believed[] = [];
  /** Fewer than the correlator remembers. */
  readonly #answered = new Set<number>();
  #idleCalls = 0;
  #believedIdleCalls = 0;

  constructor(draws: readonly number[]) {
    const { time, deadlines } = fakeDeadlines(STEP_MS / 2);
    this.#time = time;
    this.#deadlines = deadlines;
    // Whatever is drawn first, in the end every ID has its turn, so that a free one is found.
    const random = scriptedRandom(...draws, ...Array.from({ length: 1000 }, (_, i) => i % IDS));
    this.#correlator = new Correlator({ random, deadlines, tombstoneMs: GHOST_MS, onIdle: () => this.#idleCalls++ });
  }

  register(steps: number): void {
    if (this.#live.length >= IDS / 2) return;
    const name = `n${this.#entries.length}.example.org`;
    const query = wire({ questions: [question(name)] });
    const endsMs = this.#time.nowMs() + STEP_MS / 2 + STEP_MS * steps;
    const expired = () => new Error(name);
    const notSent = () => new Error(GIVEN_UP);
    const asked = query.slice(HEADER_OCTETS);
    const pending = new PromisedQuery(asked);
    this.#correlator.register(pending, { address: PEER, expired, notSent }, endsMs);
    putId(query, pending.id);
    const giveUp = () => pending.notSent(null);
    const settlements: string[] = [];
    pending.reply.then(({ octets }) => settlements.push(octets.toHex()), (error) => settlements.push(error.message));
    const id = uint16At(query, 0);
    assertEquals(this.#holder(id), undefined, "an ID in use or at rest is not drawn");
    this.#entries.push({ id, name, giveUp, state: "waiting", endsMs, outcome: "nothing", settlements });
  }

  /** Delivers a reply to the query, whatever has become of it. */
  reply(which: number): void {
    const entry = this.#entry(which);
    if (entry === undefined) return;
    const holder = this.#holder(entry.id);
    let verdict: Verdict = "unsolicited";
    if (holder?.state === "tombstone" || (holder === undefined && this.#answered.has(entry.id))) verdict = "late";
    else if (holder !== undefined) verdict = holder === entry ? "matched" : "wrongQuestion";
    assertEquals(this.#correlator.accept(replyTo(entry), PEER), verdict);
    if (verdict !== "matched") return;
    entry.outcome = "reply";
    this.#answered.add(entry.id);
    this.#forget(entry);
  }

  /** Delivers the right reply from the wrong address. */
  forge(which: number): void {
    const entry = this.#entry(which);
    if (entry === undefined) return;
    const verdict = this.#holder(entry.id) === undefined ? "unsolicited" : "wrongPeer";
    assertEquals(this.#correlator.accept(replyTo(entry), FORGER), verdict);
  }

  giveUp(which: number): void {
    const entry = this.#entry(which);
    entry?.giveUp();
    if (entry?.state !== "waiting") return;
    entry.outcome = "givenUp";
    bury(entry);
  }

  pass(steps: number): void {
    for (let i = 0; i < steps; i++) {
      this.#time.pass(STEP_MS);
      for (const entry of this.#live.filter(({ endsMs }) => endsMs <= this.#time.nowMs())) {
        if (entry.state === "tombstone") {
          this.#forget(entry);
          continue;
        }
        entry.outcome = "error";
        bury(entry);
      }
    }
  }

  checkHeld(): void {
    const count = this.#live.length;
    assertEquals([this.#correlator.isIdle, this.#deadlines.size], [count === 0, count]);
  }

  checkEnd(): void {
    assertEquals([this.#correlator.isIdle, this.#deadlines.size, this.#time.armedCount], [true, 0, 0]);
    assertEquals(this.#idleCalls, this.#believedIdleCalls);
    for (const entry of this.#entries) {
      const expected = { reply: [replyTo(entry).toHex()], error: [entry.name], givenUp: [GIVEN_UP], nothing: [] };
      assertEquals(entry.settlements, expected[entry.outcome]);
    }
  }

  get #live(): Believed[] {
    return this.#entries.filter(({ state }) => state !== "gone");
  }

  #holder(id: number): Believed | undefined {
    return this.#live.find((entry) => entry.id === id);
  }

  #entry(which: number): Believed | undefined {
    return this.#entries[which % Math.max(1, this.#entries.length)];
  }

  #forget(entry: Believed): void {
    entry.state = "gone";
    if (this.#live.length === 0) this.#believedIdleCalls++;
  }
}

function bury(entry: Believed): void {
  entry.state = "tombstone";
  entry.endsMs += GHOST_MS;
}

function replyTo({ id, name }: Believed): Uint8Array<ArrayBuffer> {
  return response({ id, questions: [question(name)] });
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("register" as const), fc.integer({ min: 1, max: 20 })) },
  { weight: 6, arbitrary: fc.tuple(fc.constant("reply" as const), fc.nat(30)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("forge" as const), fc.nat(30)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("giveUp" as const), fc.nat(30)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("pass" as const), fc.integer({ min: 1, max: 15 })) },
);
const steps = fc.array(step, { maxLength: 80 });
const draws = fc.array(fc.nat(IDS - 1), { maxLength: 200 });

Deno.test("[5452_01] Correlator settles each promise at most once, and with its own outcome, over any history", async () => {
  const property = fc.asyncProperty(steps, draws, async (history, draws) => {
    const histories = new Histories(draws);
    for (const [kind, argument] of history) {
      histories[kind](argument);
      histories.checkHeld();
    }
    histories.pass(40);
    await settled();
    histories.checkEnd();
  });
  await fc.assert(property, { numRuns: 150 });
});
