import { concat } from "@std/bytes/concat";
import { FLAG, FRAME, PREFACE } from "../../lib/http/frames/frame.ts";
import { frame, rawRequest } from "../support/h2_frames.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { hostileMessage } from "./hostile_messages.ts";
import { listen, sleep, unlessFarewell, writeAll } from "./stream_attacks.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Octets that somebody sends, cut into what is written at once; then he listens for a while, or goes at once. */
export interface OctetsAttack {
  readonly writes: readonly Octets[];
  /** Whether he listens. Who goes while there is something to read resets the connection. */
  readonly listens: boolean;
}

/** Runs it. Rejects never: what the server does is its right. */
export function runOctets(open: () => Promise<Deno.Conn>, { writes, listens }: OctetsAttack): Promise<void> {
  return unlessFarewell(open, async (connection) => {
    for (const octets of writes) {
      await writeAll(connection, octets);
      if (writes.length > 1) await sleep(0);
    }
    if (listens) await listen(connection);
  });
}

/**
 * What comes in place of a handshake: garbage, a greeting that is cut, changed, sent twice, or that is written slowly and
 * never ends.
 */
export function handshakeAttack(random: SeededRandom, clientHello: Octets): OctetsAttack {
  const kind = random.pickWeighted({ noise: 2, cut: 3, changed: 3, again: 2, slow: 2, alerts: 1, plain: 1, silent: 1 });
  const changed = clientHello.slice();
  for (let i = random.between(1, 5); i > 0; i--) changed[random.below(changed.length)] = random.below(256);
  const octets = {
    noise: () => random.octets(random.between(1, 3000)),
    cut: () => clientHello.slice(0, random.below(clientHello.length)),
    changed: () => changed,
    // Whoever wants to negotiate anew says so in the clear, for want of a key.
    again: () => concat([clientHello, clientHello, Uint8Array.of(22, 3, 3, 0, 4, 0, 0, 0, 0)]),
    slow: () => clientHello.slice(0, 40),
    alerts: () => concat(Array.from({ length: 200 }, () => Uint8Array.of(21, 3, 3, 0, 2, 1, 0))),
    plain: () => new TextEncoder().encode("GET /dns-query HTTP/1.1\r\nhost: a\r\n\r\n"),
    silent: () => new Uint8Array(),
  }[kind]();
  return { writes: kind === "slow" ? oneByOne(octets) : [octets], listens: random.chance(0.7) };
}

/** What comes in place of HTTP/2. */
export function h2Attack(random: SeededRandom): OctetsAttack {
  const kind = random.pickWeighted(H2_WEIGHTS);
  const preface = concat([new TextEncoder().encode(PREFACE), frame(FRAME.SETTINGS, 0, 0, [])]);
  let octets = concat([preface, ...H2_FRAMES[kind](random)]);
  // Reset in every phase.
  if (random.chance(0.3)) octets = octets.slice(0, random.below(octets.length + 1));
  const isSlow = octets.length < 400 && random.chance(0.2);
  return { writes: isSlow ? oneByOne(octets) : [octets], listens: random.chance(0.6) };
}

const H2_WEIGHTS = {
  posts: 6,
  frames: 6,
  resets: 2,
  hugeHeader: 2,
  continuations: 2,
  settings: 1,
  pings: 1,
  emptyData: 1,
  windows: 1,
  neverEnds: 2,
  noise: 2,
} as const;
const STREAMS_MAX = 40;

const H2_FRAMES: Readonly<Record<keyof typeof H2_WEIGHTS, (random: SeededRandom) => Octets[]>> = {
  posts: (random) =>
    streams(random).flatMap((id) => [
      post(id),
      frame(FRAME.DATA, FLAG.END_STREAM, id, [...hostileMessage(random)].slice(0, 4000)),
    ]),
  frames: (random) =>
    Array.from({ length: random.between(1, 60) }, () => {
      const payload = [...random.octets(random.below(100))];
      return frame(random.below(12), random.below(256), random.below(random.chance(0.5) ? 3 : 2 ** 31), payload);
    }),
  resets: (random) => streams(random, 1000).flatMap((id) => [post(id), frame(FRAME.RST_STREAM, 0, id, [0, 0, 0, 8])]),
  hugeHeader: (random) => {
    const value = "x".repeat(random.between(4000, 15_000));
    return [rawRequest(1, "GET", `/dns-query?dns=${value}`), rawRequest(3, "GET", `/dns-query?dns=${value}`)];
  },
  continuations: (random) => [
    frame(FRAME.HEADERS, 0, 1, []),
    ...Array.from({ length: random.between(100, 2000) }, () => frame(FRAME.CONTINUATION, 0, 1, [0, 1, 65, 1, 66])),
  ],
  settings: (random) => Array.from({ length: random.between(1, 2000) }, () => frame(FRAME.SETTINGS, 0, 0, [])),
  pings: (random) =>
    Array.from({ length: random.between(1, 2000) }, () => frame(FRAME.PING, 0, 0, [0, 1, 2, 3, 4, 5, 6, 7])),
  emptyData: (random) => [
    post(1),
    ...Array.from({ length: random.between(1, 3000) }, () => frame(FRAME.DATA, 0, 1, [])),
  ],
  windows: (random) => [
    post(1),
    frame(FRAME.WINDOW_UPDATE, 0, random.below(2), random.chance(0.5) ? [0, 0, 0, 0] : [127, 255, 255, 255]),
    frame(FRAME.SETTINGS, 0, 0, [0, 4, 255, 255, 255, 255]),
  ],
  neverEnds: (random) => streams(random, 150).map(post),
  noise: (random) => [random.octets(random.between(1, 20_000))],
};

function streams(random: SeededRandom, max = STREAMS_MAX): number[] {
  return Array.from({ length: random.between(1, max) }, (_, i) => 2 * i + 1);
}

function post(id: number): Octets {
  const fields = [":method", "POST", ":scheme", "https", ":authority", "a", ":path", "/dns-query"];
  return rawRequest(id, "POST", "/dns-query", false, [...fields, "content-type", "application/dns-message"]);
}

/** What comes in place of HTTP/1.1. */
export function h1Attack(random: SeededRandom): OctetsAttack {
  const start = "POST /dns-query HTTP/1.1\r\nhost: a\r\ncontent-type: application/dns-message\r\n";
  const text = random.pick([
    `${start}content-length: 5\r\ncontent-length: 50\r\n\r\nhello`,
    `${start}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nffffffff\r\nx`,
    `${start}transfer-encoding: chunked\r\n\r\n${"1\r\nx\r\n".repeat(random.between(1, 3000))}`,
    `${start}content-length: 99999999999999999999\r\n\r\n`,
    `${start}content-length: 60000\r\n\r\n${"x".repeat(random.below(60_000))}`,
    `${start}x: ${"y".repeat(random.between(1, 40_000))}\r\n\r\n`,
    `${start}${"a: b\r\n".repeat(random.between(1, 5000))}\r\n`,
    `GET /dns-query?dns=${"A".repeat(random.between(1, 30_000))} HTTP/1.1\r\nhost: a\r\n\r\n`,
    "GET /dns-query?dns=AAAA HTTP/1.1\r\nhost: a\r\n\r\n".repeat(random.between(1, 500)),
    `GET /dns-query HTTP/1.1\n\n\r\r\n${"\0".repeat(random.below(500))}`,
    `${"X".repeat(random.between(1, 30_000))}`,
  ]);
  const octets = new TextEncoder().encode(text);
  const cut = random.chance(0.2) ? octets.slice(0, random.below(octets.length + 1)) : octets;
  return { writes: cut.length < 300 && random.chance(0.3) ? oneByOne(cut) : [cut], listens: random.chance(0.6) };
}

function oneByOne(octets: Octets): Octets[] {
  return Array.from(octets, (octet) => Uint8Array.of(octet));
}
