import type { SocketAddress } from "../../lib/base/net/address.ts";
import { decode, decodeQuestions } from "../../lib/wire/message.ts";
import { isSameName, nameFromText } from "../../lib/wire/name.ts";
import { courseResolver } from "../end_to_end/course_resolver.ts";
import { question, records, wire } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** The one name to which the upstream always answers the truth, in whatever letter case. */
const SENSIBLE_NAME = "sensible.example.org";
/** What it answers to that. TTL 0: whenever it is asked for, it comes from here. */
export const SENSIBLE_ANSWER = ["sensible.example.org. 0 IN A 192.0.2.1"];
/** A query for it. */
export const SENSIBLE_QUERY: Octets = wire({
  id: 0x1234,
  recursionDesired: true,
  questions: [question(SENSIBLE_NAME)],
});

const RECEIVE_OCTETS = 4096;

/**
 * An upstream on a real socket that answers one name well, and all others with nothing, errors, garbage or silence. It
 * keeps nothing of what it is asked, so that memory shows what the program keeps.
 */
export class LyingUpstream implements AsyncDisposable {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #random: SeededRandom;
  readonly #end: Promise<void>;
  #isClosed = false;

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#end = this.#serve();
  }

  /** Where it listens. */
  get address(): SocketAddress {
    return this.#socket.addr as SocketAddress;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#socket.close();
    await this.#end;
  }

  async #serve(): Promise<void> {
    const buffer = new Uint8Array(RECEIVE_OCTETS);
    while (!this.#isClosed) {
      try {
        const [query, peer] = await this.#socket.receive(buffer);
        const reply = this.#reply(query);
        if (reply !== null) await this.#socket.send(reply, peer);
      } catch (error) {
        if (!this.#isClosed) throw error;
      }
    }
  }

  #reply(query: Octets): Octets | null {
    const random = this.#random;
    if (isSameName(decodeQuestions(query)[0]!.name, nameFromText(SENSIBLE_NAME))) {
      const answers = records(...SENSIBLE_ANSWER);
      return wire({ ...decode(query), isResponse: true, recursionAvailable: true, answers });
    }
    const reply = courseResolver(query);
    const dice = random.fraction();
    if (dice < 0.05) return null;
    if (dice < 0.1) return random.octets(random.below(600));
    if (dice < 0.3) { for (let i = 0; i < 4; i++) reply[random.below(reply.length)] = random.below(256); }
    return dice < 0.95 ? reply : reply.slice(0, random.below(reply.length));
  }
}
