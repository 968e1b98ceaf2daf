import type { FoundIdentities, Identity } from "./identity.ts";
import type { PemProblem } from "./pem_files.ts";
import { isValid, validityTrouble } from "./validity.ts";

/** What is shown, and where it was looked for. */
export interface Shown {
  /** The certificates; the first one is for those who ask for another name. */
  readonly identities: readonly Identity[];
  /** All paths that were looked at, in the order in which their certificates count. */
  readonly paths: readonly string[];
}

/** What is shown from now on. */
export interface Successors extends Shown {
  /** What cannot be used, and was good before. */
  readonly kept: readonly PemProblem[];
  /** What cannot be used, and has not been there before. */
  readonly failed: readonly PemProblem[];
}

/**
 * What follows the certificates that are shown, when others are found. One that cannot be used, or does not hold now, does not take
 * the place of one at the same path that can and does.
 *
 * @param paths Where they were found; see `Shown`.
 */
export function successorsOf(
  former: Shown,
  found: FoundIdentities,
  paths: readonly string[],
  nowS: number,
): Successors {
  const kept: PemProblem[] = [];
  const failed: PemProblem[] = [];
  const byPath = new Map(found.identities.map((identity) => [identity.path, identity]));
  for (const before of former.identities) {
    const now = byPath.get(before.path);
    if (now === undefined || isValid(now.own, nowS) || !isValid(before.own, nowS)) continue;
    kept.push({ path: now.path, reason: `what is there now ${validityTrouble(now.own, nowS)}` });
    byPath.set(before.path, before);
  }
  const keyless = found.keyless.map((path) => ({ path, reason: "there is no key for it" }));
  for (const trouble of [...found.problems, ...keyless]) {
    const lost = former.identities.filter(({ path }) => path === trouble.path || isIn(trouble.path, path));
    for (const before of lost) if (!byPath.has(before.path)) byPath.set(before.path, before);
    const isNew = !former.paths.includes(trouble.path);
    // Without a key, a certificate in a folder is an authority's.
    if (isNew && keyless.includes(trouble)) continue;
    if (lost.length > 0 || !keyless.includes(trouble)) (isNew ? failed : kept).push(trouble);
  }
  const all = [...paths, ...former.paths];
  const identities = [...byPath.values()].toSorted((a, b) => all.indexOf(a.path) - all.indexOf(b.path));
  if (identities.length > 0 || former.identities.length === 0) return { identities, paths, kept, failed };
  // Whoever has moved a folder away for a moment wants no server without a certificate.
  const gone = { path: former.identities[0]!.path, reason: "it has gone, and there is no other one" };
  return { identities: former.identities, paths, kept: [...kept, gone], failed };
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(`${folder}/`);
}
