import type { HttpExchange, HttpServerConnection } from "../../lib/base/http/http_exchange.ts";
import { HTTP } from "../../lib/http/exchanges.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import type { HostStream } from "../support/host_stream.ts";
import { playedBytes } from "../support/played_http.ts";
import * as lies from "./lies.ts";
import type { UnrulyStreamsOptions } from "./unruly_streams.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What an upstream may do over HTTPS instead of answering. */
const MISBEHAVIOURS = {
  silence: 2,
  slow: 3,
  close: 1,
  reset: 1,
  goesAway: 3,
  leaves: 1,
  unavailable: 1,
  broken: 2,
  page: 1,
  wrongId: 1,
  wrongQuestion: 1,
  servfail: 1,
  stuffed: 1,
};

/** What becomes of requests. */
export const HTTP_FATES = ["honest", "limited", ...Object.keys(MISBEHAVIOURS)].map((fate) => `http ${fate}`);

const MESSAGE = ["content-type", "application/dns-message"];

/** What an upstream over HTTPS is made from. */
export interface UnrulyHttpOptions extends UnrulyStreamsOptions {
  /** Whether the path has forgotten the connection. */
  readonly isLost: () => boolean;
  /** Something is asked on it; returns whether that may be. */
  readonly mayBeAsked: () => boolean;
  /** It did this. */
  readonly count: (what: string) => void;
}

/** An upstream over HTTPS on one connection: out of order, and now and then it does something else. */
export class UnrulyHttp {
  readonly #options: UnrulyHttpOptions;
  readonly #stream: HostStream;
  readonly #connection: HttpServerConnection;
  #replyCount = 0;

  /** Serves on `stream`, whose handshake is done. */
  constructor(stream: HostStream, options: UnrulyHttpOptions) {
    const { random, isLost } = options;
    this.#options = options;
    this.#stream = stream;
    this.#connection = HTTP.serve(playedBytes(stream, isLost), {
      version: "h2",
      limits: { streams: random.pick([1, 4, 100]), headerOctets: 4096, resets: 1000, contentOctets: 65_536 },
      gate: () => null,
      onRequest: (exchange) => exchange.readContent(65_535, (query) => this.#handle(query!, exchange)),
      onSent: () => {},
      onEnd: () => {},
    });
  }

  #handle(query: Octets, exchange: HttpExchange): void {
    const { scripted, random, unruliness, mayBeAsked } = this.#options;
    if (!mayBeAsked()) return;
    const honest = scripted.respond(query, "tcp");
    const asked = scripted.queries.at(-1);
    if (honest === null || asked === undefined) return;
    // Few are asked over HTTPS: these are to meet everything that may happen.
    if (!random.chance(Math.min(1, 2 * unruliness))) return this.#answer(exchange, honest, random.fraction(), "honest");
    this.#behave(random.pickWeighted(MISBEHAVIOURS), { asked, honest, exchange });
  }

  #behave(
    behaviour: keyof typeof MISBEHAVIOURS,
    { asked, honest, exchange }: { asked: Message; honest: Octets; exchange: HttpExchange },
  ): void {
    const { random, plan, altered } = this.#options;
    const question = asked.questions[0]!;
    switch (behaviour) {
      case "silence":
        return this.#count(behaviour);
      case "slow":
        return this.#answer(exchange, honest, random.fraction() * plan.config.timeoutMs, behaviour);
      case "close":
        this.#count(behaviour);
        return this.#connection.close();
      case "reset":
        this.#count(behaviour);
        return this.#stream.reset();
      case "goesAway":
        this.#connection.drain();
        return this.#answer(exchange, honest, random.fraction() * 50, behaviour);
      case "leaves":
        this.#count(behaviour);
        this.#connection.drain();
        return void this.#options.world.time.after(1, () => this.#connection.close());
      case "unavailable":
        this.#count(behaviour);
        return exchange.respond(random.pick([429, 503]), ["retry-after", random.pick(["1", "5", "soon"])], null);
      case "broken":
        this.#count(behaviour);
        return exchange.respond(random.pick([400, 404, 500, 502]), MESSAGE, honest);
      case "page":
        this.#count(behaviour);
        return exchange.respond(200, ["content-type", "text/html"], honest);
      case "wrongId":
        return this.#answer(exchange, lies.withUint16(lies.poisonFor(asked), 0, 1), 0, behaviour);
      case "wrongQuestion": {
        const poison = lies.poisonFor({ ...asked, questions: [lies.wrongQuestion(question, random)] });
        return this.#answer(exchange, poison, 0, behaviour);
      }
      case "servfail": {
        const octets = encode({ ...asked, isResponse: true, rcode: RCODE.SERVFAIL, additionals: [] });
        altered.push({ question, octets });
        return this.#answer(exchange, octets, 0, behaviour);
      }
      case "stuffed":
        return this.#answer(exchange, honest.length === 12 ? honest : lies.stuffed(honest), 0, behaviour);
    }
  }

  #answer(exchange: HttpExchange, octets: Octets, delayMs: number, what: string): void {
    const { world, upstream } = this.#options;
    this.#count(what);
    world.time.after(delayMs, () => {
      exchange.respond(200, MESSAGE, octets);
      if (++this.#replyCount !== upstream.connectionRepliesMax) return;
      this.#count("limited");
      this.#connection.drain();
    });
  }

  #count(what: string): void {
    this.#options.count(`http ${what}`);
  }
}
