import { HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { isAnyOf, isSameNameAt } from "../wire/name_at.ts";
import type { RecordTable } from "./record_table.ts";

/** CNAME records in a response. Resolvers give up after 8 to 16 themselves. */
const LINKS_MAX = 16;

/**
 * Where the names of the CNAME chain stand in a response, from QNAME to the last (RFC 1034 §3.6.2). Records need not be in
 * order. A CNAME that was asked for by type leads nowhere.
 *
 * @param table What stands in `message`, which has one question.
 * @returns `null` when it is a loop, or too long.
 */
export function followChain(message: Uint8Array, table: RecordTable, qtype: number): number[] | null {
  const chain = [HEADER_OCTETS];
  if (qtype === TYPE.CNAME) return chain;
  let end = HEADER_OCTETS;
  for (;;) {
    const length = chain.length;
    let linkCount = 0;
    for (let i = 0; i < table.answersEnd; i++) {
      if (table.typeOf(i) !== TYPE.CNAME) continue;
      if (++linkCount > LINKS_MAX) return null;
      if (!isSameNameAt(message, table.ownerOf(i), end)) continue;
      end = table.rdataOf(i);
      if (isAnyOf(message, end, chain)) return null;
      chain.push(end);
    }
    // The usual response has its chain in order and needs no second look.
    if (chain.length === length || chain.length === linkCount + 1) return chain;
  }
}
