import type { SocketAddress } from "../../lib/base/net/address.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameToText, readName } from "../../lib/wire/name.ts";
import { Reader } from "../../lib/wire/reader.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import type { SeededRandom } from "../../tests/support/seeded_random.ts";
import { makeReply, type ReplyForm } from "./loopback_reply.ts";

/** How an upstream treats its queries. */
export interface Behaviour extends ReplyForm {
  /** Whether it says nothing at all. */
  readonly isSilent?: boolean;
  /** Ports whose queries never arrive. */
  readonly lostPorts?: ReadonlySet<number>;
  /** Datagrams that are lost each way. */
  readonly loss?: { readonly share: number; readonly random: SeededRandom };
  /** From the query to the reply. */
  readonly delayMs?: number;
}

/** Queries are small. */
const RECEIVE_OCTETS = 4096;

/** An upstream on a real socket of the loopback, which does as it is told and counts what it is asked. */
export class LoopbackUpstream implements Disposable {
  /** May be changed at any time; holds for the queries that come after. */
  behaviour: Behaviour = {};
  /** QNAMEs of all queries so far, in lower case, first to last. What was lost on the way counts, too. */
  readonly asked: string[] = [];
  /** Ports that queries have come from. */
  readonly ports = new Set<number>();
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
        const { port } = peer as Deno.NetAddr;
        this.ports.add(port);
        if (this.behaviour.lostPorts?.has(port) !== true && !this.#isLost()) this.#answer(query, peer);
      } catch (error) {
        if (!this.#isClosed) throw error;
      }
    }
  }

  #answer(query: Uint8Array, peer: Deno.Addr): void {
    const { isSilent = false, delayMs = 0 } = this.behaviour;
    if (isSilent) return;
    const reply = makeReply(query, this.behaviour);
    if (delayMs === 0) return this.#send(reply, peer);
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      this.#send(reply, peer);
    }, delayMs);
    this.#delayed.add(timer);
  }

  #send(reply: Uint8Array, peer: Deno.Addr): void {
    if (this.#isLost()) return;
    // A forwarder that has gone does not hear the reply; that is its business.
    this.#socket.send(reply, peer).catch(() => {});
  }

  #isLost(): boolean {
    const { loss } = this.behaviour;
    return loss !== undefined && loss.random.chance(loss.share);
  }
}
