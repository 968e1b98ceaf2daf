import { FairShare } from "../../lib/base/time/fair_share.ts";
import type { Cidr } from "../../lib/base/net/cidr.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { Client } from "../../lib/resolver/client.ts";
import { connectionsOfClientMax } from "../../lib/server/limits.ts";
import { Access } from "../../lib/server/admission/access.ts";
import { StreamAccount, StreamTotals } from "../../lib/server/listen/stream/stream_account.ts";
import { StreamLimit } from "../../lib/server/listen/stream/stream_limit.ts";
import { ReplySlot } from "../../lib/resolver/reply_slot.ts";
import { Reply, SOURCE } from "../../lib/resolver/reply.ts";
import type { Server } from "../../lib/server/server.ts";
import { StreamListener } from "../../lib/server/listen/stream/stream_listener.ts";
import { StreamSession } from "../../lib/server/listen/stream/stream_session.ts";
import type { StreamSocket } from "../../lib/base/sockets/stream_socket.ts";
import type { Accepted } from "../../lib/server/listen/stream/session.ts";
import { listenName, plainListen } from "../../lib/server/listen/listen.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { decode, type ResourceRecord } from "../../lib/wire/message.ts";
import { CheckedTurns } from "./checked_turns.ts";
import { FakePushedStream } from "./fake_pushed_stream.ts";
import { FakeStream, FakeStreamListener } from "./fake_stream.ts";
import { fakeDeadlines, settled } from "./fake_time.ts";
import { question, questionLines, record, response, wire } from "./messages.ts";
import { EVERYBODY } from "./serving.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Connections at the same time, in all and of one client. */
export const CONNECTIONS_MAX = DEFAULTS.maxConnections;
export const CONNECTIONS_PER_CLIENT_MAX = connectionsOfClientMax(CONNECTIONS_MAX);

/** A server that answers as the test says. */
class FakeServer {
  /** What it was asked: the ID and the first question. */
  readonly asked: string[] = [];
  readonly clients: Client[] = [];
  /** How it answers: at once, never (to a response), or when `answer` is called. */
  isWaiting = false;
  /** Records of an answer, of sixteen octets each. */
  recordCount = 1;
  rcode: number = RCODE.NOERROR;
  readonly #pending: { readonly reply: Reply; readonly settle: (reply: Reply) => void }[] = [];

  /** See `Server.handle`. */
  handle(octets: Octets, client: Client): Reply | null | Promise<Reply> {
    if (octets.length < HEADER_OCTETS) return null;
    const { id, questions, isResponse } = decode(octets);
    this.asked.push(`${id} ${questionLines(questions)[0]}`);
    this.clients.push(client);
    if (isResponse) return null;
    const answers = new Array<ResourceRecord>(this.recordCount).fill(record("a.example 9 IN A 192.0.2.1"));
    const reply = new Reply().give(response({ id, questions, answers, rcode: this.rcode }), SOURCE.upstream);
    if (!this.isWaiting) return reply;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#pending.push({ reply, settle: resolve });
    return promise;
  }

  /** See `Server.reuse`. */
  reuse(): void {}

  /** Answers the waiting query `i`, counted from the first one that ever waited. */
  async answer(i: number): Promise<void> {
    const { reply, settle } = this.#pending[i]!;
    settle(reply);
    await settled();
  }
}

/** What sessions are made from, in fake time. */
export function sessionParts() {
  const { time, deadlines } = fakeDeadlines();
  const server = new FakeServer();
  // A session calls nothing of a server but `handle` and `reuse`.
  const options = {
    server: server as unknown as Server,
    share: new FairShare(time),
    slot: new ReplySlot(),
    clock: time,
    turns: new CheckedTurns(),
    deadlines,
    counters: new Counters(),
  };
  return { time, deadlines, server, counters: options.counters, options };
}

/** Whether connections of `sessionRig` tell what comes. */
let isTelling = false;

/** Registers a test for sessions on connections that are read and written to, and for those on connections that tell. */
export function eachWay(name: string, test: () => Promise<void>): void {
  for (const way of [false, true]) {
    Deno.test(way ? `${name} (told)` : name, async () => {
      isTelling = way;
      await test();
    });
  }
}

/** A session that runs on a fake connection. Others may have something waiting, too. */
export function sessionRig({ client = new StreamTotals(), all = new StreamTotals() } = {}) {
  const { options, ...rest } = sessionParts();
  const socket = isTelling ? new FakePushedStream() : new FakeStream();
  const asker = new Client(socket.peer.hostname, "tcp");
  const session = new StreamSession({ ...options, socket, client: asker, account: new StreamAccount(client, all) });
  const state = { hasEnded: false };
  const ended = session.run().then(() => void (state.hasEnded = true));
  return { ...rest, socket, asker, session, ended, state, client, all };
}

/** A listener that runs, or several that share a limit. */
export function listenersRig({ count = 1, allowed = EVERYBODY }: { count?: number; allowed?: readonly Cidr[] } = {}) {
  const { options, ...rest } = sessionParts();
  const lines: string[] = [];
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const limiting = { access: new Access(allowed), connectionsMax: CONNECTIONS_MAX };
  const limit = new StreamLimit({ ...limiting, clock: rest.time, counters: rest.counters, log });
  const sockets = Array.from({ length: count }, () => new FakeStreamListener());
  const listeners = sockets.map((socket) => {
    const listen = plainListen(socket.address);
    const clientOf = ({ peer }: StreamSocket) => new Client(peer.hostname, "tcp", true, listenName(listen));
    const sessionOf = (accepted: Accepted) => new StreamSession({ ...options, ...accepted });
    const { time: timers, clock } = { ...rest, ...options };
    return new StreamListener({ listen, socket, limit, clientOf, sessionOf, clock, timers, log });
  });
  const ended = Promise.all(listeners.map((listener) => listener.run()));
  const close = async () => {
    for (const listener of listeners) listener.close();
    await ended;
  };
  return { ...rest, sockets, listeners, lines, ended, close };
}

/** A listener that runs. */
export function listenerRig() {
  const { sockets, listeners, ...rest } = listenersRig();
  return { ...rest, socket: sockets[0]!, listener: listeners[0]! };
}

/** A client's query in wire format. */
export function queryFor(id: number, text = "a.example"): Octets {
  return wire({ id, recursionDesired: true, questions: [question(text)] });
}

/** The IDs of the replies that a connection got, first to last. */
export function repliedIds(socket: Pick<FakeStream, "messages">): number[] {
  return socket.messages.map((message) => decode(message).id);
}
