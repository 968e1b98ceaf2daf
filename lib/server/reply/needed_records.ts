import { TYPE } from "../../wire/iana.ts";
import type { Message, ResourceRecord } from "../../wire/message.ts";
import { isWithin } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";

/**
 * Which records a reply cannot do without, in the order of its sections. RFC 2181 §9: "The TC bit should be set in
 * responses only when an RRSet is required as a part of the response, but could not be included in its entirety."
 *
 * - All of the answer section: signatures are among what was asked for with DO.
 * - All of the authority section but the name servers of a zone whose answer is there: the SOA of a negative answer says how
 *   long it holds, NSEC and NSEC3 prove it, or that a wildcard was right to answer (RFC 4035 §3.1.3.3).
 * - Of the additional section, the addresses of a referral's name servers that are inside what it refers to: without them it
 *   leads nowhere (RFC 9471 §2.1).
 */
export function neededRecords(message: Message): boolean[] {
  const { answers, authorities, additionals } = message;
  const isAnswered = hasAnswer(message);
  // The name servers of a referral are those of one zone (RFC 1034 §4.3.2).
  const cut = authorities.find(({ type }) => type === TYPE.NS || type === TYPE.SOA);
  const isReferral = !isAnswered && cut?.type === TYPE.NS;
  const isGlue = ({ type, name }: ResourceRecord) => {
    return isReferral && (type === TYPE.A || type === TYPE.AAAA) && isWithin(name, cut.name);
  };
  return [
    ...answers.map(() => true),
    ...authorities.map((record) => !isAnswered || !isOfDomainServers(record)),
    ...additionals.map(isGlue),
  ];
}

/** Whether there is data of the type that was asked for; a chain of CNAMEs alone leads on. */
function hasAnswer({ questions, answers }: Message): boolean {
  if (questions.length !== 1) return false;
  const { type: qtype } = questions[0]!;
  return answers.some(({ type }) => type === qtype || qtype === TYPE.ANY);
}

function isOfDomainServers({ type, rdata }: ResourceRecord): boolean {
  return type === TYPE.NS || (type === TYPE.RRSIG && uint16At(rdata, 0) === TYPE.NS);
}
