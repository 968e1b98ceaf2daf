import type { SocketAddress } from "../../lib/base/net/address.ts";
import { headerFromFlags, rcodeOf } from "../../lib/wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { putUint16, uint16At } from "../../lib/wire/octets.ts";
import type { Driven, Latencies } from "./dnsperf.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What the clients are to do. */
export interface Turns {
  readonly server: SocketAddress;
  /** What is asked, again and again, by all clients together. */
  readonly names: readonly string[];
  /** Each has a socket, and waits for its response before it asks again. */
  readonly clients: number;
  readonly seconds: number;
}

/** A query without a response after one to two times as long is lost. */
const PATIENCE_MS = 3000;
/** Replies are small. */
const RECEIVE_OCTETS = 4096;

/**
 * Asks with few queries in flight. dnsperf cannot (seen with 2.10.0): with one in flight it often pauses for tens of
 * milliseconds between a response and the next query, the more often the faster the response came. All servers get the
 * same here, the time that Deno takes to send and receive included.
 */
export async function askInTurns({ server, names, clients, seconds }: Turns): Promise<Driven & Latencies> {
  const queries = names.map(addressQueryWithoutEdns);
  const micros: number[] = [];
  const counts = { sent: 0, refused: 0, lost: 0 };
  const open = new Set<Client>();
  const beganAtMs = performance.now();
  const endsAtMs = beganAtMs + seconds * 1000;

  const serve = async () => {
    let client = new Client(server);
    open.add(client);
    while (performance.now() < endsAtMs) {
      const query = queries[counts.sent % queries.length]!;
      putUint16(query, 0, counts.sent++ & 0xffff);
      const sentAtMs = performance.now();
      const rcode = await client.ask(query);
      if (rcode === RCODE.NOERROR) micros.push((performance.now() - sentAtMs) * 1000);
      else if (rcode !== null) counts.refused++;
      else {
        counts.lost++;
        open.delete(client);
        open.add(client = new Client(server));
      }
    }
    client.close();
  };
  const look = setInterval(() => open.forEach((client) => client.closeIfStuck()), PATIENCE_MS);
  try {
    await Promise.all(Array.from({ length: clients }, serve));
  } finally {
    clearInterval(look);
  }
  const latencies = Float64Array.from(micros).sort();
  return { ...counts, answered: micros.length, seconds: (performance.now() - beganAtMs) / 1000, latencies };
}

/** A socket with at most one query in flight. */
class Client {
  readonly #server: Deno.NetAddr;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #buffer = new Uint8Array(RECEIVE_OCTETS);
  #asked = 0;
  #askedAtLastLook = -1;
  #isClosed = false;

  constructor(server: SocketAddress) {
    this.#server = server as Deno.NetAddr;
  }

  /** Returns the RCODE; `null` when the client was closed meanwhile. */
  async ask(query: Octets): Promise<number | null> {
    this.#asked++;
    const id = uint16At(query, 0);
    try {
      await this.#socket.send(query, this.#server);
      for (;;) {
        const [reply] = await this.#socket.receive(this.#buffer);
        if (reply.length >= 12 && uint16At(reply, 0) === id) return rcodeOf(uint16At(reply, 2));
      }
    } catch (error) {
      if (!this.#isClosed) throw error;
      return null;
    }
  }

  /** Closes it when it still waits for the response that it waited for at the last look. */
  closeIfStuck(): void {
    if (this.#asked === this.#askedAtLastLook) this.close();
    this.#askedAtLastLook = this.#asked;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }
}

/** As dnsperf asks: some caches tell a query with EDNS from one without. */
function addressQueryWithoutEdns(name: string): Octets {
  return encode({
    ...headerFromFlags(0, 0),
    recursionDesired: true,
    questions: [{ name: nameFromText(name), type: TYPE.A, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  });
}
