import type { SocketAddress } from "../../../lib/base/address.ts";
import { FLAG, HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { nameToText, readName } from "../../../lib/wire/name.ts";
import { putFlags, putUint16 } from "../../../lib/wire/patch.ts";
import { Reader } from "../../../lib/wire/reader.ts";
import { MessageScan, SCAN } from "../../../lib/wire/scan.ts";

/** How an upstream treats its queries. */
export interface Behaviour {
  /** Whether it says nothing at all. */
  readonly isSilent?: boolean;
  /** RCODE of its replies; with NOERROR (the default) there is an A record. */
  readonly rcode?: number;
  /** From the query to the reply. */
  readonly delayMs?: number;
}

/** Queries are small. */
const RECEIVE_OCTETS = 4096;
/** `A 192.0.2.1` with a TTL of 60 seconds; its owner is a pointer to the question. */
const ANSWER = Uint8Array.fromHex("c00c000100010000003c0004c0000201");

/** An upstream on a real socket of the loopback, which does as it is told and counts what it is asked. */
export class LoopbackUpstream implements Disposable {
  /** May be changed at any time; holds for the queries that come after. */
  behaviour: Behaviour = {};
  /** QNAMEs of all queries so far, in lower case, first to last. */
  readonly asked: string[] = [];
  readonly #socket: Deno.DatagramConn;
  readonly #delayed = new Set<ReturnType<typeof setTimeout>>();
  #isClosed = false;

  /** Binds to a free port of `hostname`. */
  constructor(hostname: string) {
    this.#socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    this.#serve();
  }

  /** Where it listens. */
  get address(): SocketAddress {
    return this.#socket.addr as SocketAddress;
  }

  /** How many queries for `zone` and names below it have come in. */
  sendsFor(zone: string): number {
    return this.asked.filter((name) => name.endsWith(`.${zone}.`)).length;
  }

  /** Closes the socket: from now on the port is closed, and whoever sends there hears so by ICMP. */
  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#socket.close();
  }

  async #serve(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_OCTETS);
    const scan = new MessageScan();
    while (!this.#isClosed) {
      try {
        const [query, peer] = await this.#socket.receive(buffer);
        if (scan.scan(query) !== SCAN.ok || scan.questionCount !== 1) continue;
        this.asked.push(nameToText(readName(new Reader(query, HEADER_OCTETS))).toLowerCase());
        this.#answer(query, scan, peer);
      } catch (error) {
        if (!this.#isClosed) throw error;
      }
    }
  }

  #answer(query: Uint8Array, scan: MessageScan, peer: Deno.Addr): void {
    const { isSilent = false, rcode = RCODE.NOERROR, delayMs = 0 } = this.behaviour;
    if (isSilent) return;
    const reply = makeReply(query, scan, rcode);
    if (delayMs === 0) return this.#send(reply, peer);
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      this.#send(reply, peer);
    }, delayMs);
    this.#delayed.add(timer);
  }

  #send(reply: Uint8Array, peer: Deno.Addr): void {
    // A forwarder that has gone does not hear the reply; that is its business.
    this.#socket.send(reply, peer).catch(() => {});
  }
}

function makeReply(query: Uint8Array, scan: MessageScan, rcode: number): Uint8Array {
  const answer = rcode === RCODE.NOERROR ? ANSWER : new Uint8Array(0);
  const opt = scan.hasOpt ? query.subarray(scan.optOffset, scan.optEnd) : new Uint8Array(0);
  const reply = new Uint8Array(scan.questionsEnd + answer.length + opt.length);
  reply.set(query.subarray(0, scan.questionsEnd));
  reply.set(answer, scan.questionsEnd);
  reply.set(opt, scan.questionsEnd + answer.length);
  putFlags(reply, FLAG.QR | FLAG.RA | (scan.flags & FLAG.RD) | rcode);
  putUint16(reply, 6, answer.length === 0 ? 0 : 1);
  putUint16(reply, 8, 0);
  putUint16(reply, 10, opt.length === 0 ? 0 : 1);
  return reply;
}
