import type { SocketAddress } from "../../lib/base/address.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/patch.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import { opt } from "../support/messages.ts";
import type { ScriptedUpstream } from "../support/scripted_upstream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import type { Host } from "../support/world_network.ts";
import type { Plan } from "./plan.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What the upstream, or somebody on the way, may do instead of answering, and how often relative to one another. */
const MISBEHAVIOURS = {
  silence: 4,
  slow: 6,
  late: 3,
  wrongId: 2,
  wrongQuestion: 2,
  wrongAddress: 2,
  wrongPort: 2,
  notResponse: 1,
  wrongOpcode: 1,
  cut: 3,
  flipped: 4,
  short: 1,
  twice: 2,
  forged: 3,
  oversize: 2,
  twoOpts: 1,
  optInAnswer: 1,
  badVersion: 1,
  bareFormerr: 1,
};

/** Names of `MISBEHAVIOURS`, and "honest". */
export type Behaviour = keyof typeof MISBEHAVIOURS | "honest";
/** All of them. */
export const BEHAVIOURS = ["honest", ...Object.keys(MISBEHAVIOURS)] as readonly Behaviour[];

/** What an unruly upstream is made from. */
export interface UnrulyUpstreamOptions {
  readonly world: FakeWorld;
  readonly host: Host;
  /** Somebody else's host: forged and misdirected datagrams leave from here. */
  readonly strangers: Host;
  readonly scripted: ScriptedUpstream;
  readonly plan: Plan;
}

/** Answers on the fake network out of a scripted upstream, unless it is in a mood for something else. */
export class UnrulyUpstream {
  /** How often it did what. */
  readonly behaved = new Map<Behaviour, number>();
  /** What it sent that was not the honest response and may still pass for a response to the question. */
  readonly altered: { readonly question: Question; readonly octets: Octets }[] = [];
  readonly #options: UnrulyUpstreamOptions;
  readonly #random: SeededRandom;

  constructor(options: UnrulyUpstreamOptions) {
    this.#options = options;
    this.#random = options.world.random.fork("upstream");
  }

  /** Begins to serve. */
  start(): void {
    const socket = this.#options.host.openDatagram(this.#options.plan.upstream);
    socket.onDatagram = (octets, peer) => this.#handle(octets, peer);
  }

  #handle(query: Octets, peer: SocketAddress): void {
    const honest = this.#options.scripted.respond(query);
    const asked = this.#options.scripted.queries.at(-1);
    if (honest === null || asked === undefined) return;
    const behaviour = this.#drawBehaviour(asked.questions[0]!);
    this.behaved.set(behaviour, (this.behaved.get(behaviour) ?? 0) + 1);
    this.#behave(behaviour, { query, asked, honest, peer });
  }

  #drawBehaviour(question: Question): Behaviour {
    const { plan } = this.#options;
    if (plan.isCalm(question) || !this.#random.chance(plan.unruliness)) return "honest";
    return this.#random.pickWeighted(MISBEHAVIOURS);
  }

  #behave(behaviour: Behaviour, { query, asked, honest, peer }: Exchange): void {
    const { timeoutMs } = this.#options.plan.config;
    const random = this.#random;
    const send = (octets: Octets, delayMs = 0) => this.#send(octets, peer, { delayMs });
    /** Sends what is not the honest response, and takes note of it. */
    const alter = (octets: Octets) => {
      this.altered.push({ question: asked.questions[0]!, octets });
      send(octets);
    };
    /** Often the right response follows what was wrong. */
    const honestLater = () => random.chance(0.6) && send(honest, random.fraction() * 150);
    switch (behaviour) {
      case "honest":
        return send(honest);
      case "silence":
        return;
      case "slow":
        return send(honest, random.fraction() * timeoutMs);
      case "late":
        return send(honest, timeoutMs * (1 + random.fraction()));
      case "twice":
        send(honest);
        return send(honest, random.fraction() * 10);
      case "wrongId":
        send(withUint16(honest, 0, this.#wrongId()));
        break;
      case "wrongQuestion":
        send(poisonFor({ ...asked, questions: [wrongQuestion(asked.questions[0]!, random)] }));
        break;
      case "wrongAddress":
        this.#send(poisonFor(asked), peer, { from: { ...this.#options.plan.upstream, hostname: STRANGER } });
        break;
      case "wrongPort":
        this.#send(poisonFor(asked), peer, { from: { ...this.#options.plan.upstream, port: 54 } });
        break;
      case "notResponse":
        send(withFlags(poisonFor(asked), (flags) => flags & 0x7fff));
        break;
      case "wrongOpcode":
        send(withFlags(poisonFor(asked), (flags) => flags | (random.between(1, 15) << 11)));
        break;
      case "cut":
        alter(honest.slice(0, random.between(HEADER_OCTETS, honest.length - 1)));
        break;
      case "flipped":
        alter(withFlippedBits(honest, random));
        break;
      case "short":
        send(honest.slice(0, random.below(HEADER_OCTETS)));
        break;
      case "forged":
        this.#forge(asked, peer);
        break;
      case "oversize":
        // At 16 octets a record: just below 512 or 1232 octets, or just above.
        return alter(oversize(asked, random.pick([25, 70]) + random.below(15)));
      case "twoOpts":
        return alter(encode({ ...decode(honest), additionals: [opt(), opt({ wantsDnssec: true })] }));
      case "optInAnswer":
        return alter(encode({ ...decode(honest), answers: [opt()], additionals: [] }));
      case "badVersion":
        return alter(
          encode({ ...decode(honest), rcode: RCODE.BADVERS & 0xf, additionals: [opt({ extendedRcode: 1 })] }),
        );
      case "bareFormerr":
        return alter(withUint16(new Uint8Array([...query.subarray(0, 2), ...new Uint8Array(10)]), 2, 0x8001));
    }
    honestLater();
  }

  /** Off the path, a forger knows the question, the upstream's address and perhaps the port; the ID it has to guess. */
  #forge(asked: Message, peer: SocketAddress): void {
    for (let count = this.#random.between(1, 10); count > 0; count--) {
      const port = this.#random.chance(0.5) ? peer.port : this.#random.between(1024, 65_535);
      this.#send(withUint16(poisonFor(asked), 0, this.#wrongId()), { ...peer, port }, {
        delayMs: this.#random.fraction() * 20,
        sender: this.#options.strangers,
      });
    }
  }

  /** An ID that was never used: the one right guess in 65,536 would be believed by right. */
  #wrongId(): number {
    const used = new Set(this.#options.scripted.queries.map((query) => query.id));
    for (;;) {
      const id = this.#random.below(65_536);
      if (!used.has(id)) return id;
    }
  }

  #send(
    octets: Octets,
    to: SocketAddress,
    { delayMs = 0, from = this.#options.plan.upstream, sender = this.#options.host } = {},
  ): void {
    const { time, network } = this.#options.world;
    time.after(delayMs, () => network.carry(sender, from, to, octets));
  }
}

interface Exchange {
  readonly query: Octets;
  readonly asked: Message;
  readonly honest: Octets;
  readonly peer: SocketAddress;
}

const STRANGER = "203.0.113.66";

/** A response with a record that must never reach a client. */
export function poisonFor(query: Message): Octets {
  const [question] = query.questions;
  const poison = { name: question!.name, type: TYPE.A, class: CLASS.IN, ttl: 86_400, rdata: POISON };
  return encode({ ...query, isResponse: true, recursionAvailable: true, answers: [poison], additionals: [] });
}

const POISON = Uint8Array.of(203, 0, 113, 66);

/** As many octets as it takes, whatever the query allows. */
function oversize(query: Message, recordCount: number): Octets {
  const { name, class: qclass } = query.questions[0]!;
  const answers = Array.from({ length: recordCount }, (_, i) => {
    return { name, type: TYPE.A, class: qclass, ttl: 60, rdata: Uint8Array.of(198, 19, 0, i) };
  });
  return encode({ ...query, isResponse: true, recursionAvailable: true, answers, additionals: [] });
}

function wrongQuestion(question: Question, random: SeededRandom): Question {
  switch (random.below(3)) {
    case 0:
      return { ...question, type: (question.type + 1) % 65_536 };
    case 1:
      return { ...question, class: (question.class + 1) % 65_536 };
    default:
      return { ...question, name: nameFromText("wrong.example.net.") };
  }
}

function withUint16(octets: Octets, offset: number, value: number): Octets {
  const copy = octets.slice();
  putUint16(copy, offset, value);
  return copy;
}

function withFlags(octets: Octets, change: (flags: number) => number): Octets {
  return withUint16(octets, 2, change((octets[2]! << 8) | octets[3]!));
}

/** Flips one to three bits behind the ID. */
function withFlippedBits(octets: Octets, random: SeededRandom): Octets {
  const copy = octets.slice();
  for (let count = random.between(1, 3); count > 0; count--) {
    const offset = random.between(2, copy.length - 1);
    copy[offset] = copy[offset]! ^ (1 << random.below(8));
  }
  return copy;
}
