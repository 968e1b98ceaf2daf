import { TYPE } from "../../../wire/iana.ts";
import { nameToText } from "../../../wire/name.ts";
import { recordFromText } from "../../../wire/text/record_from_text.ts";
import { RdataFormatError } from "../../../wire/text/rdata_format_error.ts";
import type { DomainPattern } from "../../domain_pattern.ts";
import type { Place } from "../../place.ts";
import type { LocalAddresses, Policy, RewriteConfig } from "../../policy.ts";
import { markAt } from "../mark.ts";
import { type Problem, problemAt } from "../problem.ts";
import type { Checked } from "./checked.ts";
import { type Hop, LocalWays } from "./local_ways.ts";

/** What says that names stand for another name. */
interface Alias {
  /** By which keys it stands in the file. */
  readonly keys: readonly (string | number)[];
  /** And in which line. */
  readonly place: Place;
  /** The first name that it leads to. */
  readonly to: string;
}

/**
 * Names that stand for names must come to an end: those of `[local]`, and what is asked for in place of others, as the clients of
 * each group see it.
 */
export function checkCircles({ policy, marks }: Checked, problems: Problem[]): void {
  if (policy === null) return;
  const { rewrites } = policy;
  const aliases = aliasesOf(policy);
  if (rewrites.length + aliases.length === 0) return;
  const local = new LocalWays(policy);
  const nexts = viewsOf(policy).map((group) => {
    const own = rewrites.filter(({ clients }) => clients === null || clients.includes(group));
    const rewritten = rewriter(own);
    return { group, own, next: (name: string) => local.next(name, group) ?? rewritten(name) };
  });
  const tell = (keys: readonly (string | number)[], way: readonly string[]) => {
    problems.push(problemAt(markAt(marks, keys).mark, `must not lead back: ${way.join(" → ")}`));
  };
  for (const [i, one] of rewrites.entries()) {
    const views = nexts.filter(({ own }) => own.includes(one));
    const circle = views.map(({ next }) => wayFrom(one.to, next)).find((way) => way !== null);
    if (circle !== undefined) tell(["rewrite", i, "to"], circle.names);
  }
  for (const { keys, place, to } of aliases) {
    const ways = nexts.map(({ next }) => wayFrom(local.nameOf(to), next));
    // Who leads to a circle and is no part of it is not the one to be told.
    const circle = ways.find((way) => way?.places.some((one) => isSamePlace(one, place)));
    if (circle !== null && circle !== undefined) tell(keys, circle.names);
  }
}

/** The groups whose clients see something of their own, and one that stands for all others. */
function viewsOf({ clientGroups, rewrites }: Policy): string[] {
  const own = clientGroups.filter(({ local }) => local.length > 0).map(({ name }) => name);
  return [...new Set(["default", ...own, ...rewrites.flatMap(({ clients }) => clients ?? [])])];
}

function aliasesOf({ local, clientGroups }: Policy): Alias[] {
  const named = (keys: readonly string[], all: readonly LocalAddresses[]) => {
    return all.flatMap(({ name, alias, place }) => alias === null ? [] : [{ keys: [...keys, name], place, to: alias }]);
  };
  return [
    ...named(["local", "addresses"], local.addresses),
    ...local.records.flatMap(({ text, place }, i) => {
      const to = targetOf(text);
      return to === null ? [] : [{ keys: ["local", "records", i], place, to }];
    }),
    ...clientGroups.flatMap(({ name, local }) => named(["clients", name, "local"], local)),
  ];
}

/** Where a record leads; of a DNAME record, where the names below it are led. */
function targetOf(text: string): string | null {
  if (!/\s(?:CNAME|DNAME|TYPE5|TYPE39)\s/i.test(text)) return null;
  try {
    const { type, rdata } = recordFromText(text, 0);
    if (type === TYPE.CNAME) return nameToText(rdata);
    return type === TYPE.DNAME ? `*.${nameToText(rdata)}` : null;
  } catch (error) {
    if (error instanceof RdataFormatError) return null;
    throw error;
  }
}

/** What is asked for in place of a name by clients that these are for. */
function rewriter(own: readonly RewriteConfig[]): (name: string) => Hop | undefined {
  const byDomain = Map.groupBy(
    own.flatMap((one) => one.domains.map((domain) => ({ key: keyOf(domain), one }))),
    ({ key }) => key,
  );
  const ofDomain = (key: string) => {
    return (byDomain.get(key) ?? []).map(({ one }) => one).toSorted((a, b) => ofAll(a) - ofAll(b));
  };
  return (name) => rewriteOf(name, ofDomain);
}

/** The name that is asked for in place of another. What a rewrite leads to, it leaves alone: a name below its own domain, as well. */
function rewriteOf(name: string, ofDomain: (key: string) => readonly RewriteConfig[]): Hop | undefined {
  const find = (key: string): Hop | undefined => ofDomain(key).find(({ to }) => to !== name);
  const exact = find(`=${name}`);
  if (exact !== undefined) return exact;
  for (let domain = name;; domain = domain.slice(domain.indexOf(".") + 1)) {
    const target = find(domain);
    if (target !== undefined || !domain.includes(".")) return target;
  }
}

function keyOf({ name, isExact }: DomainPattern): string {
  return isExact ? `=${name}` : name;
}

/** Those for some clients count first. */
function ofAll({ clients }: RewriteConfig): number {
  return Number(clients === null);
}

/** The way on from a name, and what leads it, if it comes to a name once more; `null` when it has an end. */
function wayFrom(
  start: string,
  next: (name: string) => Hop | undefined,
): { readonly names: readonly string[]; readonly places: readonly Place[] } | null {
  const names = [start];
  const places: Place[] = [];
  for (let hop = next(start); hop !== undefined && hop.to !== null; hop = next(hop.to)) {
    const isCircle = names.includes(hop.to);
    names.push(hop.to);
    places.push(hop.place);
    if (isCircle) return { names, places };
  }
  return null;
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.file === b.file && a.line === b.line;
}
