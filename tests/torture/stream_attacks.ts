import { concat } from "@std/bytes/concat";
import { toFrame } from "../../lib/wire/stream_frames.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import { hostileMessage } from "./hostile_messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** How often each kind of connection is drawn. */
const WEIGHTS = {
  pipeline: 10,
  cut: 5,
  zeroLength: 2,
  drip: 2,
  halfClosed: 5,
  deaf: 3,
  sip: 2,
  stop: 2,
  idle: 1,
  noise: 2,
} as const;
/** Messages of one connection. */
const MESSAGES_MAX = 20;
/** Between the octets of one who sends them one by one. */
const DRIP_MS = 2;
const DRIP_OCTETS_MAX = 40;
/** How long replies are waited for by those who wait. */
const LISTEN_MS = 100;

/** One connection of somebody unfriendly. Ready to be opened; the draws are made when it is planned. */
export interface StreamAttack {
  /** Messages that it sends, or pretends to. */
  readonly messageCount: number;
  /** Runs to its end, and closes the connection. Rejects never: what the server does to it is the server's right. */
  run(open: () => Promise<Deno.Conn>): Promise<void>;
}

/** Plans a connection. */
export function streamAttack(random: SeededRandom): StreamAttack {
  const kind = random.pickWeighted(WEIGHTS);
  const messageCount = kind === "idle" || kind === "zeroLength" ? 1 : random.between(1, MESSAGES_MAX);
  const octets = octetsOf(kind, messageCount, random);
  return {
    messageCount,
    run: (open) => unlessFarewell(open, (connection) => ACTS[kind](connection, octets)),
  };
}

/** Does something with a connection, and closes it; the server may end it at any time. */
export async function unlessFarewell<C extends Deno.Conn>(
  open: () => Promise<C>,
  act: (connection: C) => Promise<void>,
): Promise<void> {
  let connection: C | undefined;
  try {
    connection = await open();
    await act(connection);
  } catch (error) {
    if (!isFarewell(error)) throw error;
  } finally {
    close(connection);
  }
}

function close(connection: Deno.Conn | undefined): void {
  try {
    connection?.close();
  } catch (error) {
    // Our own impatience was quicker.
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

function octetsOf(kind: keyof typeof WEIGHTS, messageCount: number, random: SeededRandom): Octets {
  if (kind === "noise") return random.octets(random.between(1, 2000));
  if (kind === "zeroLength") return concat([toFrame(hostileMessage(random)), new Uint8Array(2)]);
  const frames = Array.from({ length: messageCount }, () => toFrame(hostileMessage(random)));
  const octets = concat(frames.filter((frame) => frame.length > 2));
  return kind === "cut" ? octets.slice(0, random.below(octets.length + 1)) : octets;
}

const ACTS: Readonly<Record<keyof typeof WEIGHTS, (connection: Deno.Conn, octets: Octets) => Promise<void>>> = {
  pipeline: async (connection, octets) => {
    await writeAll(connection, octets);
    await listen(connection);
  },
  cut: writeAll,
  zeroLength: async (connection, octets) => {
    await writeAll(connection, octets);
    await listen(connection);
  },
  drip: async (connection, octets) => {
    for (const octet of octets.subarray(0, DRIP_OCTETS_MAX)) {
      await connection.write(Uint8Array.of(octet));
      await sleep(DRIP_MS);
    }
  },
  halfClosed: async (connection, octets) => {
    await writeAll(connection, octets);
    await connection.closeWrite();
    await listen(connection);
  },
  // Never reads what it asked for: the replies fill the buffers, and go down with the connection.
  deaf: async (connection, octets) => {
    for (let i = 0; i < 5; i++) await writeAll(connection, octets);
    await sleep(DRIP_MS);
  },
  // Reads an octet now and then of what it asked for.
  sip: async (connection, octets) => {
    for (let i = 0; i < 5; i++) await writeAll(connection, octets);
    const one = new Uint8Array(1);
    for (let i = 0; i < DRIP_OCTETS_MAX; i++) {
      if (await Promise.race([connection.read(one), sleep(LISTEN_MS)]) === null) break;
      await sleep(DRIP_MS);
    }
  },
  // Stops in the middle of a query, and of a reply.
  stop: async (connection, octets) => {
    await writeAll(connection, concat([octets, Uint8Array.of(0xff, 0xff, 0)]));
    await sleep(DRIP_MS);
  },
  idle: () => sleep(LISTEN_MS),
  noise: writeAll,
};

/** Writes all of it. */
export async function writeAll(connection: Deno.Conn, octets: Octets): Promise<void> {
  for (let written = 0; written < octets.length;) written += await connection.write(octets.subarray(written));
}

/** Reads whatever comes, for a while. */
export async function listen(connection: Deno.Conn): Promise<void> {
  const timer = setTimeout(() => close(connection), LISTEN_MS);
  const buffer = new Uint8Array(4096);
  try {
    while (await connection.read(buffer) !== null);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What an operation says on a connection that the other side, or our own impatience, has closed. */
function isFarewell(error: unknown): boolean {
  const { BadResource, BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, NotConnected } = Deno.errors;
  const { InvalidData, UnexpectedEof } = Deno.errors;
  return [
    BadResource,
    BrokenPipe,
    ConnectionAborted,
    ConnectionReset,
    Interrupted,
    NotConnected,
    InvalidData,
    UnexpectedEof,
  ]
    .some((kind) => error instanceof kind);
}
