import type { SocketAddress } from "../../lib/base/net/address.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question } from "../../lib/wire/message.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import { opt } from "../support/messages.ts";
import type { ScriptedUpstream } from "../support/scripted_upstream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import type { Host } from "../support/world_network.ts";
import { hasCookie } from "./client_limits.ts";
import * as lies from "./lies.ts";
import type { Plan } from "./plan.ts";
import type { isForbidden } from "./secure_plan.ts";
import { UnrulyQuic } from "./unruly_quic.ts";
import { UnrulyStreams } from "./unruly_streams.ts";
import type { UpstreamPlan } from "./upstream_plan.ts";

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
  badCookie: 1,
  wrongCookie: 1,
  wrongCase: 1,
  stuffed: 3,
  truncated: 2,
  flood: 1,
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
  readonly upstream: UpstreamPlan;
  /** Where it notes what it sent that was not the honest response and may still pass for a response to the question. */
  readonly altered: { readonly question: Question; readonly octets: Octets }[];
  /** Tells whether it must not be asked. */
  readonly forbids: typeof isForbidden;
}

/** Answers on the fake network out of a scripted upstream, unless it is in a mood for something else. */
export class UnrulyUpstream {
  /** How often it did what. */
  readonly behaved = new Map<string, number>();
  /** What was sent here although it must not have been, a line each. */
  readonly breaches: string[] = [];
  readonly #options: UnrulyUpstreamOptions;
  readonly #random: SeededRandom;
  #isHeard: boolean;

  constructor(options: UnrulyUpstreamOptions) {
    this.#options = options;
    this.#random = options.world.random.fork(`upstream ${options.upstream.address.hostname}`);
    this.#isHeard = options.upstream.temper !== "recovering";
  }

  /** Begins to serve, or not. */
  start(): void {
    const { world, host, upstream, plan } = this.#options;
    const { temper, address, hasTcp, turnMs, secure } = upstream;
    host.dropsDials = temper === "dead" || temper === "recovering";
    if (temper === "dead" || temper === "closed") return;
    if (upstream.quic !== null) return this.#startQuic();
    if (secure === null) host.openDatagram(address).onDatagram = (octets, peer) => this.#handle(octets, peer);
    const random = this.#random.fork("streams");
    const { behaved, breaches } = this;
    const unruliness = this.#streamUnruliness;
    if (hasTcp) new UnrulyStreams({ ...this.#options, random, behaved, breaches, unruliness }).start();
    else if (!plan.isFair) host.dropsDials = random.chance(0.3);
    if (temper !== "dying" && temper !== "recovering") return;
    world.time.after(turnMs, () => {
      this.#isHeard = temper === "recovering";
      host.dropsDials = !this.#isHeard;
      for (const stream of host.openStreams) if (!this.#isHeard) stream.onOctets = () => {};
    });
  }

  #startQuic(): void {
    const { world, host, upstream: { temper, turnMs } } = this.#options;
    const quic = new UnrulyQuic({
      ...this.#options,
      random: this.#random.fork("quic"),
      breaches: this.breaches,
      behaved: this.behaved,
      unruliness: this.#streamUnruliness,
    });
    quic.start();
    if (temper !== "dying" && temper !== "recovering") return;
    world.time.after(turnMs, () => {
      host.dropsDials = temper === "dying";
      if (temper === "dying") quic.loseAll();
    });
  }

  get #streamUnruliness(): number {
    const { plan, upstream } = this.#options;
    return plan.isFair || upstream.temper !== "unruly" ? 0 : plan.unruliness / 2;
  }

  get #honestDelayMs(): number {
    const { temper, slowMs } = this.#options.upstream;
    return temper === "slow" ? slowMs.min + this.#random.fraction() * (slowMs.max - slowMs.min) : 0;
  }

  #handle(query: Octets, peer: SocketAddress): void {
    if (!this.#isHeard) return;
    const honest = this.#options.scripted.respond(query);
    const asked = this.#options.scripted.queries.at(-1);
    if (honest === null || asked === undefined) return;
    const behaviour = this.#drawBehaviour(asked.questions[0]!);
    this.behaved.set(behaviour, (this.behaved.get(behaviour) ?? 0) + 1);
    this.#behave(behaviour, { query, asked, honest, peer });
  }

  #drawBehaviour(question: Question): Behaviour {
    const { plan, upstream } = this.#options;
    if (upstream.temper !== "unruly" || plan.isCalm(question) || !this.#random.chance(plan.unruliness)) return "honest";
    const behaviour = this.#random.pickWeighted(MISBEHAVIOURS);
    // A flood takes the whole socket down, and so concerns the calm questions that are in flight there.
    return plan.isFair && behaviour === "flood" ? "honest" : behaviour;
  }

  #behave(behaviour: Behaviour, { query, asked, honest, peer }: Exchange): void {
    const { timeoutMs } = this.#options.plan.config;
    const random = this.#random;
    const send = (octets: Octets, delayMs = 0) => this.#send(octets, peer, { delayMs });
    /** Sends what is not the honest response, and takes note of it. */
    const alter = (octets: Octets) => {
      this.#options.altered.push({ question: asked.questions[0]!, octets });
      send(octets);
    };
    /** Often the right response follows what was wrong. */
    const honestLater = () => random.chance(0.6) && send(honest, random.fraction() * 150);
    switch (behaviour) {
      case "honest":
        return send(honest, this.#honestDelayMs);
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
        send(lies.withUint16(honest, 0, this.#wrongId()));
        break;
      case "wrongQuestion":
        send(lies.poisonFor({ ...asked, questions: [lies.wrongQuestion(asked.questions[0]!, random)] }));
        break;
      case "wrongAddress":
        this.#send(lies.poisonFor(asked), peer, { from: { ...this.#options.upstream.address, hostname: lies.LIAR } });
        break;
      case "wrongPort":
        this.#send(lies.poisonFor(asked), peer, { from: { ...this.#options.upstream.address, port: 54 } });
        break;
      case "notResponse":
        send(lies.withFlags(lies.poisonFor(asked), (flags) => flags & 0x7fff));
        break;
      case "wrongOpcode":
        send(lies.withFlags(lies.poisonFor(asked), (flags) => flags | (random.between(1, 15) << 11)));
        break;
      case "cut":
        alter(honest.slice(0, random.between(HEADER_OCTETS, honest.length - 1)));
        break;
      case "flipped":
        alter(lies.withFlippedBits(honest, random));
        break;
      case "short":
        send(honest.slice(0, random.below(HEADER_OCTETS)));
        break;
      case "forged":
        this.#forge(asked, peer);
        break;
      case "oversize":
        // At 16 octets a record: just below 512 or 1232 octets, or just above.
        return alter(lies.oversize(asked, random.pick([25, 70]) + random.below(15)));
      case "twoOpts":
        return alter(encode({ ...decode(honest), additionals: [opt(), opt({ wantsDnssec: true })] }));
      case "optInAnswer":
        return alter(encode({ ...decode(honest), answers: [opt()], additionals: [] }));
      case "badVersion":
        return alter(
          encode({ ...decode(honest), rcode: RCODE.BADVERS & 0xf, additionals: [opt({ extendedRcode: 1 })] }),
        );
      case "badCookie":
        return alter(
          encode({ ...lies.bare(asked), rcode: RCODE.BADCOOKIE & 0xf, additionals: [opt({ extendedRcode: 1 })] }),
        );
      case "truncated":
        return alter(encode({ ...lies.bare(asked), isTruncated: true }));
      case "wrongCookie":
        // Who has guessed all but the cookie is asked again without: to guess that as well, port, ID and letter case, is
        // beyond any forger.
        send(hasCookie(asked) ? lies.poisonWithCookie(asked, random) : honest);
        break;
      case "wrongCase":
        send(lies.recased(honest) ?? honest);
        break;
      case "stuffed":
        return send(honest.length === HEADER_OCTETS ? honest : lies.stuffed(honest));
      case "flood":
        for (let i = 0; i < FLOOD_COUNT; i++) send(lies.withUint16(lies.poisonFor(asked), 0, this.#wrongId()));
        break;
      case "bareFormerr":
        return alter(lies.withUint16(new Uint8Array([...query.subarray(0, 2), ...new Uint8Array(10)]), 2, 0x8001));
    }
    honestLater();
  }

  /** Off the path, a forger knows the question, the upstream's address and perhaps the port; the ID it has to guess. */
  #forge(asked: Message, peer: SocketAddress): void {
    for (let count = this.#random.between(1, 10); count > 0; count--) {
      const port = this.#random.chance(0.5) ? peer.port : this.#random.between(1024, 65_535);
      this.#send(lies.withUint16(lies.poisonFor(asked), 0, this.#wrongId()), { ...peer, port }, {
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
    { delayMs = 0, from = this.#options.upstream.address, sender = this.#options.host } = {},
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

/** So many wrong replies at once are an attack. */
const FLOOD_COUNT = 110;
