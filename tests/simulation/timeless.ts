import { TYPE } from "../../lib/wire/iana.ts";
import type { Message, ResourceRecord } from "../../lib/wire/message.ts";

/** A message whose TTLs are all 0, for comparing what was said at different times. The OPT record has none. */
export function timeless(message: Message): Message {
  return {
    ...message,
    answers: message.answers.map(withoutTtl),
    authorities: message.authorities.map(withoutTtl),
    additionals: message.additionals.map(withoutTtl),
  };
}

function withoutTtl(record: ResourceRecord): ResourceRecord {
  return record.type === TYPE.OPT ? record : { ...record, ttl: 0 };
}
