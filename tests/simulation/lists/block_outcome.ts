import { parseIp } from "../../../lib/base/net/ip.ts";
import type { BlockAnswer } from "../../../lib/config/lists.ts";
import type { ClientGroupConfig, Policy } from "../../../lib/config/policy.ts";
import { ownSoa } from "../../../lib/resolver/local/own_soa.ts";
import { CLASS, RCODE, TYPE } from "../../../lib/wire/iana.ts";
import type { Question, ResourceRecord } from "../../../lib/wire/message.ts";

/** What a client gets for a blocked name. */
export interface BlockOutcome {
  readonly rcode: number;
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Whether it is told why. */
  readonly isExplained: boolean;
}

/** What is told for what the law says: `blocked by list ads`, `blocked by [lists.ads] names`, `blocked by [clients.kids] block "*"`. */
export function blockOutcome(
  { block, lists }: Policy,
  group: ClientGroupConfig | null,
  question: Question,
  said: string,
): BlockOutcome {
  const name = /^blocked by (?:list |\[lists\.)([a-z]+)/.exec(said)?.[1];
  const answer = lists.find((list) => list.name === name)?.answer ?? group?.answer ?? block.answer;
  const answers = addressesOf(answer).map((address) => parseIp(address)!).flatMap((octets): ResourceRecord[] => {
    const type = octets.length === 4 ? TYPE.A : TYPE.AAAA;
    if (type !== question.type) return [];
    return [{ name: question.name, type, class: CLASS.IN, ttl: block.ttlSeconds, rdata: Uint8Array.from(octets) }];
  });
  const isRefused = answer === "refused";
  const soa = ownSoa(question.name, block.ttlSeconds);
  return {
    rcode: answer === "nxdomain" ? RCODE.NXDOMAIN : isRefused ? RCODE.REFUSED : RCODE.NOERROR,
    answers,
    authorities: answers.length > 0 || isRefused ? [] : [soa],
    isExplained: block.explain !== "off",
  };
}

function addressesOf(answer: BlockAnswer): readonly string[] {
  if (answer === "zero") return ["0.0.0.0", "::"];
  return typeof answer === "string" ? [] : answer;
}
