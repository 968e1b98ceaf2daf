import type { App } from "../../lib/app/app.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { NAMES } from "./words_draw.ts";

/** What an operator wants of the program while it serves. */
export interface Errand {
  /** In milliseconds after the start. */
  readonly afterMs: number;
  /** What the errand may have asked for; `null` for nothing. */
  readonly question: Question | null;
  /** Runs it. Resolves to what is wrong with what came of it, nothing if nothing is. */
  readonly run: (app: App) => Promise<string[]>;
}

/** In one life of three somebody wants things forgotten and explained. From a source of its own: the other lives stay as they are. */
export function drawErrands(seed: number, durationMs: number, clients: readonly string[]): Errand[] {
  const random = new SeededRandom(`operator ${seed}`);
  if (!random.chance(1 / 3)) return [];
  return Array.from({ length: random.between(1, 8) }, () => {
    const afterMs = random.fraction() * durationMs;
    const name = random.pick(NAMES);
    return random.chance(0.4) ? flushing(random, afterMs, name) : explaining(random, { afterMs, name, clients });
  });
}

function flushing(random: SeededRandom, afterMs: number, name: string): Errand {
  const request = { command: "flush", name: random.chance(0.3) ? null : name, below: random.chance(0.5) } as const;
  const run = async (app: App) => {
    const count = await app.flush(request);
    return count >= 0 ? [] : [`${count} answers were forgotten`];
  };
  return { afterMs, question: null, run };
}

function explaining(
  random: SeededRandom,
  { afterMs, name, clients }: { afterMs: number; name: string; clients: readonly string[] },
): Errand {
  const type = random.pick([TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.TXT, TYPE.CNAME]);
  const client = random.pick([null, ...clients]);
  const dnssec = random.chance(0.3);
  const run = async (app: App) => {
    const { steps } = await app.explain({ command: "explain", name, type, client, dnssec, at: null });
    return steps.length > 0 ? [] : [`nothing is said of ${name}`];
  };
  return { afterMs, question: { name: nameFromText(name), type, class: CLASS.IN }, run };
}
