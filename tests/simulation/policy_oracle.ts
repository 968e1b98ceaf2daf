import type { ClientGroupConfig, Policy, RewriteConfig } from "../../lib/config/policy.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { ownSoa } from "../../lib/resolver/local/own_soa.ts";
import { REWRITES_MAX } from "../../lib/resolver/route/rewrite.ts";
import { encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, type Name, nameFromText, nameToText } from "../../lib/wire/name.ts";
import { blockLawSays, type Listed } from "../app/policy/block_law.ts";
import { domainsOf, getsDns64, lawSays, SAFE_NAMES } from "../app/policy/law.ts";
import { message } from "../support/messages.ts";
import { type JudgedOutcome, type Made, ofTranslator, pointerOf, withMadeAddresses } from "./answers/dns64_law.ts";
import { isFlattened, withoutAliases } from "./answers/flat_law.ts";
import { isKeptFromPrivate, withoutPrivate } from "./answers/private_law.ts";
import { blocksOfTargets } from "./answers/targets_law.ts";
import { recordIdentity } from "./expected_reply.ts";
import { groupsByMarks, type Marks } from "./local/client_marks.ts";
import { type KnownHere, knownHere, type Sources, sourcesOf } from "./local/local_law.ts";
import { withoutHints } from "./hint_law.ts";
import { blockOutcome } from "./lists/block_outcome.ts";
import type { Knowledge, Oracle, Outcome } from "./oracle.ts";
import { NETWORKS } from "./policy_draw.ts";
import { timeless, timelessRecord, ttlOf } from "./timeless.ts";

/** Who asks, and where. */
export interface Asker {
  readonly hostname: string;
  /** As `listenName` writes it. */
  readonly listener: string;
}

/** What a policy oracle is made from. */
export interface PolicyOracleOptions {
  /** What upstreams say is its to know. */
  readonly oracle: Oracle;
  readonly policy: Policy;
  /** Who asks. */
  readonly asker: Asker;
  /** What it is known by. */
  readonly marks: Marks;
  /** What files say. */
  readonly files: Pick<Sources, "hosts" | "leases">;
  /** What lists say, and which rules count. */
  readonly listed: Listed;
  /** The same when the answer comes. */
  readonly later: Listed;
}

/** What a client has to get while one policy is in force: what upstreams say is the oracle's to know. */
export class PolicyOracle implements Knowledge {
  readonly #oracle: Oracle;
  readonly #policy: Policy;
  readonly #unrouted: Policy;
  /** For names that somebody leads to. */
  readonly #unblocked: Policy;
  readonly #group: ClientGroupConfig | null;
  readonly #sources: Sources;
  readonly #listed: Listed;
  readonly #later: Listed;
  /** Greatest TTLs of records that are made here. */
  readonly #ttls = new Map<string, number>();

  /** See {@linkcode PolicyOracleOptions}. */
  constructor({ oracle, policy, asker, marks, files, listed, later }: PolicyOracleOptions) {
    this.#later = later;
    this.#listed = listed;
    this.#oracle = oracle;
    this.#policy = inLowerCase(policy);
    // Whether a name is routed has nothing to do with what its client does not get.
    const clientGroups = this.#policy.clientGroups.map((group) => ({ ...group, dropTypes: [], block: [] }));
    const unblocked = this.#policy.clientGroups.map((group) => ({ ...group, block: [] }));
    this.#unblocked = { ...this.#policy, clientGroups: unblocked };
    // A route for all names is none for this or that. Of a list, its own words count as if they stood in the route.
    const routes = this.#policy.routes.map((route) => ({ ...route, domains: domainsOf(route, policy), list: null }))
      .filter(({ domains }) => domains.every(({ name }) => name !== ".") && domains.length > 0);
    this.#unrouted = { ...this.#policy, clientGroups, routes };
    this.#group = groupOf(policy, asker, marks);
    this.#sources = sourcesOf(policy, this.#group?.name ?? null, files);
  }

  get recursionAvailable(): boolean {
    return this.#oracle.recursionAvailable;
  }

  /** IPv6 addresses may have to be made, when the others have come to nothing. */
  get isOneHop(): boolean {
    return this.#oracle.isOneHop && this.#policy.dns64 === null;
  }

  /** What is asked for instead of a name is asked in the spelling of the configuration. */
  get pointsToQuestion(): boolean {
    const { local, rewrites, clientGroups } = this.#policy;
    const isChanging = this.#policy.answers.isFlat || this.#policy.dns64 !== null ||
      this.#policy.answers.rebindingProtection ||
      clientGroups.some(({ safeSearch, rebindingProtection }) => safeSearch.length > 0 || rebindingProtection === true);
    if (isChanging) return false;
    const isSilent = local.addresses.length === 0 && local.records.length === 0 &&
      clientGroups.every((group) => group.local.length === 0);
    return this.#oracle.pointsToQuestion && rewrites.length === 0 && isSilent;
  }

  get isRemembering(): boolean {
    return this.#oracle.isRemembering;
  }

  get servesStale(): boolean {
    return this.#oracle.servesStale;
  }

  ttlMaxOf(record: ResourceRecord): number {
    const known = this.#ttls.get(recordIdentity(timelessRecord(record))) ?? 0;
    return Math.max(known, this.#oracle.ttlMaxOf(record));
  }

  outcomes(
    question: Question,
    wantsDnssec: boolean,
    transport: "udp" | "tcp",
    checkingDisabled = false,
  ): Outcome[] {
    const outcomes = this.#outcomes(question, {
      wantsDnssec,
      checkingDisabled,
      transport,
      aliasesLeft: ALIASES_MAX,
      rewriteCount: 0,
      isAllowed: false,
    });
    const isFlat = this.#policy.answers.isFlat && question.class === CLASS.IN;
    if (!isFlat || !isFlattened(question.type, wantsDnssec)) return outcomes;
    return outcomes.map((outcome) => this.#timeless(withoutAliases(outcome, this.#madeOf)));
  }

  #outcomes(question: Question, asking: Asking): Outcome[] {
    const known = question.class === CLASS.IN ? this.#knownHere(question) : null;
    if (known === null) return this.#decided(question, asking);
    if (!known.isAlias) return [this.#ownOutcome(question, known)];
    if (asking.aliasesLeft === 0) return [failure(question, RCODE.SERVFAIL)];
    const target = { ...question, name: known.answers.at(-1)!.rdata as Name };
    const outcomes = this.#outcomes(target, { ...asking, aliasesLeft: asking.aliasesLeft - 1, isAllowed: true });
    return outcomes.map((outcome) => this.#behind(question, known.answers, outcome));
  }

  #knownHere(question: Question): KnownHere | null {
    const known = knownHere(this.#policy, this.#sources, question, textOf(question.name));
    const isRouted = known !== null && known.kind !== "data" &&
      /^\[(?:\[|dns64)/.test(this.#says(question, this.#unrouted));
    return isRouted ? null : known;
  }

  #decided(question: Question, asking: Asking): Outcome[] {
    const said = this.#says(question, asking.isAllowed ? this.#unblocked : this.#policy, this.#listed);
    if (said.startsWith("blocked by")) return [this.#blocked(question, said)];
    if (said.endsWith("drop-types")) {
      const soa = this.#made(ownSoa(question.name, this.#policy.local.ttlSeconds));
      // It tells why, as failures do.
      return [ours(question, { authorities: [soa] }, "failure", this.isRemembering)];
    }
    const rewrite = this.#rewriteOf(question, said);
    if (rewrite === undefined && said === "[dns64]") {
      return [this.#ownOutcome(question, ofTranslator(this.#policy, question))];
    }
    const { wantsDnssec, rewriteCount } = asking;
    if (rewrite === undefined) {
      const dropTypes = this.#group?.dropTypes ?? [];
      return this.#judged(question, { ...asking, said }).map((outcome) => {
        return withoutHints(outcome, {
          dropTypes,
          recursionAvailable: this.recursionAvailable,
          onChanged: (record, whole) => void this.#made(record, this.ttlMaxOf(whole)),
        });
      });
    }
    if (rewriteCount >= REWRITES_MAX) return [failure(question, RCODE.SERVFAIL)];
    const name = nameFromText(rewrite.to);
    const isFlat = rewrite.isFlat && !wantsDnssec;
    const { ttlSeconds: ttl } = this.#policy.local;
    const alias = this.#made({ ...question, type: TYPE.CNAME, ttl, rdata: name });
    if (question.type === TYPE.CNAME && !isFlat) {
      return [ours(question, { answers: [alias] }, "said", this.isRemembering)];
    }
    const instead = { ...question, name };
    const outcomes = this.#outcomes(instead, {
      ...asking,
      rewriteCount: rewriteCount + 1,
      aliasesLeft: ALIASES_MAX,
      isAllowed: true,
    });
    return outcomes.map((outcome) => {
      return isFlat ? this.#flat(question, outcome) : this.#behind(question, [alias], outcome);
    });
  }

  /** What is asked for instead. */
  #rewriteOf({ name, type }: Question, said: string): Pick<RewriteConfig, "to" | "isFlat"> | undefined {
    const text = textOf(name);
    if (said.endsWith("safe-search")) {
      const engines = this.#group!.safeSearch;
      const all = SAFE_NAMES.filter((one) => one.name === text && engines.includes(one.engine));
      // Who asks for both gets the stricter one.
      const { to } = all.find(({ engine }) => engine !== "youtube-moderate") ?? all[0]!;
      return { to, isFlat: false };
    }
    const to = said === "[dns64]" && type === TYPE.PTR ? pointerOf(this.#policy, text) : null;
    if (to !== null) return { to, isFlat: false };
    return this.#policy.rewrites.find((one) => said === `[[rewrite]] to ${one.to}, line ${one.place.line}`);
  }

  /** What upstreams say, as far as the client may get it, and IPv6 addresses that are made of it. */
  #judged(question: Question, asking: Asking & { said: string }): Outcome[] {
    const { wantsDnssec, checkingDisabled, transport } = asking;
    const { dns64 } = this.#policy;
    const judged = (one: Question) => {
      return this.#oracle.outcomes(one, wantsDnssec, transport).flatMap((outcome) => {
        return this.#judgedOutcome(outcome, { ...asking, question: one });
      });
    };
    const outcomes = judged(question);
    const isFor = question.class === CLASS.IN && question.type === TYPE.AAAA && getsDns64(this.#policy, this.#client);
    if (!isFor || (wantsDnssec && checkingDisabled)) return outcomes.map(({ outcome }) => outcome);
    const ipv4 = judged({ ...question, type: TYPE.A });
    const made = outcomes.flatMap(({ outcome, isBlocked }) => {
      if (isBlocked) return [outcome];
      return withMadeAddresses(outcome, ipv4, {
        dns64: dns64!,
        isOneHop: this.#oracle.isOneHop,
        made: this.#madeOf,
      });
    });
    return distinct(made.map((outcome) => this.#timeless(outcome)));
  }

  /** Sentence 5 of the law, and what keeps clients from private addresses. */
  #judgedOutcome(
    outcome: Outcome,
    { question, isAllowed, said }: Asking & { question: Question; said: string },
  ): JudgedOutcome[] {
    const { message, kind } = outcome;
    if (question.class !== CLASS.IN) return [{ outcome, isBlocked: false }];
    const name = textOf(question.name);
    const client = this.#client;
    const asked = { name, type: question.type, class: question.class, client };
    const holds = isAllowed || (blockLawSays(this.#policy, asked, this.#listed)?.startsWith("allowed") ?? false);
    const saying = { policy: this.#policy, listed: this.#later, type: question.type, client };
    const blocks = holds || !this.#policy.block.checksAnswers ? [] : blocksOfTargets(message, saying);
    const blocked = [...new Set(blocks)].map((by) => ({ outcome: this.#blocked(question, by), isBlocked: true }));
    if (blocked.length > 0 && kind !== "altered") return blocked;
    const isKept = isKeptFromPrivate({ policy: this.#policy, group: this.#group, name, said });
    const { ttlSeconds } = this.#policy.block;
    const left = isKept ? withoutPrivate(outcome, ttlSeconds, (soa) => void this.#made(soa)) : [outcome];
    return [...blocked, ...left.map((one) => ({ outcome: this.#timeless(one), isBlocked: false }))];
  }

  get #client(): string {
    return this.#group?.name ?? "default";
  }

  #timeless(outcome: Outcome): Outcome {
    return this.isRemembering ? { ...outcome, message: timeless(outcome.message) } : outcome;
  }

  readonly #madeOf: Made = (record, ...of) => this.#made(record, Math.min(...of.map((one) => this.ttlMaxOf(one))));

  #says({ name, type, class: qclass }: Question, policy: Policy, listed?: Listed): string {
    const client = this.#client;
    return lawSays(policy, { name: textOf(name), type, class: qclass, client }, listed, SPECIAL_NAMES);
  }

  #blocked(question: Question, said: string): Outcome {
    const { isExplained, ...fields } = blockOutcome(this.#policy, this.#group, question, said);
    for (const record of [...fields.answers, ...fields.authorities]) this.#made(record);
    // It tells why, as failures do.
    return ours(question, fields, isExplained ? "failure" : "said", this.isRemembering);
  }

  #ownOutcome(question: Question, { kind, answers, rcode, soa }: Omit<KnownHere, "isAlias">): Outcome {
    for (const record of [...answers, soa]) this.#made(record);
    if (answers.length > 0) return ours(question, { rcode, answers }, "said", this.isRemembering);
    const tells = kind === "absent" ? "failure" : "said";
    return ours(question, { rcode, authorities: [soa] }, tells, this.isRemembering);
  }

  /** Whatever is said of the other name, behind the aliases. */
  #behind(question: Question, aliases: readonly ResourceRecord[], outcome: Outcome): Outcome {
    const { message: said, kind } = outcome;
    if (!isTold(said)) return withReasonsOf(outcome, failure(question, said.rcode, kind));
    for (const alias of aliases) this.#made(alias);
    const { rcode, isTruncated, authorities } = said;
    const answers = [...aliases, ...said.answers];
    return withReasonsOf(
      outcome,
      ours(question, { rcode, isTruncated, answers, authorities }, kind, this.isRemembering),
    );
  }

  /** What is said of the other name, as if it were this one's. */
  #flat(question: Question, outcome: Outcome): Outcome {
    const { message: said, kind } = outcome;
    if (!isTold(said)) return withReasonsOf(outcome, failure(question, said.rcode, kind));
    const { name, type } = question;
    const ttl = Math.min(...said.answers.map((record) => ttlOf(record)));
    const answers = said.answers.filter((record) => record.type === type).map((record) => {
      return this.#made({ ...record, name, ttl }, this.ttlMaxOf(record));
    });
    const soa = said.authorities.find((record) => record.type === TYPE.SOA);
    const { rcode, isTruncated } = said;
    const lacks = answers.length === 0 && soa !== undefined;
    const authorities = lacks ? [this.#made(ownSoa(name, Math.min(ttl, ttlOf(soa))), this.ttlMaxOf(soa))] : [];
    return withReasonsOf(
      outcome,
      ours(question, { rcode, isTruncated, answers, authorities }, kind, this.isRemembering),
    );
  }

  #made(record: ResourceRecord, ttlMax = record.ttl): ResourceRecord {
    const key = recordIdentity(timelessRecord(record));
    this.#ttls.set(key, Math.max(ttlMax, this.#ttls.get(key) ?? 0));
    return record;
  }
}

/** How a question is asked, and how far it has come. */
interface Asking {
  readonly wantsDnssec: boolean;
  readonly checkingDisabled: boolean;
  readonly transport: "udp" | "tcp";
  readonly aliasesLeft: number;
  readonly rewriteCount: number;
  /** Whether somebody leads to the name: then it is not blocked. */
  readonly isAllowed: boolean;
}

/** Of outcomes that say the same, one. */
function distinct(outcomes: readonly Outcome[]): Outcome[] {
  const keyOf = ({ message, kind, errorCount }: Outcome) => {
    const { rcode, isTruncated, recursionAvailable, isAuthenticData } = message;
    const records = [message.answers, message.authorities, message.additionals].map((section) => {
      return section.map((record) => `${recordIdentity(record)} ${record.ttl}`);
    });
    return JSON.stringify([kind, errorCount, rcode, isTruncated, recursionAvailable, isAuthenticData, records]);
  };
  return [...new Map(outcomes.map((outcome) => [keyOf(outcome), outcome])).values()];
}

/** See `drawPlan`. */
const SPECIAL_NAMES = { answersSpecialNames: false };
/** Aliases that are known here and lead to one another. */
const ALIASES_MAX = 16;

function isTold({ rcode }: Message): boolean {
  return rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
}

function ours(question: Question, fields: Partial<Message>, kind: Outcome["kind"], isTimeless: boolean): Outcome {
  const whole = message({ isResponse: true, recursionAvailable: true, questions: [question], ...fields });
  return { message: isTimeless ? timeless(whole) : whole, kind, bodyOctets: encode(whole).length };
}

function failure(question: Question, rcode: number, kind: Outcome["kind"] = "failure"): Outcome {
  return ours(question, { rcode }, kind, false);
}

/** What is told of another name comes with as many reasons as there. */
function withReasonsOf({ errorCount }: Outcome, told: Outcome): Outcome {
  return errorCount === undefined ? told : { ...told, errorCount };
}

function textOf(name: Name): string {
  const text = nameToText(foldCase(name));
  return text === "." ? text : text.slice(0, -1);
}

function inLowerCase(policy: Policy): Policy {
  const lower = <T extends Policy["routes"][number] | Policy["rewrites"][number]>(one: T): T => {
    return { ...one, domains: one.domains.map((domain) => ({ ...domain, name: domain.name.toLowerCase() })) };
  };
  return { ...policy, routes: policy.routes.map(lower), rewrites: policy.rewrites.map(lower) };
}

/** Sentence 1 of the law: by its MAC, else by the longest network, else by its name, else by the listener. */
function groupOf(policy: Policy, { hostname, listener }: Asker, marks: Marks): ClientGroupConfig | null {
  const { clientGroups } = policy;
  const { byMac, byName } = groupsByMarks(policy, marks);
  if (byMac !== undefined) return byMac;
  const networks = NETWORKS.filter(({ holds }) => holds.includes(hostname)).map(({ text }) => text);
  const groups = networks.map((text) => clientGroups.find(({ addresses }) => addresses.includes(text)));
  const byListener = clientGroups.find(({ listeners }) => listeners.includes(listener));
  return groups.find((group) => group !== undefined) ?? byName ?? byListener ??
    clientGroups.find(({ name }) => name === "default") ?? null;
}
