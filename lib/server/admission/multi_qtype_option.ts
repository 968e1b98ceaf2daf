import type { Query } from "../../resolver/query.ts";
import { findOption, findOptions, NO_OPTION } from "../../wire/edns/find_options.ts";
import { EDNS_OPTION, isDataType } from "../../wire/iana.ts";
import { OPT_FAULT, SCAN } from "../../wire/scan.ts";
import { uint16At } from "../../wire/octets.ts";

/** RFC 10029 §4: each type costs an upstream query; "a limit of four QTx values would be appropriate". */
const OTHER_TYPES_MAX = 4;

/** What the option says when it breaks a rule of RFC 10029 §3.3. */
export const MALFORMED = "malformed";

/**
 * Reads the MQTYPE-Query option: the types that are asked for besides the question's, in the client's order. Those beyond
 * the fourth are left out, which the client sees in the reply. `null` when there is no such option.
 *
 * @param query Its message is readable and has an OPT record without faults.
 */
export function readOtherTypes({ wire, scan, qtype }: Query): readonly number[] | null | typeof MALFORMED {
  // RFC 10029 §3.3: "the server MUST return a FORMERR response if the server receives: […] An MQTYPE-Response option in
  // any inbound DNS message."
  if (findOption(wire, scan, EDNS_OPTION.MQTYPE_RESPONSE) !== NO_OPTION) return MALFORMED;
  if (findOption(wire, scan, EDNS_OPTION.MQTYPE_QUERY) === NO_OPTION) return null;
  const lists = findOptions(wire, scan, EDNS_OPTION.MQTYPE_QUERY);
  const list = lists[0]!;
  if (lists.length > 1 || scan.questionCount !== 1 || list.length === 0 || list.length % 2 !== 0) return MALFORMED;
  const types = new Set([qtype]);
  for (let offset = 0; offset < list.length; offset += 2) types.add(uint16At(list, offset));
  // Fewer than there were: one stands twice, or is the question's.
  if (types.size !== 1 + list.length / 2 || ![...types].every(isDataType)) return MALFORMED;
  return [...types].slice(1, 1 + OTHER_TYPES_MAX);
}

/** Whether a message of any opcode has one of the options, as far as it can be read. */
export function hasMultiQtypeOption({ wire, scan }: Query): boolean {
  if (scan.status !== SCAN.ok || scan.optFault !== OPT_FAULT.none) return false;
  const codes = [EDNS_OPTION.MQTYPE_QUERY, EDNS_OPTION.MQTYPE_RESPONSE];
  return codes.some((code) => findOption(wire, scan, code) !== NO_OPTION);
}
