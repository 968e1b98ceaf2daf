import type { Cidr } from "../../lib/base/net/cidr.ts";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { QuicSocket } from "../../lib/base/sockets/quic.ts";
import { Client } from "../../lib/resolver/client.ts";
import { listenName, parseListen } from "../../lib/server/listen/listen.ts";
import { QuicListener } from "../../lib/server/listen/quic/quic_listener.ts";
import { QuicSession } from "../../lib/server/listen/quic/quic_session.ts";
import { StreamAccount, StreamTotals } from "../../lib/server/listen/stream/stream_account.ts";
import { StreamLimit } from "../../lib/server/listen/stream/stream_limit.ts";
import { Access } from "../../lib/server/admission/access.ts";
import { QUERIES_PER_CONNECTION_MAX } from "../../lib/server/limits.ts";
import { Log } from "../../lib/observe/log.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import { FakeQuicListener } from "./fake_quic.ts";
import { udp } from "./fake_socket.ts";
import { type PairedQuic, type PairedStream, quicPair } from "./quic_pair.ts";
import { EVERYBODY } from "./serving.ts";
import { CONNECTIONS_MAX, queryFor, sessionParts } from "./stream_rig.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Where the client is. */
const CLIENT: SocketAddress = udp("198.51.100.7", 40_000);
const SERVER: SocketAddress = udp("192.0.2.53", 853);

/** A session that runs on a fake connection, and the client's end of that. */
export function quicSessionRig({ client = new StreamTotals(), all = new StreamTotals() } = {}) {
  const { options, ...rest } = sessionParts();
  const pair = quicPair({ client: CLIENT, server: SERVER, streamsMax: QUERIES_PER_CONNECTION_MAX });
  const asker = new Client(CLIENT.hostname, "quic");
  const account = new StreamAccount(client, all);
  const session = new QuicSession({ ...options, connection: pair.server, client: asker, account });
  const state = { hasEnded: false };
  const ended = session.run().then(() => void (state.hasEnded = true));
  return { ...rest, connection: pair.client, served: pair.server, asker, session, ended, state, client, all };
}

/** A listener that runs. */
export function quicListenerRig({ allowed = EVERYBODY }: { allowed?: readonly Cidr[] } = {}) {
  const { options, ...rest } = sessionParts();
  const lines: string[] = [];
  const log = new Log({ level: "debug", writeLine: (line) => void lines.push(line) });
  const limit = new StreamLimit({
    access: new Access(allowed),
    connectionsMax: CONNECTIONS_MAX,
    clock: rest.time,
    counters: rest.counters,
    log,
  });
  const identity = { certificate: "certificate", key: "key" };
  const socket = new FakeQuicListener(SERVER, { alpn: ["doq"], idleMs: 10_000, streamsMax: 64, identity });
  const listen = parseListen("quic://192.0.2.53:853", 53);
  const clientOf = ({ peer }: QuicSocket) => new Client(peer.hostname, "quic", true, listenName(listen));
  const listener = new QuicListener({
    ...options,
    socket,
    limit,
    timers: rest.time,
    log,
    listen,
    clientOf,
  });
  const ended = listener.run();
  return { ...rest, socket, listener, lines, ended, limit };
}

/** A client asks on a stream of its own. */
export async function askOverQuic(connection: PairedQuic, message: Octets = queryFor(0)): Promise<PairedStream> {
  const stream = await connection.openStream(false) as PairedStream;
  await stream.finish(toFrame(message));
  return stream;
}

/** The one message that comes on a stream. */
export async function replyOverQuic(stream: PairedStream): Promise<Message> {
  const frame = await stream.readAll();
  return decode(frame.subarray(2));
}
