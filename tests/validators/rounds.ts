import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { Channel } from "./asking.ts";
import type { Anchor } from "./sign_tree.ts";
import { startOurs } from "./tree_servers.ts";
import type { Behind, Question, RunningValidator, Validator, Verdict } from "./validator.ts";

/** A validator that is on this machine. */
export interface Installed {
  readonly validator: Validator;
  readonly executable: string;
}

/** What a validator made of all questions in one way of asking; those that it cannot ask are `undefined`. */
export interface Round {
  readonly validator: Validator;
  /** How, for people. */
  readonly way: string;
  readonly verdicts: readonly (Verdict | undefined)[];
}

/** Ways in which our program is run. */
const MODES = ["plain", "native"] as const;
const CHANNELS: readonly Channel[] = ["udp", "tcp"];
/** The second time our cache knows everything, and the validator, a new one, nothing. */
const PASSES = ["first", "again"] as const;
/** Questions that a validator has in flight. */
const IN_FLIGHT = 8;

/** What is asked in all rounds, and of whom. */
export interface Rig {
  readonly recursive: SocketAddress;
  readonly anchor: Anchor;
  readonly questions: readonly Question[];
  /** For files. */
  readonly folder: string;
}

/** A round without us. */
export async function directRound(rig: Rig, installed: Installed): Promise<Round> {
  const verdicts = await judgeAll(rig, installed, { upstream: rig.recursive, channel: "udp" });
  return { validator: installed.validator, way: "directly", verdicts };
}

/** All rounds through us. */
export async function ourRounds(rig: Rig, installed: Installed): Promise<Round[]> {
  const rounds: Round[] = [];
  for (const mode of MODES) {
    // Native I/O is for Linux.
    if (mode === "native" && Deno.build.os !== "linux") continue;
    for (const channel of CHANNELS) {
      await using ours = await startOurs(mode, rig.recursive);
      for (const pass of PASSES) {
        const verdicts = await judgeAll(rig, installed, { upstream: ours.address, channel });
        rounds.push({ validator: installed.validator, way: `${mode} ${channel} ${pass}`, verdicts });
      }
    }
  }
  return rounds;
}

async function judgeAll(
  { anchor, folder, questions }: Rig,
  { validator, executable }: Installed,
  behind: Pick<Behind, "upstream" | "channel">,
): Promise<Round["verdicts"]> {
  await using running: RunningValidator = await validator.start(executable, { ...behind, anchor, folder });
  const verdicts = Array<Verdict | undefined>(questions.length).fill(undefined);
  const judge = async ([i, question]: [number, Question]) => {
    verdicts[i] = await running.judge(question);
  };
  const asked = [...questions.entries()];
  const unchecked = asked.filter(([, { checkingDisabled }]) => checkingDisabled && validator.passesCd);
  const checked = asked.filter(([, { checkingDisabled }]) => !checkingDisabled).values();
  // By themselves and before all others: a validator takes what it finds to be forged out of its cache, records and
  // signatures one after the other, and who asks for it with CD in that moment gets what is still there.
  for (const one of unchecked) await judge(one);
  await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
    for (const one of checked) await judge(one);
  }));
  return verdicts;
}
