import type { Random } from "../../base/random/random.ts";
import { RCODE } from "../../wire/iana.ts";
import { type Heard, rcodeOf } from "../line/heard.ts";
import type { Line } from "../line/line.ts";
import type { ProbeOptions } from "../probe_options.ts";
import { asked, madeUp } from "../line/question.ts";
import { type ServerReport, timesOf } from "../report.ts";

/** Tries before a server counts as one that does not answer. */
const FIRST_TRIES = 3;

/** What comes of the first contact: a reply, or why there is none. */
export async function firstContact(line: Line, { names }: ProbeOptions, onAsked: () => void): Promise<Heard> {
  let heard: Heard = { kind: "silence", text: "it was not asked" };
  for (let tries = 0; tries < FIRST_TRIES; tries++) {
    heard = await line.ask(asked(names.known[tries % names.known.length]!));
    onAsked();
    // An error says why; silence may be a loss.
    if (heard.kind !== "silence") return heard;
  }
  return heard;
}

/** Why a server that has answered is of no use; `null` when it is. */
export function problemOf(first: Heard): string | null {
  if (first.kind !== "reply") return first.text;
  const rcode = rcodeOf(first);
  if (rcode === RCODE.REFUSED) return "it refuses: it does not resolve names for this machine";
  if (rcode === RCODE.SERVFAIL) return "it fails (SERVFAIL)";
  if (rcode === RCODE.NOTIMP || rcode === RCODE.FORMERR) return "it does not understand the query";
  // RFC 1035 §4.1.1: RA says whether it asks others.
  if (!first.message.recursionAvailable) return "it does not ask other servers (RA is not set)";
  return null;
}

/** How fast it is, with names that it remembers and names that it does not, and how much is lost meanwhile. */
export async function measureSpeed(
  line: Line,
  { names: { known }, count }: ProbeOptions,
  random: Random,
  onAsked: () => void,
): Promise<Pick<ServerReport, "known" | "fresh" | "askedCount" | "lostCount">> {
  let [askedCount, lostCount] = [0, 0];
  const timesFor = async (count: number, nameAt: (i: number) => string) => {
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const heard = await line.ask(asked(nameAt(i)));
      onAsked();
      askedCount++;
      if (heard.kind === "reply") times.push(heard.tookMs);
      else lostCount++;
    }
    return timesOf(times);
  };
  const inTurn = (i: number) => known[i % known.length]!;
  // The first round is not looked at: from then on it remembers them.
  await timesFor(known.length, inTurn);
  const remembered = await timesFor(count, inTurn);
  return { known: remembered, fresh: await timesFor(count, (i) => madeUp(inTurn(i), random)), askedCount, lostCount };
}
