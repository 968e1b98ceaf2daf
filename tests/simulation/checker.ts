import { formatSocketAddress, isSameAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import type { Clock } from "../../lib/base/runtime.ts";
import type { Listen } from "../../lib/server/listen/listen.ts";
import { findOptions } from "../../lib/wire/edns/find_options.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import type { Passage } from "../support/world_network.ts";
import { listenerAt } from "./listener_draw.ts";
import { leastFaults, type PoliciesInForce } from "./policies_in_force.ts";
import type { Knowledge } from "./oracle.ts";
import { RateBounds, type RateVerdict } from "./rate_bounds.ts";
import { checkLimited, checkReply } from "./reply_check.ts";
import { CLIENT_COOKIE, type ClientDatagram, type DatagramKind } from "./traffic.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Deadlines are kept in ticks of 10 ms, and a timer may fire a little late. */
const TOLERANCE_MS = 20;

/** What a checker is made from. */
export interface CheckerOptions {
  readonly clock: Clock;
  readonly policies: PoliciesInForce;
  /** What it listens on. */
  readonly listen: readonly Listen[];
  /** Where the forwarder serves clients. */
  readonly serviceAddresses: readonly SocketAddress[];
  readonly timeoutMs: number;
  /** What a client network may ask in a second; 0 for any number. */
  readonly questionsPerSecond: number;
  /** How long after its arrival the program hears of a query at the latest. */
  readonly heardAfterMs: number;
  /** Who may not ask at all. */
  readonly isStranger: (hostname: string) => boolean;
}

/**
 * Watches the forwarder's side of the clients' network: what arrived there has to be answered once, in time, to where it
 * came from and from where it went to, with what the oracle allows.
 */
export class Checker {
  /** What was wrong, a line each. */
  readonly faults: string[] = [];
  /** Datagrams that arrived, by kind. */
  readonly arrived = new Map<DatagramKind, number>();
  replyCount = 0;
  readonly #options: CheckerOptions;
  readonly #announced = new Map<string, ClientDatagram>();
  readonly #waiting = new Map<string, Arrival[]>();
  readonly #rate: RateBounds;
  /** The last cookie that each client was given. */
  readonly #cookies = new Map<string, Octets>();
  #stopMs = Infinity;

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#rate = new RateBounds({
      questionsPerSecond: options.questionsPerSecond,
      isPrompt: options.heardAfterMs === 0,
    });
  }

  /** The cookie that a client was given last, its own part in front. */
  cookieOf(hostname: string): Octets | undefined {
    return this.#cookies.get(hostname);
  }

  /** Tells of a datagram before a client sends it. A client uses an ID once. */
  announce(datagram: ClientDatagram, from: SocketAddress): void {
    this.#announced.set(keyOf(from, datagram.octets), datagram);
  }

  /** The forwarder takes no more queries from now on. */
  noteStop(): void {
    this.#stopMs = this.#options.clock.nowMs();
  }

  /** Takes in what happened on the network. */
  watch(passage: Passage): void {
    if (passage.kind === "delivered" && this.#isService(passage.to)) this.#noteArrival(passage);
    else if ((passage.kind === "sent" || passage.kind === "refused") && this.#isService(passage.from)) {
      this.#noteReply(passage);
    }
  }

  /** Once everything has settled: nobody may still be waiting. */
  finish(): void {
    for (const arrivals of this.#waiting.values()) {
      for (const { datagram, from, octets, atMs } of arrivals) {
        // Not heard of before the stop.
        if (atMs + this.#options.heardAfterMs > this.#stopMs) continue;
        if (datagram.expectation.kind === "any" && isIgnorable(octets)) continue;
        this.faults.push(`${datagram.kind} from ${formatSocketAddress(from)} has no reply: ${octets.toHex()}`);
      }
    }
  }

  #isService(address: SocketAddress): boolean {
    return this.#options.serviceAddresses.some((service) => isSameAddress(service, address));
  }

  #noteArrival({ from, to, octets }: Passage): void {
    const key = keyOf(from, octets);
    const datagram = this.#announced.get(key);
    if (datagram === undefined) {
      // An upstream that answers to a wrong port may hit the one that clients talk to. A response gets no reply.
      if (isIgnorable(octets)) return;
      throw new Error(`Cannot check: nobody announced ${octets.toHex()}`);
    }
    this.arrived.set(datagram.kind, (this.arrived.get(datagram.kind) ?? 0) + 1);
    if (this.#stopMs < Infinity || datagram.expectation.kind === "silence") return;
    const atMs = this.#options.clock.nowMs();
    const arrival: Arrival = { datagram, from, to, octets, atMs, rate: this.#judgeRate(from, datagram, atMs) };
    const arrivals = this.#waiting.get(key);
    if (arrivals === undefined) this.#waiting.set(key, [arrival]);
    else arrivals.push(arrival);
  }

  #noteReply({ from, to, octets }: Passage): void {
    this.replyCount++;
    const nowMs = this.#options.clock.nowMs();
    const arrival = this.#takeArrival(to, octets);
    const fault = (text: string) => {
      this.faults.push(
        `reply to ${formatSocketAddress(to)} at ${nowMs.toFixed(3)} with ID ${octets.subarray(0, 2).toHex()} ${text}`,
      );
    };
    if (arrival === undefined) return fault("was asked by nobody");
    const { datagram } = arrival;
    if (!isSameAddress(arrival.to, from)) fault("comes from another address than was asked [2181_04]");
    const afterMs = nowMs - arrival.atMs;
    if (afterMs > this.#options.timeoutMs + TOLERANCE_MS) fault(`comes after ${afterMs.toFixed(3)} ms`);
    if (datagram.expectation.kind === "any" && isIgnorable(arrival.octets)) fault("should not have been sent");
    for (const text of this.#contentFaults(octets, arrival)) fault(`for "${datagram.kind}" ${text}`);
    this.#noteCookie(to.hostname, octets);
  }

  /** What the reply is to: of a query that came twice the arrival that it fits, as they may be answered in any order. */
  #takeArrival(to: SocketAddress, reply: Octets): Arrival | undefined {
    const arrivals = this.#waiting.get(keyOf(to, reply)) ?? [];
    if (arrivals.length < 2) return arrivals.shift();
    const fitting = arrivals.filter((one) => this.#contentFaults(reply, one).length === 0);
    // What may say TC for another reason is to the one that must be told so.
    const taken = fitting.find(({ rate }) => !rate.mayPass) ?? fitting[0] ?? arrivals[0]!;
    arrivals.splice(arrivals.indexOf(taken), 1);
    return taken;
  }

  #contentFaults(reply: Octets, arrival: Arrival): string[] {
    const { clock, policies, listen, heardAfterMs } = this.#options;
    const heardMs = Math.min(clock.nowMs(), arrival.atMs + heardAfterMs);
    const asker = { hostname: arrival.from.hostname, listener: listenerAt(listen, arrival.to) };
    const known = policies.between(arrival.atMs, heardMs, asker, {
      untilMs: clock.nowMs(),
      isDecidedLater: arrival.datagram.expectation.kind === "types",
    });
    return leastFaults(known, (oracle) => this.#faultsBy(oracle, reply, arrival));
  }

  #faultsBy(oracle: Knowledge, reply: Octets, { datagram, octets: query, rate }: Arrival): string[] {
    const { expectation, hasOwnCookie = false } = datagram;
    const limitedFaults = rate.mayBeLimited ? checkLimited(reply, { query, oracle }) : [];
    if (rate.mayBeLimited && (limitedFaults.length === 0 || !rate.mayPass)) return limitedFaults;
    const faults = checkReply(reply, { query, transport: "udp", expectation, oracle });
    // It is not even half an hour old.
    const isKept = !hasOwnCookie || cookieIn(reply)?.toHex() === cookieIn(query)!.toHex();
    return isKept ? faults : [...faults, "has another cookie than the good one of the query [9018_01]"];
  }

  #judgeRate(from: SocketAddress, datagram: ClientDatagram, nowMs: number): RateVerdict {
    const isFree = isIgnorable(datagram.octets) || this.#options.isStranger(from.hostname);
    return isFree ? { mayPass: true, mayBeLimited: false } : this.#rate.judge(from.hostname, datagram, nowMs);
  }

  #noteCookie(hostname: string, reply: Octets): void {
    const cookie = cookieIn(reply);
    if (cookie !== undefined && cookie.subarray(0, CLIENT_COOKIE.length).toHex() === CLIENT_COOKIE.toHex()) {
      this.#cookies.set(hostname, cookie.slice());
    }
  }
}

function cookieIn(octets: Octets): Octets | undefined {
  const scan = new MessageScan();
  scan.scan(octets);
  return findOptions(octets, scan, EDNS_OPTION.COOKIE)[0];
}

interface Arrival {
  readonly datagram: ClientDatagram;
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  readonly octets: Octets;
  readonly atMs: number;
  readonly rate: RateVerdict;
}

/** Responses, and what is shorter than a header, get no reply. */
function isIgnorable(octets: Uint8Array): boolean {
  return octets.length < 12 || (octets[2]! & 0x80) !== 0;
}

/** One query of one client: where it came from, and its ID. */
function keyOf({ hostname, port }: SocketAddress, octets: Uint8Array): string {
  return `${hostname} ${port} ${octets.subarray(0, 2).toHex()}`;
}
