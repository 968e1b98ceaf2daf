import { HEADER_OCTETS, RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { isSameRun } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import type { MessageScan } from "../../wire/scan.ts";
import { skipName } from "../../wire/skip_name.ts";

/**
 * A DNAME puts the first labels of the question's name before another name (RFC 6672 §2.2). They are the asker's, and the
 * reply may have been made for another one: spells them like the question's, in the answers behind a DNAME. Edits `reply`, whose
 * question is the asker's, in place.
 */
export function respellRedirected(
  reply: Uint8Array,
  { questionCount, questionsEnd, answerCount }: Pick<MessageScan, "questionCount" | "questionsEnd" | "answerCount">,
): void {
  if (questionCount !== 1) return;
  let isRedirected = false;
  for (let i = 0, offset = questionsEnd; i < answerCount; i++) {
    if (isRedirected) respellBeginning(reply, offset);
    const head = skipName(reply, offset, reply.length);
    const type = uint16At(reply, head);
    if (type === TYPE.DNAME) isRedirected = true;
    else if (type === TYPE.CNAME && isRedirected) respellBeginning(reply, head + RECORD_HEAD_OCTETS);
    offset = head + RECORD_HEAD_OCTETS + uint16At(reply, head + RDLENGTH_OFFSET);
  }
}

function respellBeginning(reply: Uint8Array, name: number): void {
  let own = HEADER_OCTETS;
  // A pointer has a greater octet than any label.
  while (reply[own] !== 0 && reply[name] === reply[own]) {
    const labelOctets = 1 + reply[own]!;
    if (!isSameRun(reply, name, reply, own, labelOctets)) return;
    reply.copyWithin(name, own, own + labelOctets);
    name += labelOctets;
    own += labelOctets;
  }
}
