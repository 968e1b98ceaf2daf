import { TYPE } from "../../wire/iana.ts";
import type { Query } from "../query.ts";
import type { Ruling } from "../route/ruling.ts";
import { type Saying, WIDTH } from "./saying.ts";

/** Who is asked for the names of a list. */
export interface ListRoute {
  /** The list, by its place in the configuration. */
  readonly list: number;
  /** QTYPEs; `null` for all. */
  readonly types: readonly number[] | null;
  /** What holds then. */
  readonly ruling: Ruling;
}

/** The routes of lists for one client group, in the order in which they count. */
export class ListRoutes {
  readonly #routes: readonly ListRoute[];

  /** In that order. */
  constructor(routes: readonly ListRoute[]) {
    this.#routes = routes;
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.#routes.length === 0;
  }

  /** Whether any could be for a name of which that is said. */
  concerns(sayings: readonly Saying[]): boolean {
    return this.#routes.some(({ list }) => isIn(list, sayings));
  }

  /**
   * Sentence 6 of the law: what holds for a query, of whose name that is said; `usual` unless it is in a list. Domains that a route
   * names itself count before lists.
   */
  rulingFor(query: Query, sayings: readonly Saying[], usual: Ruling): Ruling {
    // RFC 4035 §3.1.4.1: the parent has the DS records, and of its name nothing is known here.
    if (query.qtype === TYPE.DS || usual.subject === "domain") return usual;
    // Who answers by asking for something else comes back for that.
    if (usual.answeredBy !== null && usual.subject !== "special") return usual;
    const isFor = ({ list, types }: ListRoute) => (types?.includes(query.qtype) ?? true) && isIn(list, sayings);
    return this.#routes.find(isFor)?.ruling ?? usual;
  }
}

/** Names that stand in the configuration are rules of the route by themselves. */
function isIn(list: number, sayings: readonly Saying[]): boolean {
  return sayings.some(({ list: from, narrowness, rule }) => from === list && narrowness < WIDTH.name && !rule.isAllow);
}
