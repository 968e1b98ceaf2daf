import { isInCidr, parseCidr } from "../../../lib/base/net/cidr.ts";
import { parseIp } from "../../../lib/base/net/ip.ts";
import type { BlockRule } from "../../../lib/config/lists.ts";
import type { Policy } from "../../../lib/config/policy.ts";
import type { InForce } from "../../../lib/lists/schedule/in_force.ts";
import { CLASS } from "../../../lib/wire/iana.ts";
import type { Asked } from "./law.ts";

/** A line of a list. */
export interface Line {
  readonly list: string;
  /** In lower case, without a dot at the end; or a network of addresses that answers may have. */
  readonly name: string;
  readonly covers: "self" | "below" | "both";
  readonly isAllow?: boolean;
  readonly isImportant?: boolean;
  /** QTYPEs; left out for all. */
  readonly types?: readonly number[] | undefined;
  /** Domains that it does not hold for. */
  readonly except?: readonly string[] | undefined;
}

/** What lists say besides the configuration's own words, and what counts now. */
export interface Listed {
  readonly lines: readonly Line[];
  readonly inForce: InForce;
}

/** Words about the name that is asked for. */
interface Word {
  readonly list: string;
  readonly isOwn: boolean;
  /** Twice the labels, and one more for the name alone; expressions are shorter than any name. */
  readonly length: number;
  readonly isAllow: boolean;
  readonly isImportant: boolean;
}

const EXPRESSION = -1;
const ALL_NAMES = -2;
const labelsOf = (name: string) => name === "." ? 0 : name.split(".").length;
const isBelow = (name: string, domain: string) => name !== domain && (domain === "." || name.endsWith(`.${domain}`));
const isIn = (name: string, domain: string) => name === domain || isBelow(name, domain);

/** Sentences 4 and 8 of the law, over texts: what blocks or allows the name; `null` for nothing. */
export function blockLawSays(policy: Policy, asked: Asked, { lines, inForce }: Listed): string | null {
  const group = policy.clientGroups.find(({ name }) => name === asked.client);
  if (group === undefined || asked.class !== CLASS.IN) return null;
  const listOf = (name: string) => policy.lists.find((list) => list.name === name)!;
  const words: Word[] = [...ownWords(policy, asked), ...listWords(lines, asked)].filter(({ list }) => {
    return listOf(list).types?.includes(asked.type) ?? true;
  });
  const applies = ({ schedule, except }: BlockRule) => {
    const isExcepted = words.some(({ list, isAllow }) => !isAllow && except.includes(list));
    return inForce.isOpen(schedule) && !isExcepted;
  };
  const said = (rule: BlockRule, isAllowing: boolean): Word[] => {
    if (!applies(rule)) return [];
    if (rule.lists === "*") {
      const isPaused = !isAllowing && inForce.isPaused(group.name, "*");
      const all = { list: "*", isOwn: true, length: ALL_NAMES, isAllow: isAllowing, isImportant: false };
      return isPaused ? [] : [all];
    }
    return words.filter(({ list }) => {
      return rule.lists.includes(list) && (isAllowing || !inForce.isPaused(group.name, list));
    }).map((word) => ({ ...word, isAllow: isAllowing || word.isAllow }));
  };
  const all = [...group.block.flatMap((rule) => said(rule, false)), ...group.allow.flatMap((rule) => said(rule, true))];
  const isMarked = ({ list }: Word) => list !== "*" && listOf(list).isImportant;
  const isStrong = (word: Word) => isMarked(word) || word.isImportant;
  const own = all.filter((word) => word.isOwn);
  const listed = all.filter((word) => !word.isOwn);
  const strongAllows = listed.filter((word) => word.isAllow && isStrong(word));
  // Each of these counts before all that follow.
  const ranks = [
    longest(own.filter(isMarked)),
    strongAllows.length > 0 ? [] : listed.filter((word) => !word.isAllow && isMarked(word)),
    longest(own),
    strongAllows,
    listed.filter((word) => !word.isAllow && isStrong(word)),
    listed.filter((word) => word.isAllow),
    listed.filter((word) => !word.isAllow),
  ];
  const winners = ranks.find((rank) => rank.length > 0);
  if (winners === undefined) return null;
  const [first] = winners.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.list < b.list ? -1 : 1));
  const { isAllow, isOwn, list } = first!;
  const what = list === "*" ? `[clients.${group.name}] block "*"` : isOwn ? `[lists.${list}] names` : `list ${list}`;
  return `${isAllow ? "allowed" : "blocked"} by ${what}`;

  function rankOf({ list }: Word): number {
    return list !== "*" && listOf(list).answer !== null ? 0 : 1;
  }
}

/** The longest, and of these those that allow, if there are any. */
function longest(words: readonly Word[]): readonly Word[] {
  const most = Math.max(...words.map(({ length }) => length));
  const last = words.filter(({ length }) => length === most);
  return last.some(({ isAllow }) => isAllow) ? last.filter(({ isAllow }) => isAllow) : last;
}

function ownWords({ lists }: Policy, { name }: Asked): Word[] {
  return lists.flatMap(({ name: list, names }) => {
    return names.flatMap((text) => {
      const word = { list, isOwn: true, isAllow: false, isImportant: false };
      if (text.startsWith("/")) {
        return new RegExp(text.slice(1, -1)).test(name === "." ? "" : name) ? [{ ...word, length: EXPRESSION }] : [];
      }
      const isExact = text.startsWith("=");
      const domain = isExact ? text.slice(1) : text.replace(/^\*\./, "");
      if (isExact ? name !== domain : !isIn(name, domain)) return [];
      return [{ ...word, length: 2 * labelsOf(domain) + (isExact ? 1 : 0) }];
    });
  });
}

/** Whether a line is about a name, or about an address in text. */
export function covers(line: Line, name: string): boolean {
  if (line.name.includes("/")) return isInCidr(parseIp(name) ?? new Uint8Array(), parseCidr(line.name));
  return (line.covers !== "below" && name === line.name) || (line.covers !== "self" && isBelow(name, line.name));
}

function listWords(lines: readonly Line[], { name, type }: Asked): Word[] {
  return lines.filter((line) => {
    const isMeant = covers(line, name);
    const isOfType = line.types?.includes(type) ?? true;
    return isMeant && isOfType && !(line.except ?? []).some((domain) => isIn(name, domain));
  }).map(({ list, isAllow = false, isImportant = false }) => {
    return { list, isOwn: false, length: 0, isAllow, isImportant };
  });
}
