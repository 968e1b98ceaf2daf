import { CLASS } from "../../wire/iana.ts";
import type { Client } from "../client.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { ClientGroups } from "./client_groups.ts";
import type { RuleTable } from "./rule_table.ts";
import type { Ruling } from "./ruling.ts";

/** What decisions are made from. */
export interface DecideOptions {
  /** The usual way, by memory and upstreams. */
  readonly next: Resolver;
  /** Who asks. */
  readonly groups: ClientGroups;
  /** What holds for names. */
  readonly rules: RuleTable;
}

/** Decides what becomes of a query: who answers it, who is asked for it, and with whom its client shares answers. */
export class Decide implements Resolver {
  readonly #next: Resolver;
  readonly #groups: ClientGroups;
  readonly #rules: RuleTable;

  /** See {@linkcode DecideOptions}. */
  constructor({ next, groups, rules }: DecideOptions) {
    this.#next = next;
    this.#groups = groups;
    this.#rules = rules;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const ruling = this.#rule(query);
    query.decision = ruling;
    query.view = ruling.view;
    const { answeredBy } = ruling;
    return answeredBy === null ? this.#next.resolve(query) : answeredBy.resolve(query);
  }

  /** The number of a client's group. */
  groupOf(client: Client): number {
    return this.#groups.numberOf(client);
  }

  /** Whether somebody is asked for the name of a query who is not asked for all names, or another name is asked for. */
  isRouted(query: Query): boolean {
    return this.#ruleOfName(query).isOfDomain;
  }

  /** Whether the name of a query has a meaning of its own, and nobody has given it another. */
  isSpecial(query: Query): boolean {
    return this.#ruleOfName(query).isSpecial;
  }

  #ruleOfName(query: Query): Ruling {
    const number = this.#groups.numberOf(query.client);
    return this.#rules.find(query, number, this.#groups.at(number).otherwise);
  }

  #rule(query: Query): Ruling {
    // hot path
    const number = this.#groups.numberOf(query.client);
    const group = this.#groups.at(number);
    const { dropTypes } = group;
    const isDropped = dropTypes !== null && dropTypes.includes(query.qtype) && query.qclass === CLASS.IN;
    return isDropped ? group.dropped : this.#rules.find(query, number, group.otherwise);
  }
}
