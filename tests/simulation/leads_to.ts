import type { Policy } from "../../lib/config/policy.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { SAFE_NAMES } from "../app/policy/law.ts";
import { MADE_OF } from "./answers/answers_draw.ts";
import { inDomain, reverseNameOf } from "./local/known_source.ts";
import { foldCase, nameFromText, nameToText } from "../../lib/wire/name.ts";

/** What may be asked for because of a question, by any of some policies, whoever asks and however far that leads. */
export function leadsTo(policies: readonly (Policy | null)[]): (question: Question) => readonly Question[] {
  const ways = policies.filter((policy) => policy !== null).flatMap(waysOf);
  const domains = policies.map((policy) => policy?.local.domain ?? null).filter((domain) => domain !== null);
  const makesAddresses = policies.some((policy) => policy !== null && policy.dns64 !== null);
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
    if (question.class !== CLASS.IN) return [];
    const text = nameToText(foldCase(question.name)).slice(0, -1);
    const targets = known.get(text) ?? targetsOf(text);
    known.set(text, targets);
    const all = [question, ...targets.map((target) => ({ ...question, name: nameFromText(target) }))];
    const others = makesAddresses && question.type === TYPE.AAAA ? all.map((one) => ({ ...one, type: TYPE.A })) : [];
    return [...all.slice(1), ...others];
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
/** Names in reverse of addresses that are made, whatever the prefix. */
const POINTERS = MADE_OF.map(([made, of]): Way => {
  return { from: reverseNameOf(made), isExact: true, to: reverseNameOf(of), isPrefixKept: false };
});

function targetOf(name: string, { from, isExact, to, isPrefixKept }: Way): string[] {
  const isBelow = name.endsWith(`.${from}`);
  if (isPrefixKept) return isBelow ? [`${name.slice(0, -from.length)}${to}`] : [];
  return name === from || (isBelow && !isExact) ? [to] : [];
}

function waysOf({ local, clientGroups, rewrites, dns64 }: Policy): Way[] {
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
  const safe = clientGroups.flatMap(({ safeSearch }) => SAFE_NAMES.filter(({ engine }) => safeSearch.includes(engine)));
  return [
    ...aliases,
    ...redirections,
    ...safe.map(({ name, to }) => ({ from: name, isExact: true, to, isPrefixKept: false })),
    ...(dns64 === null ? [] : POINTERS),
    ...rewrites.flatMap(({ domains, to }) => {
      return domains.map(({ name, isExact }) => ({ from: name, isExact, to, isPrefixKept: false }));
    }),
  ];
}
