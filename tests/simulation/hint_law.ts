import { TYPE } from "../../lib/wire/iana.ts";
import type { ResourceRecord } from "../../lib/wire/message.ts";
import type { Outcome } from "./oracle.ts";

/** Parameters of HTTPS and SVCB records, and the types whose records say the same (RFC 9460 §7.3). */
const HINTS: ReadonlyMap<number, number> = new Map([[4, TYPE.A], [6, TYPE.AAAA]]);

/** What hints are taken out by. */
export interface HintOptions {
  /** What the client's group is not given. */
  readonly dropTypes: readonly number[];
  /** RA of replies that are made here. */
  readonly recursionAvailable: boolean;
  /** Told of each record of an answer that is changed, and of what it was. */
  readonly onChanged: (record: ResourceRecord, whole: ResourceRecord) => void;
}

/**
 * What a client gets of an answer that hints at addresses of types which it is not given. Whoever changes an answer gives what answers,
 * and what denies, and vouches for nothing.
 */
export function withoutHints(outcome: Outcome, { dropTypes, recursionAvailable, onChanged }: HintOptions): Outcome {
  const { message, kind } = outcome;
  const { questions: [question], answers, additionals } = message;
  if (kind === "altered" || (question!.type !== TYPE.HTTPS && question!.type !== TYPE.SVCB)) return outcome;
  const left = answers.map((record) => {
    const rdata = record.type === TYPE.HTTPS || record.type === TYPE.SVCB
      ? without(record.rdata, dropTypes)
      : record.rdata;
    return { ...record, rdata };
  });
  const isHinting = left.some(({ rdata }, i) => rdata.length < answers[i]!.rdata.length);
  const hasOthers = additionals.some(({ type }) => dropTypes.includes(type) && [...HINTS.values()].includes(type));
  if (!isHinting && !hasOthers) return outcome;
  left.forEach((record, i) => onChanged(record, answers[i]!));
  const unsigned = left.filter(({ type, rdata }) => {
    return !isHinting || type !== TYPE.RRSIG || (rdata[0]! << 8 | rdata[1]!) !== question!.type;
  });
  const told = { ...message, answers: unsigned, additionals: [], isAuthenticData: false, recursionAvailable };
  return { message: told, kind, bodyOctets: 0 };
}

function without(rdata: Uint8Array, dropTypes: readonly number[]): Uint8Array<ArrayBuffer> {
  let at = 2;
  while (rdata[at] !== 0) at += 1 + rdata[at]!;
  const kept = [...rdata.subarray(0, ++at)];
  while (at < rdata.length) {
    const key = rdata[at]! << 8 | rdata[at + 1]!;
    const end = at + 4 + (rdata[at + 2]! << 8 | rdata[at + 3]!);
    if (!dropTypes.includes(HINTS.get(key) ?? -1)) kept.push(...rdata.subarray(at, end));
    at = end;
  }
  return Uint8Array.from(kept);
}
