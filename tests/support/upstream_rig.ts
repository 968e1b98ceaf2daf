import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { SocketPool } from "../../lib/upstream/socket_pool.ts";
import { Upstream } from "../../lib/upstream/upstream.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { scriptedRandom, scriptedSource } from "./fake_random.ts";
import { FakeNetwork, type FakeSocket, udp } from "./fake_socket.ts";
import { fakeDeadlines } from "./fake_time.ts";
import { response } from "./messages.ts";

/** Where the rig's upstream is. */
export const UPSTREAM = udp("192.0.2.53", 53);

/** An upstream and its sockets on a fake network, in fake time. */
export function upstreamRig({ size = 2, ghostMs = 1000, script = [] as readonly number[] } = {}) {
  const { time, deadlines } = fakeDeadlines();
  const network = new FakeNetwork();
  const counters = new Counters();
  const log: string[] = [];
  const runtime = {
    clock: time,
    timers: time,
    random: scriptedSource(),
    network,
    writeLine: (line: string) => void log.push(line),
  };
  const pool = new SocketPool({
    runtime,
    random: scriptedRandom(...script),
    deadlines,
    counters,
    log: new Log({ level: "debug", writeLine: runtime.writeLine }),
    localHostname: "0.0.0.0",
    size,
    ghostMs,
  });
  const upstream = new Upstream({ address: UPSTREAM, sockets: pool, deadlines, clock: time, counters });
  return { time, deadlines, network, counters, log, pool, upstream };
}

/** The response to what `socket` sent last, with its ID and question; `fields` says the rest. */
export function responseTo(socket: FakeSocket, fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  const { id, questions } = decode(socket.sent.at(-1)!.octets);
  return response({ id, questions, ...fields });
}

/** What `socket` sent last, turned into a response to it: QR set, everything else the same. */
export function echo(socket: FakeSocket): Uint8Array<ArrayBuffer> {
  const reply = socket.sent.at(-1)!.octets.slice();
  reply[2]! |= 0x80;
  return reply;
}
