import type { WallClock } from "../../base/runtime.ts";
import type { LocalData } from "../../local/local_data.ts";
import type { LocalFinding, LocalRedirection } from "../../local/local_view.ts";
import type { LocalRrdata } from "../../local/local_source.ts";
import type { Services } from "../../observe/services.ts";
import { CLASS, EDE, RCODE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type Question, type ResourceRecord } from "../../wire/message.ts";
import { isSameName, type Name, NAME_OCTETS_MAX, nameToText } from "../../wire/name.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";
import { ownReply } from "../own_reply.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import type { Client } from "../client.ts";
import { partOf, traceOther } from "../part_of.ts";
import type { Query } from "../query.ts";
import { Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { localReply } from "./local_reply.ts";
import { isSpecialLabel } from "./special_zones.ts";

/** Aliases that lead to one another; as many as anybody needs, and no circle ends. */
const ALIASES_MAX = 16;

/** Who decides about what is not known here. */
export interface Decider {
  /** Answers a query of which nothing is known here. */
  resolveUnknown(query: Query): Reply | PromiseLike<Reply>;
  /** The number of a client's group. */
  groupOf(client: Client): number;
  /**
   * What that is about which holds for a query beyond what is known here: all names, its domain, or a name with a meaning of its
   * own that nobody has given another.
   */
  subjectOf(query: Query): "all" | "domain" | "special";
}

/** What the resolver is made from. */
export interface LocalNamesOptions extends Pick<Services, "wallClock"> {
  /** Gets the questions that nothing is known of here after all. */
  readonly decide: Decider;
  /** What is known here. */
  readonly data: LocalData;
  /** TTL of denials. */
  readonly ttlSeconds: number;
}

/**
 * Answers what is known here: names of the configuration, of hosts files, of leases. A name that is known here has no other
 * records than these; one in the local domain that is not known, and that nobody is to be asked for, does not exist.
 */
export class LocalNames implements Resolver {
  readonly #decide: Decider;
  readonly #data: LocalData;
  readonly #ttlSeconds: number;
  readonly #wallClock: WallClock;
  #turn = 0;

  /** See {@linkcode LocalNamesOptions}. */
  constructor({ decide, data, ttlSeconds, wallClock }: LocalNamesOptions) {
    this.#decide = decide;
    this.#data = data;
    this.#ttlSeconds = ttlSeconds;
    this.#wallClock = wallClock;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    return query.qclass === CLASS.IN ? this.#resolveKnown(query, ALIASES_MAX) : this.#decide.resolveUnknown(query);
  }

  #resolveKnown(query: Query, aliasesLeft: number): Reply | PromiseLike<Reply> {
    const question = decodeQuestions(query.wire)[0]!;
    const { name, type } = question;
    const found = this.#data.find(name, type, this.#decide.groupOf(query.client), this.#wallClock.epochSeconds());
    if (found === null || this.#isOthers(query, found)) return this.#decide.resolveUnknown(query);
    query.decision = { reason: { sentence: 3, ...found.origin }, upstreams: null, view: 0, allowsPrivateAnswers: true };
    if (found.redirection !== null) return this.#redirect(query, question, found.redirection, aliasesLeft);
    const alias = found.records.find((record) => record.type === TYPE.CNAME);
    if (alias !== undefined && isFollowed(type)) {
      return this.#follow(query, question.type, [recordAt(name, alias, [alias])], aliasesLeft);
    }
    const answers = this.#answers(question, found);
    if (answers.length > 0) return localReply(query, { question, answers });
    if (found.kind === "absent") {
      query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: `Not known here: ${found.origin.what}` });
    }
    // RFC 2308 §3: a negative answer carries the SOA record.
    const rcode = found.kind === "absent" ? RCODE.NXDOMAIN : RCODE.NOERROR;
    return localReply(query, { question, rcode, authorities: [this.#soa(found)] });
  }

  /** Whether a name without records is told by whoever is asked for it, or by what it means to everybody, as localhost. */
  #isOthers(query: Query, { kind, isOfAll, apex }: LocalFinding): boolean {
    if (kind === "data") return false;
    return this.#decide.subjectOf(query) === "domain" || (isOfAll && isSpecialLabel(apex));
  }

  #answers({ name, type }: Question, found: LocalFinding): ResourceRecord[] {
    const asked = found.records.filter((record) => type === TYPE.ANY || record.type === type);
    if (asked.length > 0) return this.#inTurn(asked, type).map((record) => recordAt(name, record, asked));
    if (!isSameName(name, found.apex)) return [];
    // RFC 6303 §3: the top of a zone of our own has these two.
    if (type === TYPE.SOA) return [this.#soa(found)];
    return type === TYPE.NS ? [{ ...this.#soa(found), type, rdata: found.apex }] : [];
  }

  /** Addresses take turns in being the first, as in answers from memory: many clients use no other. */
  #inTurn(records: readonly LocalRrdata[], type: number): readonly LocalRrdata[] {
    if (records.length === 1 || (type !== TYPE.A && type !== TYPE.AAAA)) return records;
    const first = this.#turn++ % records.length;
    return [...records.slice(first), ...records.slice(0, first)];
  }

  /** RFC 6672 §3.1: the DNAME record, and the alias that follows from it. */
  #redirect(
    query: Query,
    { name, type }: Question,
    { owner, record: { ttl, rdata } }: LocalRedirection,
    aliasesLeft: number,
  ): Reply | PromiseLike<Reply> {
    const redirection = { name: owner, type: TYPE.DNAME, class: CLASS.IN, ttl, rdata };
    const labels = name.length - owner.length;
    // §2.2: a target that is too long for a name is an error of its own.
    if (labels + rdata.length > NAME_OCTETS_MAX) {
      return localReply(query, { rcode: RCODE.YXDOMAIN, answers: [redirection] });
    }
    const target = Uint8Array.of(...name.subarray(0, labels), ...rdata);
    const answers = [redirection, { name, type: TYPE.CNAME, class: CLASS.IN, ttl, rdata: target }];
    return isFollowed(type) ? this.#follow(query, type, answers, aliasesLeft) : localReply(query, { answers });
  }

  /**
   * Aliases, and whatever is said of the name that the last one stands for: here, by memory, or by whoever is asked for that.
   */
  #follow(
    query: Query,
    type: number,
    aliases: readonly ResourceRecord[],
    aliasesLeft: number,
  ): Reply | PromiseLike<Reply> {
    if (aliasesLeft === 0) {
      query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Aliases lead in a circle" });
      const reason = "aliases lead in a circle";
      return ownReply(query, { rcode: RCODE.SERVFAIL, withQuestion: true, source: SOURCE.failure, reason });
    }
    const name = aliases.at(-1)!.rdata as Name;
    const part = partOf(query, { name, type, class: CLASS.IN });
    part.isAllowed = true;
    const reply = this.#data.mayKnow(part.key, part.wire, part.scan.qtypeOffset)
      ? this.#resolveKnown(part, aliasesLeft - 1)
      : this.#decide.resolveUnknown(part);
    traceOther(part, name);
    if (reply instanceof Reply) return behind(query, aliases, part);
    return reply.then(() => behind(query, aliases, part));
  }

  #soa({ soa, apex: name }: LocalFinding): ResourceRecord {
    if (soa !== null) return { name, class: CLASS.IN, ...soa };
    const ttl = this.#ttlSeconds;
    const text = nameToText(name);
    const rdata = rdataFromText(TYPE.SOA, `${text} nobody.invalid. 1 3600 1200 604800 ${ttl}`);
    return { name, type: TYPE.SOA, class: CLASS.IN, ttl, rdata };
  }
}

/** RFC 2181 §5.2: the records of a set have one TTL. */
function recordAt(name: Name, { type, rdata }: LocalRrdata, all: readonly LocalRrdata[]): ResourceRecord {
  const ttl = Math.min(...all.filter((record) => record.type === type).map((record) => record.ttl));
  return { name, type, class: CLASS.IN, ttl, rdata };
}

/** Whether a question of this type is about the name that an alias stands for. */
function isFollowed(type: number): boolean {
  return type !== TYPE.CNAME && type !== TYPE.ANY;
}

/** The reply to `part`, behind the aliases that lead there. */
function behind(query: Query, aliases: readonly ResourceRecord[], part: Query): Reply {
  query.reply.extendedErrors.push(...part.reply.extendedErrors);
  const { rcode, answers, authorities, isTruncated } = decodeBounded(part.reply.octets, part);
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
    const { source, reason } = part.reply;
    return ownReply(query, { rcode, withQuestion: true, source, reason });
  }
  return localReply(query, { rcode, answers: [...aliases, ...answers], authorities, isTruncated });
}
