import type { ListRule, RuleAnswer } from "../../lists/list_rule.ts";
import { isWithin, keyOfName, type Name } from "../../wire/name.ts";
import { ALL_NAMES, type Saying, WIDTH } from "./saying.ts";

/** A list, as far as it matters to what is blocked. */
export interface JudgedList {
  /** What the configuration calls it. */
  readonly name: string;
  /** QTYPEs that it is about; `null` for all. */
  readonly types: readonly number[] | null;
  /** Whether no allow of a client undoes it. */
  readonly isImportant: boolean;
  /** Whether it has an answer of its own. */
  readonly hasAnswer: boolean;
}

/** Lists that a client group uses, by their places. */
export interface ListUse {
  /** Which; `null` for all names that there are. */
  readonly lists: ReadonlySet<number> | null;
  /** It is not about names in these. */
  readonly except: ReadonlySet<number>;
}

/** What counts for a client group now. */
export interface GroupRules {
  /** What it gets no answer for. */
  readonly block: readonly ListUse[];
  /** What it gets all the same. */
  readonly allow: readonly ListUse[];
}

/** What is asked, and how. */
export interface Asked {
  /** The name. */
  readonly name: Name;
  /** QTYPE */
  readonly type: number;
  /** Whether a reply may have any length. */
  readonly isStream: boolean;
}

/** What comes of it. Of several sayings that win, the first one counts for all that there is one of. */
export interface Verdict {
  /** Whether the name is blocked, is allowed by somebody, or nothing counts. */
  readonly kind: "nothing" | "allow" | "block";
  /** What decides; at least one, unless nothing does. */
  readonly winners: readonly Saying[];
}

/** A saying, and what it comes to for a client group. */
interface Candidate {
  readonly saying: Saying;
  readonly isAllow: boolean;
  readonly isImportant: boolean;
  /** Of a list that is marked so in the configuration. */
  readonly isMarked: boolean;
}

const NOTHING: Verdict = { kind: "nothing", winners: [] };

/**
 * Sentence 4 of the law. Own words count before lists, and among them the narrower; a list that is marked important counts before
 * them, unless it is undone by an important exception of a list. Among lists an important exception counts before what is important,
 * that before exceptions and lists under `allow`, and these before what is blocked.
 */
export function judge(
  sayings: readonly Saying[],
  rules: GroupRules,
  lists: readonly JudgedList[],
  asked: Asked,
): Verdict {
  const all = candidatesOf(sayings.filter((saying) => holds(saying, lists, asked)), rules, lists);
  const [own, lines] = [all.filter(isOwn), all.filter((one) => !isOwn(one))];
  const marked = own.filter(({ isMarked }) => isMarked);
  if (marked.length > 0) return narrowest(marked, lists);
  const exceptions = lines.filter(({ isAllow }) => isAllow);
  const blocks = lines.filter(({ isAllow }) => !isAllow);
  const importantExceptions = exceptions.filter(({ isImportant }) => isImportant);
  const markedBlocks = blocks.filter(({ isMarked }) => isMarked);
  if (importantExceptions.length === 0 && markedBlocks.length > 0) return verdict("block", markedBlocks, lists);
  if (own.length > 0) return narrowest(own, lists);
  if (importantExceptions.length > 0) return verdict("allow", importantExceptions, lists);
  const importantBlocks = blocks.filter(({ isImportant }) => isImportant);
  if (importantBlocks.length > 0) return verdict("block", importantBlocks, lists);
  if (exceptions.length > 0) return verdict("allow", exceptions, lists);
  return blocks.length > 0 ? verdict("block", blocks, lists) : NOTHING;
}

/** Whether what a saying comes to depends on more than the name: on what is asked for, and how, or on which name below a domain. */
export function isConditional({ list, rule }: Saying, lists: readonly JudgedList[]): boolean {
  return rule.types !== null || rule.exceptBelow.length > 0 || rule.answer?.kind === "truncate" ||
    (list !== ALL_NAMES && lists[list]!.types !== null);
}

function holds({ list, rule }: Saying, lists: readonly JudgedList[], { name, type, isStream }: Asked): boolean {
  const { types } = lists[list]!;
  if (types !== null && !types.includes(type)) return false;
  if (rule.types !== null && rule.types.types.includes(type) === rule.types.areExcluded) return false;
  // RPZ §3.6: who is to ask over TCP, and does, gets the answer.
  if (rule.answer?.kind === "truncate" && isStream) return false;
  return !rule.exceptBelow.some((domain) => isWithin(name, domain));
}

function candidatesOf(
  sayings: readonly Saying[],
  { block, allow }: GroupRules,
  lists: readonly JudgedList[],
): Candidate[] {
  const named = new Set(sayings.filter(({ rule }) => !rule.isAllow).map(({ list }) => list));
  const used = (uses: readonly ListUse[]) => {
    const holding = uses.filter(({ except }) => named.isDisjointFrom(except));
    const own = holding.some((use) => use.lists === null) ? [ALL] : [];
    return [...own, ...sayings.filter(({ list }) => holding.some((use) => use.lists !== null && use.lists.has(list)))];
  };
  const candidate = (saying: Saying, isAllow: boolean): Candidate => {
    const isMarked = saying.list !== ALL_NAMES && lists[saying.list]!.isImportant;
    return { saying, isAllow, isImportant: isMarked || saying.rule.isImportant, isMarked };
  };
  const allowing = used(allow).map((saying) => candidate(saying, true));
  const blocking = used(block).map((saying) => candidate(saying, saying.rule.isAllow));
  return [...allowing, ...withoutUndone(blocking)];
}

/** An exception with an answer undoes that answer, and nothing else. */
function withoutUndone(candidates: readonly Candidate[]): Candidate[] {
  const undoing = candidates.filter(({ saying: { rule } }) => rule.isAllow && rule.answer !== null);
  if (undoing.length === 0) return [...candidates];
  const isUndone = ({ saying: { rule }, isImportant }: Candidate) => {
    return rule.answer !== null && undoing.some(({ saying, isImportant: isStronger }) => {
      return (isStronger || !isImportant) && undoes(saying.rule, rule.answer!);
    });
  };
  return candidates.filter((one) => !isUndone(one) && !undoing.includes(one));
}

function undoes({ answer }: ListRule, undone: RuleAnswer): boolean {
  return answer!.kind === "any" || textOf(answer!) === textOf(undone);
}

function textOf(answer: RuleAnswer): string {
  if (answer.kind === "cname") return JSON.stringify([answer.kind, answer.isPrefixed, keyOfName(answer.target)]);
  if (answer.kind !== "records") return JSON.stringify(answer);
  return JSON.stringify(answer.records.map(({ type, rdata }) => [type, ...rdata]));
}

function isOwn({ saying }: Candidate): boolean {
  return saying.narrowness !== WIDTH.line;
}

/** The longer name wins, and at the same name allow. */
function narrowest(own: readonly Candidate[], lists: readonly JudgedList[]): Verdict {
  const most = own.reduce((sum, { saying }) => Math.max(sum, saying.narrowness), 0);
  const last = own.filter(({ saying }) => saying.narrowness === most);
  const allows = last.filter(({ isAllow }) => isAllow);
  return allows.length > 0 ? verdict("allow", allows, lists) : verdict("block", last, lists);
}

/** What has an answer of its own comes first; then it goes by the names of the lists, whatever order they were given in. */
function verdict(kind: Verdict["kind"], candidates: readonly Candidate[], lists: readonly JudgedList[]): Verdict {
  const nameOf = (list: number) => list === ALL_NAMES ? "" : lists[list]!.name;
  const rank = ({ list, rule }: Saying) => {
    return rule.answer !== null ? 0 : list !== ALL_NAMES && lists[list]!.hasAnswer ? 1 : 2;
  };
  const winners = candidates.map(({ saying }) => saying).toSorted((a, b) => {
    return rank(a) - rank(b) || compareTexts(nameOf(a.list), nameOf(b.list));
  });
  return { kind, winners };
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const ALL: Saying = {
  list: ALL_NAMES,
  rule: { isAllow: false, isImportant: false, types: null, exceptBelow: [], answer: null },
  narrowness: WIDTH.allNames,
};
