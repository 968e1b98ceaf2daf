import { concat } from "@std/bytes/concat";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import type { HostStream } from "../support/host_stream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { eachMessage, readMessages } from "../support/stream_messages.ts";
import type { Host } from "../support/world_network.ts";
import type { Knowledge } from "./oracle.ts";
import { listenerAt } from "./listener_draw.ts";
import type { Plan } from "./plan.ts";
import { leastFaults, type PoliciesInForce } from "./policies_in_force.ts";
import { checkReply } from "./reply_check.ts";
import type { ClientDatagram } from "./traffic.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a client does with its connection, and how often. */
const MANNERS = {
  /** All queries in one piece. */
  pipelined: 4,
  /** Cut at odd places, a moment apart. */
  split: 4,
  /** Closes its side at once, and waits for the replies. */
  halfClosed: 3,
  /** The last query comes an octet now and then, and never whole. */
  dripping: 1,
  /** Asks much, and never reads. */
  deaf: 1,
  /** Asks much, reads nothing for a while, and then all. */
  late: 1,
  /** Asks much, and reads a little now and then: the connection may be closed in the middle of a reply. */
  sipping: 1,
  /** Breaks the connection while replies are under way. */
  resetting: 1,
  /** Announces a message of no octets. */
  garbled: 1,
};

/** See `MANNERS`. */
export type Manner = keyof typeof MANNERS;
/** All of them. */
export const STREAM_MANNERS = Object.keys(MANNERS) as readonly Manner[];

/** Deadlines are kept in ticks of 10 ms, and timers may fire a little late. */
const TOLERANCE_MS = 25;
const ACCEPT_RETRY_MS = 110;
const DRIP_MS = 700;
/** Who does not read asks everything so many times: more than fits into the connection on the way back. */
const MANY_ROUNDS = 30;
/** Who reads late begins by then: before ten seconds without reading close the connection. */
const LATE_MAX_MS = 8000;
/** Who reads little reads so many octets at a time, in such pauses. */
const SIP_OCTETS_MAX = 3000;
const SIP_PAUSE_MAX_MS = 500;

/** What a client is made from. */
export interface StreamClientOptions {
  readonly world: FakeWorld;
  readonly host: Host;
  readonly service: SocketAddress;
  readonly policies: PoliciesInForce;
  readonly plan: Plan;
  readonly random: SeededRandom;
  /** From when on connections are accepted whatever happens. */
  readonly acceptedFromMs: number;
  /** What it asks; each with an ID of its own. */
  readonly messages: readonly ClientDatagram[];
  /** What it asks instead, if there is any, when it asks more than it reads. */
  readonly largeMessages: readonly ClientDatagram[];
  /** Hears of each message when it is sent. */
  readonly onAsked: (octets: Octets) => void;
}

/** A client with a TCP connection that knows what it has to get. */
export class StreamClient {
  readonly manner: Manner;
  /** What was wrong, a line each. */
  readonly faults: string[] = [];
  replyCount = 0;
  readonly #options: StreamClientOptions;
  readonly #waiting = new Map<number, Waiting>();
  #hostname = "";

  constructor(options: StreamClientOptions) {
    this.#options = options;
    this.manner = options.random.pickWeighted(MANNERS);
  }

  /** Connects and asks. */
  async start(): Promise<void> {
    const { host, service } = this.#options;
    let stream: HostStream;
    try {
      stream = await host.connectStream(service, new AbortController().signal);
    } catch {
      // Refused: the program has stopped, and owes nothing.
      return;
    }
    this.#hostname = stream.local.hostname;
    if (this.manner === "late") this.#readLate(stream);
    else if (this.manner === "sipping") this.#sip(stream);
    else if (this.manner !== "deaf") eachMessage(stream, (octets) => this.#take(octets));
    this.#ask(stream);
  }

  /** Once everything has settled. `stopMs` is when the program was told to take no more, if it was. */
  finish(stopMs: number): void {
    if (!OWED.has(this.manner)) return;
    // Of what it has not read, the program has not read the questions either.
    if (this.manner === "late" && this.#options.plan.stopAfterMs !== null) return;
    const { plan } = this.#options;
    for (const { message, askedAtMs } of this.#waiting.values()) {
      const { kind, octets, expectation } = message;
      if (expectation.kind === "silence" || expectation.kind === "any") continue;
      // What was on the way when the program stopped may not have been read.
      if (askedAtMs + plan.clientLink.delayMaxMs + 1 > stopMs) continue;
      this.faults.push(`${kind} over TCP (${this.manner}) has no reply: ${octets.toHex()}`);
    }
  }

  #ask(stream: HostStream): void {
    const { random, world, plan, largeMessages } = this.#options;
    const isLarge = MUCH_ASKED.has(this.manner) && largeMessages.length > 0;
    const messages = isLarge ? largeMessages : this.#options.messages;
    const frames = messages.map(({ octets }) => toFrame(octets));
    switch (this.manner) {
      case "pipelined":
        for (const message of messages) this.#send(stream, NOTHING, message);
        return stream.send(concat(frames));
      case "split":
        return frames.forEach((frame, i) => {
          const atMs = random.fraction() * 3;
          world.time.after(i * 4 + atMs, () => stream.send(frame.slice(0, 1 + (i % frame.length))));
          world.time.after(i * 4 + 3, () => this.#send(stream, frame.slice(1 + (i % frame.length)), messages[i]!));
        });
      case "halfClosed":
        for (const message of messages) this.#send(stream, NOTHING, message);
        stream.send(concat(frames));
        return stream.end();
      case "dripping": {
        const last = frames.pop();
        if (last === undefined) return;
        frames.forEach((frame, i) => this.#send(stream, frame, messages[i]!));
        for (let i = 0; i < last.length - 1; i++) {
          world.time.after(i * DRIP_MS, () => stream.send(last.slice(i, i + 1)));
        }
        return;
      }
      case "deaf":
      case "late":
      case "sipping":
        for (let i = 0; i < MANY_ROUNDS; i++) frames.forEach((frame, k) => this.#send(stream, frame, messages[k]!));
        return;
      case "resetting":
        frames.forEach((frame, i) => this.#send(stream, frame, messages[i]!));
        return void world.time.after(random.fraction() * plan.config.timeoutMs, () => stream.reset());
      case "garbled":
        frames.forEach((frame, i) => this.#send(stream, frame, messages[i]!));
        return stream.send(new Uint8Array(2));
    }
  }

  /** Sends the last octets of a message, or nothing when they follow. */
  #send(stream: HostStream, octets: Octets, message: ClientDatagram): void {
    const { world, acceptedFromMs } = this.#options;
    // What comes before the connection is accepted is heard then; an accept that has failed is tried again after a moment.
    const askedAtMs = Math.max(world.time.nowMs(), acceptedFromMs + ACCEPT_RETRY_MS);
    const id = idOf(message.octets);
    const { count = 0, firstAskedMs = world.time.nowMs() } = this.#waiting.get(id) ?? {};
    this.#waiting.set(id, { message, askedAtMs, firstAskedMs, count: count + 1 });
    this.#options.onAsked(message.octets);
    // A reply for which there is no room is forgotten, and its question asked once more.
    if (MUCH_ASKED.has(this.manner)) this.#options.onAsked(message.octets);
    if (octets.length > 0) stream.send(octets);
  }

  #readLate(stream: HostStream): void {
    const { random, world } = this.#options;
    const lateMs = random.fraction() * LATE_MAX_MS;
    world.time.after(lateMs, () => void readMessages(stream, (octets) => this.#take(octets)));
  }

  #sip(stream: HostStream): void {
    const { random, world } = this.#options;
    const octetsMax = random.between(1, SIP_OCTETS_MAX);
    const pauseMs = random.between(1, SIP_PAUSE_MAX_MS);
    const pause = () => new Promise<void>((resolve) => world.time.after(pauseMs, resolve));
    void readMessages(stream, (octets) => this.#take(octets), { octetsMax, pause });
  }

  #take(reply: Octets): void {
    const { world, plan, policies, service } = this.#options;
    this.replyCount++;
    const fault = (text: string) => {
      this.faults.push(`reply over TCP (${this.manner}) with ID ${reply.subarray(0, 2).toHex()} ${text}`);
    };
    const id = idOf(reply);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return fault("was asked by nobody");
    if (--waiting.count === 0) this.#waiting.delete(id);
    const { message: { octets, expectation, kind }, askedAtMs, firstAskedMs } = waiting;
    const afterMs = world.time.nowMs() - askedAtMs;
    if (
      !MUCH_ASKED.has(this.manner) && afterMs > plan.config.timeoutMs + TOLERANCE_MS + 2 * plan.clientLink.delayMaxMs
    ) {
      fault(`comes after ${afterMs.toFixed(3)} ms`);
    }
    const known = policies.between(firstAskedMs, world.time.nowMs(), {
      hostname: this.#hostname,
      listener: listenerAt(plan.config.listen!, service),
    });
    const faultsBy = (oracle: Knowledge) => {
      return checkReply(reply, { query: octets, transport: "tcp", expectation, oracle });
    };
    for (const text of leastFaults(known, faultsBy)) fault(`for "${kind}" ${text}`);
  }
}

/** What was asked with an ID. */
interface Waiting {
  readonly message: ClientDatagram;
  readonly askedAtMs: number;
  /** The first time. */
  readonly firstAskedMs: number;
  /** How often it was, and was not answered. */
  count: number;
}

/** Those who ask more than they read; how long their replies take is their own affair. */
const MUCH_ASKED: ReadonlySet<Manner> = new Set(["deaf", "late", "sipping"]);
/** Those who get a reply to everything. */
const OWED: ReadonlySet<Manner> = new Set(["pipelined", "split", "halfClosed", "dripping", "late"]);

const NOTHING = new Uint8Array(0);

function idOf(octets: Octets): number {
  return (octets[0]! << 8) | octets[1]!;
}
