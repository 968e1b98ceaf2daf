import type { Policy } from "../../lib/config/policy.ts";
import { CLASS } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { inDomain } from "./local/known_source.ts";
import { foldCase, nameFromText, nameToText } from "../../lib/wire/name.ts";

/** What may be asked for because of a question, by any of some policies, whoever asks and however far that leads. */
export function leadsTo(policies: readonly (Policy | null)[]): (question: Question) => readonly Question[] {
  const ways = policies.filter((policy) => policy !== null).flatMap(waysOf);
  const domains = policies.map((policy) => policy?.local.domain ?? null).filter((domain) => domain !== null);
  const known = new Map<string, readonly string[]>();
  const targetsOf = (start: string) => {
    const targets = new Set<string>();
    const follow = (name: string) => {
      // A name of one label stands for one in a domain.
      const names = name === "" || name.includes(".")
        ? [name]
        : [name, ...domains.map((domain) => `${name}.${domain}`)];
      for (const way of ways) {
        for (const target of names.flatMap((one) => targetOf(one, way))) {
          // A DNAME record may lead below itself, and further each time.
          if (targets.has(target) || target.length > NAME_TEXT_MAX) continue;
          targets.add(target);
          follow(target);
        }
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

/** Where names below a domain, or one name, may lead. */
interface Way {
  readonly from: string;
  readonly isExact: boolean;
  readonly to: string;
  /** Whether what stands before the domain stays (RFC 6672). */
  readonly isPrefixKept: boolean;
}

const NAME_TEXT_MAX = 253;

function targetOf(name: string, { from, isExact, to, isPrefixKept }: Way): string[] {
  const isBelow = name.endsWith(`.${from}`);
  if (isPrefixKept) return isBelow ? [`${name.slice(0, -from.length)}${to}`] : [];
  return name === from || (isBelow && !isExact) ? [to] : [];
}

function waysOf({ local, clientGroups, rewrites }: Policy): Way[] {
  const { domain } = local;
  const aliases = [...local.addresses, ...clientGroups.flatMap((group) => group.local)].flatMap(({ name, alias }) => {
    if (alias === null) return [];
    const to = inDomain(alias, domain);
    const isExact = !name.startsWith("*.");
    return [...new Set([name, inDomain(name, domain)])].map((from) => {
      return { from: from.replace("*.", ""), isExact, to, isPrefixKept: false };
    });
  });
  const redirections = local.records.flatMap(({ text }) => {
    const [owner, to] = text.split(/\.? \d+ IN DNAME /);
    const from = owner!.toLowerCase();
    return to === undefined ? [] : [{ from, isExact: false, to: to.replace(/\.$/, ""), isPrefixKept: true }];
  });
  return [
    ...aliases,
    ...redirections,
    ...rewrites.flatMap(({ domains, to }) => {
      return domains.map(({ name, isExact }) => ({ from: name, isExact, to, isPrefixKept: false }));
    }),
  ];
}
