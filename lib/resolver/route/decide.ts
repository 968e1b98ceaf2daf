import { CLASS } from "../../wire/iana.ts";
import type { Client } from "../client.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { ClientGroups } from "./client_groups.ts";
import type { KnownNames } from "./known_names.ts";
import type { RuleTable } from "./rule_table.ts";
import type { Ruling, Subject } from "./ruling.ts";

/** What decisions are made from. */
export interface DecideOptions {
  /** Who asks. */
  readonly groups: ClientGroups;
  /** What is known of names. */
  readonly names: KnownNames;
  /** What holds for them. */
  readonly rules: RuleTable;
  /** Answers what is known here; of what is not, it asks `resolveUnknown`. */
  readonly local: Resolver;
  /** The usual way, by memory and upstreams. */
  readonly next: Resolver;
}

/** Decides what becomes of a query: who answers it, who is asked for it, and with whom its client shares answers. */
export class Decide implements Resolver {
  readonly #groups: ClientGroups;
  readonly #names: KnownNames;
  readonly #rules: RuleTable;
  readonly #local: Resolver;
  readonly #next: Resolver;

  /** See {@linkcode DecideOptions}. */
  constructor({ groups, names, rules, local, next }: DecideOptions) {
    this.#groups = groups;
    this.#names = names;
    this.#rules = rules;
    this.#local = local;
    this.#next = next;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const at = this.#find(query);
    if (this.#names.isUnknown(at)) {
      const usual = this.#groups.usualFor(query.client);
      if (usual !== null) {
        query.decision = usual;
        query.view = usual.view;
        return this.#next.resolve(query);
      }
    }
    if (this.#names.isLocal(at)) return this.#local.resolve(query);
    return this.#carryOut(query, this.#rule(query, at));
  }

  /** The same for a query of which nothing is known here. */
  resolveUnknown(query: Query): Reply | PromiseLike<Reply> {
    return this.#carryOut(query, this.#rule(query, this.#find(query)));
  }

  /** The number of a client's group. */
  groupOf(client: Client): number {
    return this.#groups.of(client).number;
  }

  /** What that is about which holds for a query, whatever type is asked for. */
  subjectOf(query: Query): Subject {
    const { number, otherwise } = this.#groups.of(query.client);
    return this.#rules.find(this.#names.rules(this.#find(query)), query, number, otherwise).subject;
  }

  /** See `KnownNames.find`. */
  #find({ key, wire, scan }: Query): number {
    // hot path
    return this.#names.find(key, wire, scan.qtypeOffset);
  }

  #rule(query: Query, at: number): Ruling {
    // hot path
    const group = this.#groups.of(query.client);
    const { dropTypes } = group;
    if (dropTypes !== null && dropTypes.includes(query.qtype) && query.qclass === CLASS.IN) return group.dropped;
    const usual = this.#rules.find(this.#names.rules(at), query, group.number, group.otherwise);
    const { verdicts } = group;
    const said = this.#names.said(at);
    return verdicts.table[said] === 0 ? usual : verdicts.judge(query, said, usual);
  }

  #carryOut(query: Query, ruling: Ruling): Reply | PromiseLike<Reply> {
    // hot path
    query.decision = ruling;
    query.view = ruling.view;
    const { answeredBy } = ruling;
    return answeredBy === null ? this.#next.resolve(query) : answeredBy.resolve(query);
  }
}
