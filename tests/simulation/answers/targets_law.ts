import { formatIp } from "../../../lib/base/net/ip.ts";
import type { Policy } from "../../../lib/config/policy.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import type { Message, ResourceRecord } from "../../../lib/wire/message.ts";
import { foldCase, type Name, nameToText } from "../../../lib/wire/name.ts";
import { blockLawSays, type Listed } from "../../app/policy/block_law.ts";

/** Parameters of HTTPS and SVCB records that are addresses, and how long one is (RFC 9460 §7.3). */
const HINT_OCTETS: ReadonlyMap<number, number> = new Map([[4, 4], [6, 16]]);

/** What a record leads a browser to: names and addresses, as text. */
export interface Targets {
  readonly names: readonly string[];
  readonly addresses: readonly Uint8Array<ArrayBuffer>[];
}

/** What a record leads to. */
export function targetsOf({ type, rdata }: ResourceRecord): Targets {
  switch (type) {
    case TYPE.A:
    case TYPE.AAAA:
      return { names: [], addresses: [rdata] };
    case TYPE.CNAME:
      return { names: [textOf(rdata)], addresses: [] };
    case TYPE.HTTPS:
    case TYPE.SVCB:
      return serviceTargets(rdata);
    default:
      return { names: [], addresses: [] };
  }
}

/**
 * Sentence 5 of the law: each alias and each address of an answer is judged as if it had been asked for, by rules about names that
 * somebody has listed. Says what blocks the answer, by any of them; nothing when nothing does.
 */
export function blocksOfTargets(
  { answers, additionals }: Pick<Message, "answers" | "additionals">,
  { policy, listed, type, client }: { policy: Policy; listed: Listed; type: number; client: string },
): string[] {
  // What is said of all names is about questions.
  const clientGroups = policy.clientGroups.map((group) => {
    return { ...group, block: group.block.filter(({ lists }) => lists !== "*") };
  });
  const targets = [...answers, ...additionals].map(targetsOf).flatMap(({ names, addresses }) => {
    return [...names.filter((name) => name !== "."), ...addresses.map((address) => formatIp(address))];
  });
  return [...new Set(targets)].flatMap((name) => {
    const said = blockLawSays({ ...policy, clientGroups }, { name, type, class: 1, client }, listed);
    return said?.startsWith("blocked") ? [said] : [];
  });
}

function serviceTargets(rdata: Uint8Array<ArrayBuffer>): Targets {
  const addresses: Uint8Array<ArrayBuffer>[] = [];
  let at = 2;
  while (rdata[at] !== 0) at += 1 + rdata[at]!;
  const name = textOf(rdata.slice(2, ++at));
  while (at < rdata.length) {
    const [key, length] = [rdata[at]! << 8 | rdata[at + 1]!, rdata[at + 2]! << 8 | rdata[at + 3]!];
    const octets = HINT_OCTETS.get(key) ?? length + 1;
    for (let one = 0; one + octets <= length; one += octets) {
      addresses.push(rdata.slice(at + 4 + one, at + 4 + one + octets));
    }
    at += 4 + length;
  }
  return { names: [name], addresses };
}

function textOf(name: Name): string {
  const text = nameToText(foldCase(name));
  return text === "." ? text : text.slice(0, -1);
}
