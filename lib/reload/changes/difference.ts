import { valueText } from "./value_text.ts";

/** What the fields of a configuration are called in a file, where that is not their name in kebab case. */
const FIELD_NAMES: Readonly<Record<string, string>> = {
  timeoutMs: "timeout",
  ttlSeconds: "ttl",
  "upstreams.sources": "source",
  trustsAd: "trust-ad",
  asksWithCookies: "cookies",
  randomizesCase: "case-randomization",
  makesPointers: "ptr",
  isFlat: "flatten",
  allowsPrivateAnswers: "private-answers",
  coversBelow: "subdomains",
  refreshMs: "refresh",
  maxSizeOctets: "max-size",
  maxErrorsShare: "max-errors",
  maxShrinkShare: "max-shrink",
  isImportant: "important",
  checksAnswers: "check-answers",
};

/** What has changed in a thing of a configuration, wherever it stands now: a text for each of its fields: `upstreams.ad.servers: 192.0.2.1:53 added`. */
export function thingChanges(path: string, from: object, to: object): string[] {
  const before = from as Record<string, unknown>;
  return Object.entries(to)
    .filter(([field, value]) => field !== "place" && !isSame(before[field], value))
    .flatMap(([field, value]) => fieldChanges(`${path}.${fieldName(path, field)}`, before[field], value));
}

/** Whether two values of plain data are the same, lists in the same order. What is `undefined` is not there. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  // Without a list of keys: these may be tens of thousands of small things.
  for (const key in one) if (!isSame(one[key], other[key])) return false;
  for (const key in other) if (one[key] === undefined && other[key] !== undefined) return false;
  return true;
}

/** What has changed in one value: of a list what was added and removed, else what it was and is. */
export function fieldChanges(path: string, from: unknown, to: unknown): string[] {
  if (!Array.isArray(from) || !Array.isArray(to)) {
    const [before, after] = [valueText(from), valueText(to)];
    return before === after ? [] : [`${path}: ${before} → ${after}`];
  }
  const [before, after] = [from.map(valueText), to.map(valueText)];
  if (before.length === after.length && before.every((text, i) => text === after[i])) return [];
  const changes = [...counted(before, after, "added"), ...counted(after, before, "removed")];
  return [`${path}: ${changes.length > 0 ? changes.join(", ") : "in another order"}`];
}

/** What has changed among things that are known by names: which have come and gone, and what is different in the others. */
export function namedChanges<T extends object>(
  from: readonly T[],
  to: readonly T[],
  nameOf: (thing: T) => string,
): string[] {
  if (isSame(from, to)) return [];
  const before = new Map(from.map((thing) => [nameOf(thing), thing]));
  const after = new Map(to.map((thing) => [nameOf(thing), thing]));
  const added = [...after.keys()].filter((name) => !before.has(name)).map((name) => `${name}: added`);
  const removed = [...before.keys()].filter((name) => !after.has(name)).map((name) => `${name}: removed`);
  const others = [...after].flatMap(([name, thing]) => {
    const former = before.get(name);
    return former === undefined ? [] : thingChanges(name, former, thing);
  });
  return [...added, ...removed, ...others];
}

/** What of `all` is not in `known`, as one text: `a, b and 98 more added`. */
function counted(known: readonly string[], all: readonly string[], what: string): string[] {
  const others = new Set(known);
  const found = all.filter((text) => !others.has(text));
  if (found.length === 0) return [];
  const told = found.slice(0, ITEMS_TOLD_MAX).join(", ");
  const rest = found.length - ITEMS_TOLD_MAX;
  return [`${told}${rest > 0 ? ` and ${rest} more` : ""} ${what}`];
}

/** More than these of a list are counted, and not told. */
const ITEMS_TOLD_MAX = 8;

function fieldName(path: string, field: string): string {
  const [table] = path.split(".");
  return FIELD_NAMES[`${table}.${field}`] ?? FIELD_NAMES[field] ??
    field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
