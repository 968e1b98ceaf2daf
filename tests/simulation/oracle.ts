import { parseIp } from "../../lib/base/net/ip.ts";
import { BARE_OPT_OCTETS, readOpt } from "../../lib/wire/edns/edns.ts";
import { HEADER_OCTETS, headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, type Name } from "../../lib/wire/name.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { ednsOf, message, opt } from "../support/messages.ts";
import type { ScriptedUpstream } from "../support/scripted_upstream.ts";
import { recordIdentity } from "./expected_reply.ts";
import type { Plan } from "./plan.ts";
import { timeless } from "./timeless.ts";

type Octets = Uint8Array<ArrayBuffer>;

/**
 * With a longer `--timeout` ways are longer, too, see `drawFairUpstreams`, and TCP may be overdue: then the truncated reply is
 * given to a client on UDP.
 */
const WHOLE_IN_TIME_MS = 2000;

/** Two connections that are lost within this are more than are made up for in time. */
const LOSSES_APART_MS = 1000;

function areClose(lossesMs: readonly number[]): boolean {
  return lossesMs.some((one, i) => lossesMs.slice(i + 1).some((other) => Math.abs(one - other) < LOSSES_APART_MS));
}

/** One way in which a question may have been answered. */
export interface Outcome {
  /** What the upstream said, without OPT; or the failure that the forwarder makes of its silence. */
  readonly message: Message;
  /**
   * `said` by an upstream that was honest; `made up` without one; the forwarder's own `failure`; `altered` on the way, so that nobody knows how
   * much of it is left when records that have nothing to do with the question are removed.
   */
  readonly kind: "said" | "made up" | "failure" | "altered";
  /** Octets that the message took as the upstream wrote it, its OPT record left out. */
  readonly bodyOctets: number;
  /** How many extended errors come with it; left out, one with each failure. */
  readonly errorCount?: number;
}

/** What an oracle is made from. */
export interface OracleOptions {
  readonly plan: Plan;
  /** Says what each upstream says when it is honest; not the upstreams themselves, for they count what they are asked. */
  readonly twins: readonly ScriptedUpstream[];
  /** What was sent besides the honest responses. */
  readonly altered: readonly { readonly question: Question; readonly octets: Octets }[];
}

/** What a reply is judged by. */
export type Knowledge = Pick<
  Oracle,
  | "recursionAvailable"
  | "isOneHop"
  | "pointsToQuestion"
  | "isRemembering"
  | "servesStale"
  | "ttlMaxOf"
  | "outcomes"
>;

/** Knows, out of the plan and not out of the program, how a question may be answered. */
export class Oracle {
  readonly #options: OracleOptions;
  /** What each question was found to be answered with honestly: it is asked often. */
  readonly #honest = new Map<string, readonly Outcome[]>();
  /** Every question so far, by name and class. */
  readonly #asked = new Map<string, Map<string, Question>>();
  /** See `ttlMaxOf`. */
  readonly #ttls = new Map<string, number>();

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  /** RA of the replies that the forwarder makes itself. */
  get recursionAvailable(): boolean {
    return this.#options.plan.config.upstreams.length > 0;
  }

  /** Whether no more than one upstream is asked. */
  get isOneHop(): boolean {
    return this.#options.plan.upstreams.length <= 1;
  }

  /** Whether all that is asked points to the question wherever a name ends like it, and says nothing but what it is to say. */
  get pointsToQuestion(): boolean {
    const { upstreams } = this.#options.plan;
    return upstreams.every(({ habits }) => habits.overcompresses && !habits.lowersCase);
  }

  /** Whether answers may come from memory: then none of `outcomes` has TTLs. */
  get isRemembering(): boolean {
    return this.#options.plan.config.cacheSizeMib > 0;
  }

  /** Whether answers may be given although they have expired. */
  get servesStale(): boolean {
    return this.isRemembering && this.#options.plan.config.servesStale;
  }

  /** A client has asked. */
  noteAsked(question: Question): void {
    const key = questionKey(question);
    const siblings = this.#asked.get(nameKey(question)) ?? new Map<string, Question>();
    this.#asked.set(nameKey(question), siblings.set(key, question));
  }

  /** The greatest TTL that a record may have, of those in outcomes that were asked for. */
  ttlMaxOf(record: ResourceRecord): number {
    return this.#ttls.get(recordIdentity(record)) ?? 0;
  }

  /** Everything that the answer to `question` may be, to a client that says DO or not; CD makes no difference. */
  outcomes(question: Question, wantsDnssec: boolean, transport: "udp" | "tcp", _checkingDisabled = false): Outcome[] {
    const all = this.#outcomes(question, wantsDnssec);
    if (transport === "udp") return all;
    const { plan } = this.#options;
    const isTcpSure = plan.isCalm(question) && plan.upstreams.every(({ hasTcp }) => hasTcp);
    // TC over TCP would promise what is not to be had: it is a failure there.
    return isTcpSure ? all.filter(({ message }) => !message.isTruncated) : all.map((outcome) => {
      return outcome.message.isTruncated ? failureOutcome(question, RCODE.SERVFAIL) : outcome;
    });
  }

  #outcomes(question: Question, wantsDnssec: boolean): Outcome[] {
    const direct = this.#directOutcomes(question, wantsDnssec);
    if (!this.isRemembering) return direct;
    const remembered = direct.filter((outcome) => !isUseful(outcome)).map((outcome) => asFailure(question, outcome));
    const all = [...direct, ...remembered, ...this.#nameErrors(question, wantsDnssec)];
    for (const { message } of all) this.#noteTtls(message);
    return all.map((outcome) => ({ ...outcome, message: timeless(outcome.message) }));
  }

  /** RFC 2308 §5: that the name does not exist may have been said to who asked for another type of it. */
  #nameErrors(question: Question, wantsDnssec: boolean): Outcome[] {
    const siblings = this.#asked.get(nameKey(question)) ?? new Map<string, Question>();
    const others = [...siblings].filter(([key]) => key !== questionKey(question)).map(([, other]) => other);
    return others.flatMap((other) => this.#directOutcomes({ ...other, name: question.name }, wantsDnssec))
      .filter(({ message }) => message.rcode === RCODE.NXDOMAIN)
      .map((outcome) => ({ ...outcome, message: { ...outcome.message, questions: [question] } }));
  }

  #noteTtls({ answers, authorities, additionals }: Message): void {
    const { minTtlSeconds } = this.#options.plan.config;
    for (const record of [...answers, ...authorities, ...additionals]) {
      const key = recordIdentity(record);
      this.#ttls.set(key, Math.max(record.ttl, minTtlSeconds, this.#ttls.get(key) ?? 0));
    }
  }

  #directOutcomes(question: Question, wantsDnssec: boolean): Outcome[] {
    const { plan, altered } = this.#options;
    if (plan.config.upstreams.length === 0) return [this.#fixed(question)];
    const said = this.#said(question, wantsDnssec);
    if (plan.isCalm(question)) {
      // Where the sound upstream has an answer, the others' refusals do not count; where it has none, any may be told.
      const sound = plan.upstreams.findIndex(({ temper }) => temper === "unruly");
      return this.#saidBy(sound, question, wantsDnssec).every(isUseful) ? said.filter(isUseful) : [...said];
    }
    const failures = [RCODE.SERVFAIL, ...(plan.config.maxInFlight < plan.queryCount * 8 ? [RCODE.REFUSED] : [])];
    const key = questionKey(question);
    const sent = altered.filter((one) => questionKey(one.question) === key);
    // Equal but for their IDs is equal.
    const distinct = new Map(sent.map(({ octets }) => [octets.subarray(2).toHex(), octets]));
    const others = [...distinct.values()].map((octets) => alteredOutcome(question, octets));
    return [
      ...said,
      ...failures.map((rcode) => failureOutcome(question, rcode)),
      ...others.filter((outcome) => outcome !== null),
    ];
  }

  /** What the upstreams say when they are honest. */
  #said(question: Question, wantsDnssec: boolean): readonly Outcome[] {
    const key = `${wantsDnssec} ${this.#isEdnsSure} ${question.name.toHex()} ${questionKey(question)}`;
    const known = this.#honest.get(key);
    if (known !== undefined) return known;
    const all = this.#options.plan.upstreams.flatMap((_, i) => this.#saidBy(i, question, wantsDnssec));
    const distinct = new Map(all.map((outcome) => [outcomeKey(outcome), outcome]));
    const outcomes = [...distinct.values()];
    this.#honest.set(key, outcomes);
    return outcomes;
  }

  /** What one upstream says, with and without an OPT record, and over TCP where that is truncated. */
  #saidBy(index: number, question: Question, wantsDnssec: boolean): Outcome[] {
    const { plan, twins } = this.#options;
    const { temper, hasTcp, lossesMs } = plan.upstreams[index]!;
    if (temper === "dead" || temper === "closed") return [];
    const twin = twins[index]!;
    const isTcpInTime = plan.config.timeoutMs <= WHOLE_IN_TIME_MS && !areClose(lossesMs);
    const isTcpSure = hasTcp && plan.isCalm(question) && isTcpInTime;
    // Clients with the same question in other spellings share an exchange, in the spelling of the first.
    const lower = foldCase(question.name);
    const upper = lower.map((octet) => octet >= 0x61 && octet <= 0x7a ? octet - 0x20 : octet);
    const { mindsCase, keepsSpelling } = twin.habits;
    const spellings = mindsCase || keepsSpelling ? [lower, upper] : [question.name];
    const said = (name: Name): Outcome[] => {
      const asked = { ...question, name };
      const additionals = this.#isEdnsSure ? [[opt({ wantsDnssec })]] : [[], [opt({ wantsDnssec })]];
      const queries = additionals.map((additionals) => message({ questions: [asked], additionals }));
      const forms = queries.flatMap((query) => {
        const zone = twin.answerTo(query);
        return [twin.respond(encode(query))!, twin.respond(encode(query), "tcp")!]
          .filter((octets) => octets.length > HEADER_OCTETS)
          .map((octets) => ({ octets, zone, outcome: outcomeOf(question, octets) }));
      });
      // What no client could take is not waited for over TCP.
      const isLong = forms.some(({ octets }) => octets.length > USEFUL_OCTETS_MIN);
      const usable = forms.filter(({ outcome }) => !isTcpSure || isLong || !outcome.message.isTruncated);
      return usable.map(({ outcome, zone }) => {
        // BADCOOKIE, and what was cut to fit: then the sections are empty. Else they are the zone's own, which have never
        // been through the codec.
        if (outcome.message.isTruncated || outcome.message.rcode !== zone.rcode) return outcome;
        const { answers, authorities, additionals } = zone;
        return { ...outcome, message: { ...outcome.message, answers, authorities, additionals } };
      }).filter(({ message }) => message.rcode === twin.answerTo(queries[0]!).rcode);
    };
    const outcomes = spellings.flatMap(said);
    // The forwarder's own spelling is a random one: names compress less well, and what only just fits is truncated.
    const isTight = outcomes.some(({ bodyOctets }) => UDP_LIMITS.some((limit) => isJustBelow(limit, bodyOctets)));
    const mixed = upper.map((octet, i) => i % 2 === 0 ? octet : lower[i]!);
    return isTight && !isTcpSure ? [...outcomes, ...said(mixed)] : outcomes;
  }

  /** Whether no upstream has had cause to be asked without EDNS: with it, DO gets to who signs. */
  get #isEdnsSure(): boolean {
    return this.#options.altered.length === 0 &&
      this.#options.plan.upstreams.every(({ habits }) => habits.edns === "knows");
  }

  #fixed(question: Question): Outcome {
    const { ipv4, ipv6 } = this.#options.plan.config.answer;
    const address = question.type === TYPE.A ? ipv4 : question.type === TYPE.AAAA ? ipv6 : null;
    const rdata = address === null ? null : parseIp(address);
    const answers = rdata === null || question.class !== CLASS.IN ? [] : [{ ...question, ttl: 60, rdata }];
    const fixed = message({ isResponse: true, questions: [question], answers });
    return { message: fixed, kind: "made up", bodyOctets: encode(fixed).length };
  }
}

/** Of a failure nothing is kept but that it was one, and why (RFC 9520). */
function asFailure(question: Question, { message, kind }: Outcome): Outcome {
  const { rcode, recursionAvailable } = message;
  return { message: { ...failureMessage(question, rcode), recursionAvailable }, kind, bodyOctets: 0 };
}

function nameKey({ name, class: qclass }: Question): string {
  return `${qclass} ${foldCase(name).toHex()}`;
}

/** Equal for equal questions, letter case ignored. */
export function questionKey({ name, type, class: qclass }: Question): string {
  return `${type} ${qclass} ${foldCase(name).toHex()}`;
}

/**
 * Four times what the client can take that can take least: more cannot be made to fit by writing it better. The upstream's
 * cookies, which a twin is not asked for, count.
 */
const USEFUL_OCTETS_MIN = 4 * 512 - (4 + 8 + 8);

/** What an upstream sends over UDP at most, without EDNS and with it. */
const UDP_LIMITS = [512, 1232];

/** Whether so many octets fit, and might not if names were spelled in another way. */
function isJustBelow(limit: number, octets: number): boolean {
  return octets <= limit && octets > limit - 100;
}

/** RCODEs for which another upstream is asked. */
const USEFUL: readonly number[] = [RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN];

function isUseful({ message }: Outcome): boolean {
  return USEFUL.includes(message.rcode);
}

function outcomeKey({ message, bodyOctets }: Outcome): string {
  const { recursionAvailable, isAuthenticData, isTruncated, rcode } = message;
  // Upstreams have one zone, and orders of their own.
  const types = message.answers.map(({ type }) => type);
  return `${recursionAvailable} ${isAuthenticData} ${isTruncated} ${rcode} ${types} ${bodyOctets}`;
}

function outcomeOf(question: Question, octets: Octets): Outcome {
  const response = decode(octets);
  const found = response.additionals.find((record) => record.type === TYPE.OPT);
  return {
    message: { ...withoutOpt(response), questions: [question] },
    kind: "said",
    bodyOctets: octets.length - (found === undefined ? 0 : BARE_OPT_OCTETS + found.rdata.length),
  };
}

/** What the forwarder may have made of octets that are not the honest response; `null` when it cannot believe them. */
function alteredOutcome(question: Question, octets: Octets): Outcome | null {
  try {
    const response = decode(octets);
    const [echoed] = response.questions;
    if (echoed === undefined && response.isTruncated) return brokenOff(question, octets);
    if (echoed === undefined ? octets.length !== HEADER_OCTETS : questionKey(echoed) !== questionKey(question)) {
      return null;
    }
    const opts = [...response.answers, ...response.authorities, ...response.additionals].filter(({ type }) => {
      return type === TYPE.OPT;
    });
    // RFC 6891 §6.1.1: one, in the additional section. Its options must be readable.
    if (opts.length > 1 || (opts.length === 1 && ednsOf(response) === null)) return null;
    opts.forEach(readOpt);
    return { ...outcomeOf(question, octets), kind: "altered" };
  } catch (error) {
    if (error instanceof WireFormatError) return brokenOff(question, octets);
    throw error;
  }
}

/**
 * What says TC and breaks off, in its question, say, or has none, or has fewer records than it counts, says no more than that: not even
 * its RCODE is there as a whole. `null` for what does not say TC, or has begun with another question.
 */
function brokenOff(question: Question, octets: Octets): Outcome | null {
  const { isTruncated, isResponse, recursionAvailable } = headerFromFlags(0, octets[2]! << 8 | octets[3]!);
  const asked = encode(message({ questions: [question] })).subarray(HEADER_OCTETS);
  const there = octets.slice(HEADER_OCTETS, HEADER_OCTETS + asked.length);
  const hasQuestion = octets[4] !== 0 || octets[5] !== 0;
  const isAsked = !hasQuestion || foldCase(there).toHex() === foldCase(asked.slice(0, there.length)).toHex();
  if (!isTruncated || !isResponse || !isAsked) return null;
  const cut = message({ isResponse, isTruncated, recursionAvailable, questions: [question] });
  return { message: cut, kind: "altered", bodyOctets: 0 };
}

function withoutOpt(response: Message): Message {
  const keep = (records: readonly ResourceRecord[]) => records.filter((record) => record.type !== TYPE.OPT);
  return {
    ...response,
    answers: keep(response.answers),
    authorities: keep(response.authorities),
    additionals: keep(response.additionals),
  };
}

function failureOutcome(question: Question, rcode: number): Outcome {
  return { message: failureMessage(question, rcode), kind: "failure", bodyOctets: 0 };
}

function failureMessage(question: Question, rcode: number): Message {
  return message({ isResponse: true, recursionAvailable: true, rcode, questions: [question] });
}
