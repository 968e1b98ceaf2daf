import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { Policy } from "../../lib/config/policy.ts";
import { ALWAYS_IN_FORCE } from "../../lib/lists/schedule/in_force.ts";
import { endpointAt, endpointText } from "../../lib/upstream/endpoint.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import type { Question } from "../../lib/wire/message.ts";
import { foldCase, nameToText } from "../../lib/wire/name.ts";
import type { Line } from "../app/policy/block_law.ts";
import { lawSays } from "../app/policy/law.ts";
import type { ListsInForce } from "./lists/lists_in_force.ts";
import { isLoopProbe, questionsIn } from "./upstream_budget.ts";

/** So long may something be asked that a client has asked for, or whose answer has been remembered then. */
const UNDER_WAY_MS = 12_000;

/** What is known of who may be asked. */
export interface RouteWatchOptions {
  /** Which policies were in force at some time between two moments; `null` for none. */
  readonly policiesBetween: (fromMs: number, toMs: number) => Iterable<Policy | null>;
  readonly lists: ListsInForce;
}

/** Watches who is asked for what: somebody's routes must lead there (sentence 6 of the law), or fall back on it. */
export class RouteWatch {
  /** What has been wrong, a line each. */
  readonly faults: string[] = [];
  readonly #options: RouteWatchOptions;
  readonly #known = new Map<Policy, Map<string, ReadonlySet<string>>>();
  readonly #lineNumbers = new Map<readonly Line[], number>();

  constructor(options: RouteWatchOptions) {
    this.#options = options;
  }

  /** A datagram has been sent to an upstream. */
  noteSent(octets: Uint8Array<ArrayBuffer>, to: SocketAddress, nowMs: number): void {
    const { policiesBetween, lists } = this.#options;
    const [question] = questionsIn(octets);
    if (question === undefined || isLoopProbe(question)) return;
    const server = endpointText(endpointAt(to));
    for (const policy of policiesBetween(nowMs - UNDER_WAY_MS, nowMs)) {
      // Then it is whoever stands in the configuration.
      if (policy === null) return;
      for (const lines of lists.linesBetween(nowMs - UNDER_WAY_MS, nowMs, policy)) {
        if (this.#serversFor(question, policy, lines).has(server)) return;
      }
    }
    const { name, type } = question;
    this.faults.push(
      `${server} was asked at ${nowMs.toFixed(3)} for ${nameToText(name)} ${type}, and no route leads there`,
    );
  }

  #serversFor(question: Question, policy: Policy, lines: readonly Line[]): ReadonlySet<string> {
    const known = this.#known.getOrInsertComputed(policy, () => new Map());
    const number = this.#lineNumbers.getOrInsertComputed(lines, () => this.#lineNumbers.size);
    const { name, type, class: qclass } = question;
    return known.getOrInsertComputed(`${number} ${type} ${qclass} ${foldCase(name).toHex()}`, () => {
      // IPv4 addresses are asked for where those of IPv6 were.
      const types = type === TYPE.A && policy.dns64 !== null ? [TYPE.A, TYPE.AAAA] : [type];
      return new Set(types.flatMap((one) => serversFor({ ...question, type: one }, policy, lines)));
    });
  }
}

function serversFor({ name, type, class: qclass }: Question, policy: Policy, lines: readonly Line[]): string[] {
  const text = nameToText(foldCase(name));
  const asked = { name: text === "." ? text : text.slice(0, -1), type, class: qclass };
  const routing = routingOf(policy);
  const clients = new Set(["default", ...policy.clientGroups.map((group) => group.name)]);
  return [...clients].flatMap((client) => {
    const listed = { lines, inForce: ALWAYS_IN_FORCE };
    const said = lawSays(routing, { ...asked, client }, listed, { answersSpecialNames: false });
    const own = policy.clientGroups.find((group) => group.name === client)?.upstream ?? "default";
    return serversOf(policy, /^\[\[route\]\] to ([a-z]+)/.exec(said)?.[1] ?? own);
  });
}

/** Those of a group, and of those that it falls back on. */
function serversOf({ upstreamGroups }: Policy, name: string): string[] {
  const servers: string[] = [];
  for (let next: string | null = name; next !== null;) {
    const group = upstreamGroups.find((one) => one.name === next)!;
    servers.push(...group.servers.map(endpointText));
    next = group.fallback;
  }
  return servers;
}

/** Who is asked has nothing to do with what is asked instead, or is not given. */
function routingOf(policy: Policy): Policy {
  const clientGroups = policy.clientGroups.map((group) => ({ ...group, block: [], dropTypes: [], safeSearch: [] }));
  const routes = policy.routes.map((route) => ({
    ...route,
    domains: route.domains.map((domain) => ({ ...domain, name: domain.name.toLowerCase() })),
  }));
  return { ...policy, rewrites: [], dns64: null, clientGroups, routes };
}
