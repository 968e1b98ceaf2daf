import type { Policy } from "../../lib/config/policy.ts";
import { CLASS } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { foldCase, nameFromText, nameToText } from "../../lib/wire/name.ts";

/** What may be asked for because of a question, by any of some policies, whoever asks and however far that leads. */
export function leadsTo(policies: readonly (Policy | null)[]): (question: Question) => readonly Question[] {
  const ways = policies.filter((policy) => policy !== null).flatMap(({ local, clientGroups, rewrites }) => [
    ...[...local.addresses, ...clientGroups.flatMap((group) => group.local)].flatMap(({ name, alias }) => {
      const isWildcard = name.startsWith("*.");
      return alias === null ? [] : [{ from: name.replace("*.", ""), isExact: !isWildcard, to: alias }];
    }),
    ...rewrites.flatMap(({ domains, to }) => domains.map(({ name, isExact }) => ({ from: name, isExact, to }))),
  ]);
  const known = new Map<string, readonly string[]>();
  const targetsOf = (start: string) => {
    const targets = new Set<string>();
    const follow = (name: string) => {
      for (const { from, isExact, to } of ways) {
        const applies = name === from || (!isExact && name.endsWith(`.${from}`));
        if (!applies || targets.has(to)) continue;
        targets.add(to);
        follow(to);
      }
    };
    follow(start);
    return [...targets];
  };
  return (question) => {
    if (question.class !== CLASS.IN || ways.length === 0) return [];
    const text = nameToText(foldCase(question.name)).slice(0, -1);
    const targets = known.get(text) ?? targetsOf(text);
    known.set(text, targets);
    return targets.map((target) => ({ ...question, name: nameFromText(target) }));
  };
}
