import { RCODE } from "../../lib/wire/iana.ts";
import { addressQuery, askAsStub, type Outcome } from "../common/asking.ts";
import { sleep } from "../common/sleep.ts";
import type { Finding, Goal, Stage } from "./stage.ts";

/** As long as a patient client waits for one answer. */
const PATIENCE_MS = 6000;

/** Every question has its answer. */
export const NONE_LOST: Goal = { text: "0 lost", isMet: ({ lost }) => lost === 0 };

/** Every question has its answer, and soon. */
export function noneLostWithin(ms: number): Goal {
  return { text: `0 lost, worst ≤${ms} ms`, isMet: ({ lost, worstMs }) => lost === 0 && worstMs! <= ms };
}

/** Every question has its answer, and all but one of a hundred hardly later than usual. */
export const SOON: Goal = {
  text: "0 lost, p99 of extra delay ≤150 ms",
  isMet: ({ lost, extraP99Ms }) => lost === 0 && extraP99Ms! <= 150,
};

/** One query after the other, each for a name of its own. */
export async function inTurn(stage: Stage, labels: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const label of labels) outcomes.push(await askFor(stage, label));
  return outcomes;
}

/** So many queries a second, each for a name of its own, whatever becomes of those before. */
export async function atRate(stage: Stage, labels: readonly string[], perSecond: number): Promise<Outcome[]> {
  const beganMs = performance.now();
  const pending: Promise<Outcome>[] = [];
  for (const [i, label] of labels.entries()) {
    await sleep(Math.max(0, beganMs + 1000 / perSecond * i - performance.now()));
    pending.push(askFor(stage, label));
  }
  return await Promise.all(pending);
}

/** As many queries at a time as `inFlight` says, until all are asked. */
export async function inFlight(stage: Stage, labels: readonly string[], inFlight: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = labels.values();
  await Promise.all(Array.from({ length: inFlight }, async () => {
    for (const label of waiting) outcomes.push(await askFor(stage, label));
  }));
  return outcomes;
}

/** Asks for one name of the stage's zone. */
export function askFor({ forwarder, zone }: Stage, label: string): Promise<Outcome> {
  return askAsStub(forwarder, addressQuery(`${label}.${zone}`), PATIENCE_MS);
}

/** So many labels that are not used for anything else: other `series`, other labels. */
export function freshLabels(count: number, series = "q"): string[] {
  return Array.from({ length: count }, (_, i) => `${series}${i}`);
}

/** What is no answer with a record is lost to the client, whatever the reason. */
export function judge(outcomes: readonly Outcome[]): Finding {
  const good = outcomes.filter(isAnswer);
  const silent = outcomes.filter((outcome) => outcome.response === null).length;
  const worstMs = Math.max(0, ...good.map((outcome) => outcome.ms));
  const numbers = { lost: outcomes.length - good.length, silent, worstMs };
  const worst = good.length === 0 ? "" : `, ${good.length === 1 ? "" : "worst "}${Math.round(worstMs)} ms`;
  return { text: `${lostText(numbers)}${worst}`, numbers };
}

/** The same, with how much longer than usual the answers took. */
export function judgeDelay(outcomes: readonly Outcome[], usualMs: number): Finding {
  const { numbers } = judge(outcomes);
  const extra = outcomes.map((outcome) => isAnswer(outcome) ? outcome.ms - usualMs : Infinity).sort((x, y) => x - y);
  const at = (share: number) => extra[Math.ceil(share * extra.length) - 1]!;
  const [extraP50Ms, extraP99Ms, extraMaxMs] = [at(0.5), at(0.99), at(1)];
  const delay = [["p50", extraP50Ms], ["p99", extraP99Ms], ["max", extraMaxMs]] as const;
  const delays = delay.map(([name, ms]) =>
    `${name} ${Number.isFinite(ms) ? `+${Math.max(0, Math.round(ms))} ms` : "lost"}`
  );
  return {
    text: `${lostText(numbers)}, ${delays.join(", ")}`,
    numbers: { ...numbers, extraP50Ms, extraP99Ms, extraMaxMs },
  };
}

/** How long it usually takes. */
export function medianMs(outcomes: readonly Outcome[]): number {
  return outcomes.map(({ ms }) => ms).sort((x, y) => x - y)[outcomes.length >> 1]!;
}

/** The number that are lost, for a table. */
export function lostText({ lost, silent }: Finding["numbers"]): string {
  if (lost === 0) return "0 lost";
  return silent === lost ? `**${lost} lost**` : `**${lost} lost** (${lost! - silent!} by an error)`;
}

/** Whether there is what was asked for. */
export function isAnswer({ response }: Outcome): boolean {
  return response !== null && response.rcode === RCODE.NOERROR && response.answers.length > 0;
}
