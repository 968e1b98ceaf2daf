import { classToText, typeToText } from "../iana.ts";
import type { Question, ResourceRecord } from "../message.ts";
import { nameToText } from "../name.ts";
import { rdataToText } from "./rdata_text.ts";

/** A record as a line of a zone file: `example.org. 300 IN A 192.0.2.1`. */
export function recordToText(record: ResourceRecord): string {
  return [
    nameToText(record.name),
    record.ttl,
    classToText(record.class),
    typeToText(record.type),
    rdataToText(record.type, record.rdata),
  ].join(" ");
}

/** A question as a record's beginning: `example.org. IN A`. */
export function questionToText(question: Question): string {
  return `${nameToText(question.name)} ${classToText(question.class)} ${typeToText(question.type)}`;
}
