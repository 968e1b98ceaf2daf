import { UpstreamTaps } from "../../lib/observe/upstream_tap.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { QuicConnection } from "../../lib/upstream/quic/quic_connection.ts";
import { KeepTime } from "../../lib/upstream/stream/keep_time.ts";
import { StreamTransport } from "../../lib/upstream/stream/stream_transport.ts";
import { TRAITS } from "../../lib/upstream/transport.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { FakeQuic } from "./fake_quic.ts";
import { scriptedRandom } from "./fake_random.ts";
import { fakeDeadlines } from "./fake_time.ts";
import { question, response, wire } from "./messages.ts";
import { exchangeOver } from "./promised_query.ts";
import type { PairedQuic, PairedStream } from "./quic_pair.ts";
import { requestFor, UPSTREAM } from "./upstream_rig.ts";

/** How long a connection is kept that nobody needs. */
export const KEEP_MS = 60_000;

/** An upstream over QUIC without a network, and the way to ask it; the test plays the server. */
export function quicUpstreamRig() {
  const { time, deadlines } = fakeDeadlines();
  const counters = new Counters();
  const quic = new FakeQuic();
  const client = quic.client(null);
  const keepTime = new KeepTime(time, KEEP_MS);
  const services = { clock: time, deadlines, counters };
  const options = { ...services, name: "quic://dns.example:853", keepTime, tombstoneMs: 4000 };
  const stream = new StreamTransport({
    ...services,
    runtime: { clock: time },
    traits: TRAITS.quic,
    name: options.name,
    connect: async (signal) => {
      const dial = { serverName: "dns.example", ca: null, alpn: ["doq"], idleMs: 30_000 };
      const socket = await client.connect(UPSTREAM, dial, signal);
      return {
        open: (owner) =>
          new QuicConnection({ ...options, random: scriptedRandom(), taps: new UpstreamTaps(), socket, owner }),
        discard: () => socket.close(0),
      };
    },
  });
  const ask = (text = "example.org") => {
    const request = requestFor(text, time.nowMs());
    return exchangeOver(stream, wire({ id: 7, questions: [question(text)] }), request.questionOctets, request);
  };
  return { time, deadlines, counters, quic, client, stream, ask };
}

/** What a server is asked on the next stream of a connection, and that stream. */
export async function takeQuery(server: PairedQuic): Promise<{ stream: PairedStream; query: Message }> {
  const stream = await server.acceptStream() as PairedStream;
  const frame = await stream.readAll();
  return { stream, query: decode(frame.subarray(2)) };
}

/** A server's answer, with the end of the stream behind it. */
export function answer(stream: PairedStream, { questions }: Pick<Message, "questions">): Promise<void> {
  return stream.finish(toFrame(response({ id: 0, questions })));
}

/** Answers everything that comes on a connection. */
export async function answerAll(server: PairedQuic): Promise<void> {
  try {
    for (;;) {
      const { stream, query } = await takeQuery(server);
      await answer(stream, query);
    }
  } catch {
    // It is over.
  }
}
