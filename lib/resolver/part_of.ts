import { HEADER_OCTETS, putQueryCounts } from "../wire/header.ts";
import type { Question } from "../wire/message.ts";
import { type Name, nameToText } from "../wire/name.ts";
import { Writer } from "../wire/writer.ts";
import { Query } from "./query.ts";

/**
 * The query for one question of the message of `query`: same client, flags, EDNS and deadline. What allows one question is not said of
 * another one: whoever leads to it says so.
 */
export function partOf(query: Query, question: Question): Query {
  const { wire, scan, client, deadlineMs, pathOctetsMax, view } = query;
  const writer = new Writer();
  writer.octets(wire.subarray(0, HEADER_OCTETS));
  writer.name(question.name);
  writer.uint16(question.type);
  writer.uint16(question.class);
  if (scan.hasOpt) writer.octets(wire.subarray(scan.optOffset, scan.optEnd));
  const octets = writer.finish();
  putQueryCounts(octets, scan.hasOpt ? 1 : 0);
  const part = new Query({ wire: octets, client, deadlineMs, pathOctetsMax, view });
  part.trace = query.trace;
  part.rewriteCount = query.rewriteCount;
  return part;
}

/** Notes for whoever wants it explained that `part` asks for another name in place of the client's, once that is decided about. */
export function traceOther({ trace, decision }: Query, name: Name): void {
  trace?.note({ kind: "instead", name: nameToText(name), reason: decision === null ? null : decision.reason });
}
