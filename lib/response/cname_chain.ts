import { HEADER_OCTETS, RECORD_HEAD_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { isAnyOf, isSameNameAt } from "../wire/name_at.ts";
import { type NameNumbers, ROOT_NUMBER } from "./records/name_numbers.ts";
import { uint16At } from "../wire/octets.ts";
import type { Response } from "./response.ts";
import type { SentRecord } from "./records/sent_record.ts";
import { isMetaType } from "./records/roles.ts";

/**
 * CNAME records in a row. unbound 1.17 and BIND 9.18 follow 11, and say SERVFAIL to more (measured): nobody has longer chains
 * for long.
 */
export const LINKS_MAX = 64;

/**
 * Follows the CNAME records of a response whose answers are in order, as those of nearly every response are, and notes in
 * `Response.chain` where the names stand that it leads to; the question's is the first. A CNAME that was asked for by type
 * leads nowhere. Once is enough for all who ask.
 *
 * @returns `false` when the chain has no end; see {@linkcode followChain}, which takes the answers in whatever order.
 */
export function followInOrder(response: Response): boolean {
  // hot path
  if (response.isChainKnown) return true;
  const { octets, scan, places, chain } = response;
  chain.length = 1;
  chain[0] = HEADER_OCTETS;
  if (uint16At(octets, scan.qtypeOffset) === TYPE.CNAME) return true;
  for (let i = 0; i < scan.answerCount; i++) {
    const head = places.heads[i]!;
    const isLink = uint16At(octets, head) === TYPE.CNAME;
    if (!isLink || !isSameNameAt(octets, places.owners[i]!, chain[chain.length - 1]!)) continue;
    const target = head + RECORD_HEAD_OCTETS;
    if (chain.length > LINKS_MAX || isAnyOf(octets, target, chain)) return false;
    chain.push(target);
  }
  response.isChainKnown = true;
  return true;
}

/** A question whose name has a number. */
export interface NumberedQuestion {
  /** QNAME. */
  readonly name: number;
  /** QTYPE. */
  readonly type: number;
}

/** The names that a question leads to, see {@linkcode followChain}. */
export interface Chain {
  /** Where each name stands in the chain; that of the question's is 0. */
  readonly positions: ReadonlyMap<number, number>;
  /** The first position of a name below each name that lies above one. */
  readonly below: ReadonlyMap<number, number>;
}

/**
 * Follows the CNAME records of an answer section from the question's name on, in whatever order they stand (RFC 1034
 * §3.6.2). A CNAME that was asked for by type leads nowhere.
 *
 * @returns `null` when the chain has no end: it leads in a circle, or on for too long.
 */
export function followChain(
  { name, type }: NumberedQuestion,
  answers: readonly SentRecord[],
  names: NameNumbers,
): Chain | null {
  const positions = new Map([[name, 0]]);
  if (type !== TYPE.CNAME) {
    const links = Map.groupBy(answers.filter((record) => record.type === TYPE.CNAME), ({ owner }) => owner);
    // What is added on the way is visited as well.
    for (const owner of positions.keys()) {
      for (const { rdata } of links.get(owner) ?? []) {
        const target = names.numberAt(rdata);
        if (!positions.has(target)) positions.set(target, positions.size);
        if (positions.size > LINKS_MAX + 1) return null;
      }
    }
    const hasEnd = isMetaType(type) || positions.keys().some((owner) => !links.has(owner));
    if (!hasEnd) return null;
  }
  const below = new Map<number, number>();
  for (const [owner, position] of positions) {
    for (let above = owner; above !== ROOT_NUMBER;) {
      above = names.parentOf(above);
      if (!below.has(above)) below.set(above, position);
    }
  }
  return { positions, below };
}

/** Whether a name is one of the chain's, or lies above one. */
export function isAtOrAbove({ positions, below }: Chain, name: number): boolean {
  return positions.has(name) || below.has(name);
}
