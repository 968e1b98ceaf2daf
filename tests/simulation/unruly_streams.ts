import { RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message, type Question } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import type { HostStream } from "../support/host_stream.ts";
import type { ScriptedUpstream } from "../support/scripted_upstream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { eachMessage } from "../support/stream_messages.ts";
import type { Host } from "../support/world_network.ts";
import { type ClientHello, type Handshake, playHandshake } from "../support/host_tls.ts";
import * as lies from "./lies.ts";
import { type Plan, START_MS } from "./plan.ts";
import { certificateOf, type isForbidden, type SecurePlan } from "./secure_plan.ts";
import { UnrulyHttp } from "./unruly_http.ts";
import type { UpstreamPlan } from "./upstream_plan.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What an upstream may do over TCP instead of answering. */
const MISBEHAVIOURS = {
  silence: 2,
  slow: 3,
  close: 2,
  reset: 2,
  wrongId: 1,
  wrongQuestion: 1,
  cut: 1,
  emptyFrame: 1,
  halfFrame: 1,
  servfail: 1,
  stuffed: 2,
};

/** What it may do instead of saying who it is. */
const HANDSHAKE_FAULTS = ["silence", "reset", "nonsense", "alert"] as const;

/** What becomes of connections as it is planned. */
export const CONNECTION_FATES = ["connection limited", "connection lost"] as const;

/** What is served over TCP is made from this. */
export interface UnrulyStreamsOptions {
  readonly world: FakeWorld;
  readonly host: Host;
  readonly scripted: ScriptedUpstream;
  readonly plan: Plan;
  readonly upstream: UpstreamPlan;
  readonly random: SeededRandom;
  /** Share of queries to which it misbehaves, 0–1. */
  readonly unruliness: number;
  /** How often it did what. */
  readonly behaved: Map<string, number>;
  /** See `UnrulyUpstream.breaches`. */
  readonly breaches: string[];
  /** See `UnrulyUpstreamOptions.altered`. */
  readonly altered: { readonly question: Question; readonly octets: Octets }[];
  /** See `UnrulyUpstreamOptions.forbids`. */
  readonly forbids: typeof isForbidden;
}

/** An upstream over TCP: in pieces, out of order, and now and then not at all. */
export class UnrulyStreams {
  readonly #options: UnrulyStreamsOptions;
  /** Replies on each open connection. */
  readonly #replyCounts = new Map<HostStream, number>();
  /** Those that the path has forgotten. */
  readonly #lost = new Set<HostStream>();

  constructor(options: UnrulyStreamsOptions) {
    this.#options = options;
  }

  /** Begins to serve. */
  start(): void {
    const { world, host, upstream, random, unruliness } = this.#options;
    for (const lossMs of upstream.lossesMs) world.time.after(lossMs, () => this.#loseAll());
    host.listenStream(upstream.address).onConnection = (stream) => {
      if (random.chance(unruliness / 4)) return stream.reset();
      if (upstream.secure !== null) return this.#shake(stream, upstream.secure);
      eachMessage(stream, (octets) => this.#handle(octets, stream));
    };
  }

  /** Says who it is, or does something else; then it is asked, unless it is somebody else. */
  #shake(stream: HostStream, { identity, protocol, idleMs }: SecurePlan): void {
    const { world, upstream, random, unruliness, breaches, forbids } = this.#options;
    const now = () => world.epochSecondsAt(world.time.nowMs());
    const certificate = certificateOf(upstream, world.epochSecondsAt(START_MS));
    let shownS = 0;
    const shake = ({ alpn }: ClientHello): Handshake => {
      shownS = now();
      if (random.chance(unruliness / 2)) {
        const fault = random.pick(HANDSHAKE_FAULTS);
        this.#count(`handshake ${fault}`);
        return fault === "alert" ? { alert: "internal error" } : fault;
      }
      this.#count(`tls ${identity}`);
      return { alpn: alpn[0] ?? null, certificates: [certificate] };
    };
    playHandshake(stream, shake, () => {
      const noteUse = this.#closeWhenIdle(stream, idleMs);
      const mayBeAsked = (): boolean => {
        noteUse();
        if (!forbids(upstream, certificate, shownS, now())) return true;
        breaches.push(`a query went to ${upstream.address.hostname}, whose identity is ${identity} [7858_01]`);
        return false;
      };
      if (protocol === "https") return this.#serveHttp(stream, mayBeAsked);
      eachMessage(stream, (octets) => {
        if (mayBeAsked()) this.#handle(octets, stream);
      });
    });
  }

  #serveHttp(stream: HostStream, mayBeAsked: () => boolean): void {
    const isLost = () => this.#lost.has(stream);
    const count = (what: string) => this.#count(what);
    new UnrulyHttp(stream, { ...this.#options, isLost, mayBeAsked, count });
  }

  /** Closes a connection that nobody uses for so long. Returns what is to be called when somebody does. */
  #closeWhenIdle(stream: HostStream, idleMs: number): () => void {
    const { world } = this.#options;
    let lastMs = world.time.nowMs();
    const closeIfIdle = (): void => {
      if (stream.isClosed || this.#lost.has(stream)) return;
      const leftMs = lastMs + idleMs - world.time.nowMs();
      if (leftMs > 0) return void world.time.after(leftMs, closeIfIdle);
      this.#count("closed when idle");
      stream.close();
    };
    if (idleMs < Infinity) world.time.after(idleMs, closeIfIdle);
    return () => void (lastMs = world.time.nowMs());
  }

  #loseAll(): void {
    for (const stream of this.#options.host.openStreams) {
      if (this.#lost.has(stream)) continue;
      this.#count("connection lost");
      this.#lost.add(stream);
      stream.onOctets = () => {};
      stream.onEnd = () => {};
    }
  }

  #handle(query: Octets, stream: HostStream): void {
    const { scripted, random, unruliness } = this.#options;
    const honest = scripted.respond(query, "tcp");
    const asked = scripted.queries.at(-1);
    if (honest === null || asked === undefined) return;
    if (!random.chance(unruliness)) return this.#send(stream, toFrame(honest), random.fraction());
    this.#behave(random.pickWeighted(MISBEHAVIOURS), { asked, honest, stream });
  }

  #behave(
    behaviour: keyof typeof MISBEHAVIOURS,
    { asked, honest, stream }: { asked: Message; honest: Octets; stream: HostStream },
  ): void {
    const { random, plan, altered } = this.#options;
    const send = (octets: Octets, delayMs = 0) => this.#send(stream, toFrame(octets), delayMs);
    switch (behaviour) {
      case "silence":
        return;
      case "slow":
        return send(honest, random.fraction() * plan.config.timeoutMs);
      case "close":
        return stream.isClosed ? undefined : stream.close();
      case "reset":
        return stream.reset();
      case "wrongId":
        send(lies.withUint16(lies.poisonFor(asked), 0, asked.id ^ 1));
        break;
      case "wrongQuestion":
        send(lies.poisonFor({ ...asked, questions: [lies.wrongQuestion(asked.questions[0]!, random)] }));
        break;
      case "cut": {
        const octets = honest.slice(0, random.between(12, honest.length - 1));
        altered.push({ question: asked.questions[0]!, octets });
        send(octets);
        break;
      }
      case "emptyFrame":
        return this.#send(stream, new Uint8Array(2), 0);
      case "halfFrame":
        this.#send(stream, toFrame(honest).slice(0, random.between(1, honest.length)), 0);
        return stream.end();
      case "servfail": {
        const octets = encode({ ...asked, isResponse: true, rcode: RCODE.SERVFAIL, additionals: [] });
        altered.push({ question: asked.questions[0]!, octets });
        return send(octets);
      }
      case "stuffed":
        return send(honest.length === 12 ? honest : lies.stuffed(honest));
    }
    send(honest, random.fraction() * 100);
  }

  /** Now and then octet by octet, as far as the reader can tell. */
  #send(stream: HostStream, frame: Octets, delayMs: number): void {
    const { random, world, upstream } = this.#options;
    const cut = random.chance(0.3) ? random.between(1, frame.length - 1) : frame.length;
    world.time.after(delayMs, () => {
      if (this.#lost.has(stream) || stream.isClosed) return;
      stream.send(frame.slice(0, cut));
      if (cut < frame.length) stream.send(frame.slice(cut));
      const replyCount = (this.#replyCounts.get(stream) ?? 0) + 1;
      this.#replyCounts.set(stream, replyCount);
      if (replyCount < upstream.connectionRepliesMax) return;
      this.#count("connection limited");
      stream.close();
    });
  }

  #count(name: string): void {
    const { behaved } = this.#options;
    behaved.set(name, (behaved.get(name) ?? 0) + 1);
  }
}
