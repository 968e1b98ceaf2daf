import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { Runtime } from "../../lib/base/runtime.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { UpstreamTaps } from "../../lib/observe/upstream_tap.ts";
import { DatagramTransport } from "../../lib/upstream/udp/datagram_transport.ts";
import { type Request, SENDS_MAX } from "../../lib/upstream/request.ts";
import { SocketPool } from "../../lib/upstream/udp/socket_pool.ts";
import { tcpTransport } from "../../lib/upstream/stream/tcp_transport.ts";
import { UpstreamRegistry, type UpstreamRegistryOptions } from "../../lib/upstream/registry.ts";
import { Upstream } from "../../lib/upstream/upstream.ts";
import { UpstreamGroup } from "../../lib/upstream/group/upstream_group.ts";
import { FLAG, HEADER_OCTETS } from "../../lib/wire/header.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { CheckedTurns } from "./checked_turns.ts";
import { FakeNetwork } from "./fake_network.ts";
import { scriptedRandom, scriptedSource } from "./fake_random.ts";
import { type FakeSocket, udp } from "./fake_socket.ts";
import type { FakeStream } from "./fake_stream.ts";
import { fakeDeadlines, type FakeTime } from "./fake_time.ts";
import { question, response, wire } from "./messages.ts";
import { FakeFiles } from "./fake_files.ts";

/** Where the rig's upstream is. */
export const UPSTREAM = udp("192.0.2.53", 53);

/** How long a request of the rig waits for its reply. */
export const DEADLINE_MS = 2000;

/** A world in fake time on a fake network; what is logged goes to `lines`. */
export function fakeRuntime():
  & { runtime: Runtime; time: FakeTime; network: FakeNetwork; lines: string[] }
  & ReturnType<
    typeof fakeDeadlines
  > {
  const { time, deadlines } = fakeDeadlines();
  const network = new FakeNetwork();
  const lines: string[] = [];
  const runtime: Runtime = {
    clock: time,
    turns: new CheckedTurns(),
    uptimeSeconds: () => null,
    usage: () => ({ cpuMs: 0, residentOctets: 0 }),
    wallClock: { epochSeconds: () => Math.floor(time.nowMs() / 1000) },
    timers: time,
    random: scriptedSource(),
    network,
    files: new FakeFiles(),
    lostLineCount: () => 0,
    writeLine: (line) => void lines.push(line),
  };
  return { runtime, time, deadlines, network, lines };
}

/** What is asked for `text` (see `question`) within `DEADLINE_MS` from `nowMs`, with RD. */
export function requestFor(text: string, nowMs = 0, fields: Partial<Request> = {}): Request {
  const questionOctets = wire({ questions: [question(text)] }).slice(HEADER_OCTETS);
  return {
    questionOctets,
    flags: FLAG.RD,
    wantsDnssec: false,
    deadlineMs: nowMs + DEADLINE_MS,
    usefulOctetsMax: 65_535,
    upstreamCount: 1,
    acceptsTruncated: true,
    sendCount: 0,
    sendsMax: SENDS_MAX,
    ednsRejectedBy: null,
    lastSocket: null,
    wantsFreshSocket: false,
    hasPart: false,
    wholeFrom: null,
    isAnswered: false,
    isClosed: false,
    hasMetSilence: false,
    owner: null,
    ...fields,
  };
}

/** One upstream with its transports on a fake network, in fake time, and a group with nobody else in it. */
export function upstreamRig({ size = 2, tombstoneMs = 1000, script = [] as readonly number[] } = {}) {
  const { runtime, time, deadlines, network, lines } = fakeRuntime();
  const counters = new Counters();
  const log = new Log({ level: "debug", writeLine: runtime.writeLine });
  const random = scriptedRandom(...script);
  const pool = new SocketPool({
    runtime,
    random,
    deadlines,
    counters,
    log,
    localHostname: "0.0.0.0",
    size,
    tombstoneMs,
  });
  const address = UPSTREAM;
  const taps = new UpstreamTaps();
  const datagram = new DatagramTransport({
    sockets: pool,
    address,
    name: formatSocketAddress(address),
    counters,
    taps,
  });
  const stream = tcpTransport({ runtime, random: scriptedRandom(), deadlines, counters, taps, address, tombstoneMs });
  const upstream = new Upstream({
    name: formatSocketAddress(address),
    key: formatSocketAddress(address),
    endpoint: endpointAt(address),
    transport: datagram,
    fallback: stream,
    deadlines,
    clock: time,
    random: scriptedRandom(),
    log: new Log({ level: "info", writeLine: runtime.writeLine }),
  });
  const upstreams = new UpstreamGroup({
    members: [upstream],
    strategy: "sequential",
    random: scriptedRandom(),
    clock: time,
    deadlines,
    counters,
    restarts: { count: 0 },
    onClosed: () => {
      pool.close();
      stream.close();
    },
  });
  return { time, deadlines, network, counters, lines, taps, pool, datagram, stream, upstream, upstreams };
}

/** A registry as the program makes it, but for `options`, on a fake network in fake time. */
export function registryRig(options: Partial<UpstreamRegistryOptions> = {}) {
  const world = fakeRuntime();
  const { runtime, deadlines } = world;
  const counters = new Counters();
  const log = new Log({ level: "info", writeLine: runtime.writeLine });
  const registry = new UpstreamRegistry({
    taps: new UpstreamTaps(),
    tombstoneMs: 1000,
    runtime,
    deadlines,
    counters,
    log,
    ...options,
  });
  return { ...world, counters, registry };
}

/** The response to what `socket` sent last, with its ID and question; `fields` says the rest. */
export function responseTo(socket: FakeSocket, fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  const { id, questions } = decode(socket.sent.at(-1)!.octets);
  return response({ id, questions, ...fields });
}

/** The response to the last message on `stream`, see `responseTo`. */
export function streamResponseTo(stream: FakeStream, fields: Partial<Message> = {}): Uint8Array<ArrayBuffer> {
  const { id, questions } = decode(stream.messages.at(-1)!);
  return response({ id, questions, ...fields });
}

/** What `socket` sent last, turned into a response to it: QR set, everything else the same. */
export function echo(socket: FakeSocket): Uint8Array<ArrayBuffer> {
  const reply = socket.sent.at(-1)!.octets.slice();
  reply[2]! |= 0x80;
  return reply;
}
