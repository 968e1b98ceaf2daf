import { headerFromFlags, recordCountOf } from "../../wire/header.ts";
import { decode, type Message } from "../../wire/message.ts";
import { uint16At } from "../../wire/octets.ts";
import { withOwnSpelling } from "../own_spelling.ts";
import type { Query } from "../query.ts";

/** Far more than any honest answer to one of several questions. */
const RECORDS_MAX = 128;

/**
 * A reply that is to be merged with others, in its asker's spelling. One with more records than a merged reply has use for counts as truncated,
 * without them: taking apart and joining thousands of records would keep every other client waiting (CVE-2024-8508).
 */
export function decodeBounded(reply: Uint8Array<ArrayBuffer>, query: Query): Message {
  if (recordCountOf(reply) <= RECORDS_MAX) return decode(withOwnSpelling(reply, query));
  const header = headerFromFlags(uint16At(reply, 0), uint16At(reply, 2));
  return { ...header, isTruncated: true, questions: [], answers: [], authorities: [], additionals: [] };
}
