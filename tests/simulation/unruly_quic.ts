import { QuicError } from "../../lib/base/sockets/quic.ts";
import { EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { opt } from "../support/messages.ts";
import type { PairedQuic, PairedStream } from "../support/quic_pair.ts";
import * as lies from "./lies.ts";
import type { UnrulyStreamsOptions } from "./unruly_streams.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What an upstream may do over QUIC instead of answering. */
const MISBEHAVIOURS = {
  silence: 2,
  slow: 3,
  close: 2,
  wrongQuestion: 1,
  withId: 1,
  keepalive: 1,
  two: 1,
  halfFrame: 1,
  nothing: 1,
  servfail: 1,
  stuffed: 2,
  chopped: 3,
};

/** What it does, and what becomes of connections over QUIC as it is planned. */
export const QUIC_FATES = [
  "quic",
  "quic refused",
  "quic limited",
  "quic lost",
  ...Object.keys(MISBEHAVIOURS).map((behaviour) => `quic ${behaviour}`),
] as const;

/** RFC 9250 §4.3. */
const NO_ERROR = 0;

/** An upstream over QUIC: out of order, against the rules, and now and then somebody else. */
export class UnrulyQuic {
  readonly #options: UnrulyStreamsOptions;
  /** Replies on each connection. */
  readonly #replyCounts = new Map<PairedQuic, number>();

  constructor(options: UnrulyStreamsOptions) {
    this.#options = options;
  }

  /** Begins to serve. */
  start(): void {
    const { world, host, upstream } = this.#options;
    const { refusedUntilMs, streamsInAll } = upstream.quic!;
    for (const lossMs of upstream.lossesMs) world.time.after(lossMs, () => this.loseAll());
    const identity = { certificate: "", key: "" };
    const listener = host.quic.listen(upstream.address, { identity, alpn: ["doq"], idleMs: 5000, streamsMax: 16 });
    listener.pair = { streamsInAll };
    const startMs = world.time.nowMs();
    listener.refusal = () => {
      if (world.time.nowMs() >= startMs + refusedUntilMs) return null;
      this.#count("quic refused");
      return new QuicError("UnknownIssuer", "chain");
    };
    void this.#accept(() => listener.accept());
  }

  /** The path forgets all connections. */
  loseAll(): void {
    for (const socket of this.#options.host.quic.openSockets) {
      this.#count("quic lost");
      socket.cut();
    }
  }

  async #accept(next: () => Promise<unknown>): Promise<void> {
    for (;;) {
      const connection = await next() as PairedQuic;
      this.#count("quic");
      void this.#serve(connection);
    }
  }

  async #serve(connection: PairedQuic): Promise<void> {
    try {
      for (;;) {
        const stream = await connection.acceptStream() as PairedStream;
        stream.readAll().then((frame) => this.#handle(frame.slice(2), stream, connection), () => {});
      }
    } catch {
      // It is over.
    }
  }

  #handle(query: Octets, stream: PairedStream, connection: PairedQuic): void {
    const { scripted, random, unruliness } = this.#options;
    const honest = scripted.respond(query, "tcp");
    const asked = scripted.queries.at(-1);
    if (honest === null || asked === undefined) return;
    if (!random.chance(unruliness)) return this.#send(stream, connection, toFrame(honest), this.#honestDelayMs);
    const behaviour = random.pickWeighted(MISBEHAVIOURS);
    this.#count(`quic ${behaviour}`);
    this.#behave(behaviour, { asked, honest, stream, connection });
  }

  get #honestDelayMs(): number {
    const { upstream: { temper, slowMs }, random } = this.#options;
    return temper === "slow" ? slowMs.min + random.fraction() * (slowMs.max - slowMs.min) : random.fraction();
  }

  #behave(
    behaviour: keyof typeof MISBEHAVIOURS,
    { asked, honest, stream, connection }: {
      readonly asked: Message;
      readonly honest: Octets;
      readonly stream: PairedStream;
      readonly connection: PairedQuic;
    },
  ): void {
    const { random, plan, altered } = this.#options;
    const send = (frame: Octets, delayMs = 0) => this.#send(stream, connection, frame, delayMs);
    switch (behaviour) {
      case "silence":
        return;
      case "slow":
        return send(toFrame(honest), random.fraction() * plan.config.timeoutMs);
      case "close":
        return connection.close(NO_ERROR);
      case "wrongQuestion":
        return send(
          toFrame(lies.poisonFor({ ...asked, questions: [lies.wrongQuestion(asked.questions[0]!, random)] })),
        );
      case "withId":
        return send(toFrame(lies.withUint16(lies.poisonFor(asked), 0, 7)));
      case "keepalive": {
        const options = [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 100) }];
        return send(toFrame(encode({ ...asked, isResponse: true, additionals: [opt({ options })] })));
      }
      case "two":
        altered.push({ question: asked.questions[0]!, octets: honest });
        return send(Uint8Array.of(...toFrame(honest), ...toFrame(honest)));
      case "halfFrame":
        return send(toFrame(honest).slice(0, random.between(1, honest.length)));
      case "nothing":
        return send(new Uint8Array(0));
      case "servfail": {
        const octets = encode({ ...asked, isResponse: true, rcode: RCODE.SERVFAIL, additionals: [] });
        altered.push({ question: asked.questions[0]!, octets });
        return send(toFrame(octets));
      }
      case "stuffed":
        return send(toFrame(honest.length === 12 ? honest : lies.stuffed(honest)));
      case "chopped": {
        const frame = toFrame(honest);
        for (const octet of frame.subarray(0, 3)) stream.write(Uint8Array.of(octet));
        return send(frame.slice(3), random.fraction() * 20);
      }
    }
  }

  #send(stream: PairedStream, connection: PairedQuic, frame: Octets, delayMs: number): void {
    const { world, upstream } = this.#options;
    world.time.after(delayMs, () => {
      if (connection.isClosed) return;
      stream.finish(frame).catch(() => {});
      const replyCount = (this.#replyCounts.get(connection) ?? 0) + 1;
      this.#replyCounts.set(connection, replyCount);
      if (replyCount < upstream.connectionRepliesMax) return;
      this.#count("quic limited");
      connection.close(NO_ERROR);
    });
  }

  #count(name: string): void {
    const { behaved } = this.#options;
    behaved.set(name, (behaved.get(name) ?? 0) + 1);
  }
}
