// What real sockets do to clients that ask for much and read nothing: the kernel takes megabytes, then no more.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { WAITING_OCTETS_MAX } from "../../lib/server/limits.ts";
import { decode } from "../../lib/wire/message.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { question, record, wire } from "../support/messages.ts";
import { type Program, startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";

type Octets = Uint8Array<ArrayBuffer>;

const CONNECTION_COUNT = 4;
/** With replies of 53 KB more than a kernel keeps for a connection: 4 MiB where it sends, and 6 where it receives. */
const QUERY_COUNT = 600;
const FRAME_OCTETS_MAX = 0xffff + 2;
const LARGE = Array.from({ length: 3300 }, (_, i) => record(`large.example.org 300 IN A 10.0.${i >> 8}.${i & 255}`));

Deno.test("[9210_02] clients that read nothing make the program hold little, and one that reads in the end gets everything", async () => {
  using upstream = new LargeUpstream();
  await using program = startProgram("--resolver", `tcp://${formatSocketAddress(upstream.address)}`);
  const queries = concat(Array.from({ length: QUERY_COUNT }, (_, id) => toFrame(queryFor("large.example.org", id))));
  const connections: Deno.TcpConn[] = [];
  for (let i = 0; i < CONNECTION_COUNT; i++) {
    const { hostname, port } = program.address;
    const connection = await Deno.connect({ hostname, port });
    connections.push(connection);
    for (let sent = 0; sent < queries.length;) sent += await connection.write(queries.subarray(sent));
  }
  const most = await mostHeld(program);
  assert(most > 0, "the kernel has taken everything");
  assertLessOrEqual(most, CONNECTION_COUNT * (WAITING_OCTETS_MAX.connection + FRAME_OCTETS_MAX));
  using client = new UdpClient(program.address);
  assertEquals(decode(await client.ask(queryFor("small.example.org", 1))).answers.length, 1);
  const ids = await readIds(connections[0]!);
  assertEquals(ids.size, QUERY_COUNT);
  for (const connection of connections) connection.close();
  await until(() => program.app.held.connections === 0);
  assertEquals(program.app.held.connectionOctets, 0);
});

/** Lets the program work until it can do no more for clients that do not read; returns what it held at most. */
async function mostHeld({ app }: Program): Promise<number> {
  let most = 0;
  let replied = -1;
  for (let quiet = 0; quiet < 20;) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    most = Math.max(most, app.held.connectionOctets);
    quiet = app.counters.replied === replied && replied > 0 ? quiet + 1 : 0;
    replied = app.counters.replied;
  }
  return most;
}

async function readIds(connection: Deno.TcpConn): Promise<Set<number>> {
  const frames = new StreamFrames();
  const ids = new Set<number>();
  while (ids.size < QUERY_COUNT) {
    const count = await connection.read(frames.space());
    assert(count !== null, `closed after ${ids.size} replies`);
    frames.filled(count);
    for (let message = frames.take(); message !== null; message = frames.take()) {
      ids.add((message[0]! << 8) | message[1]!);
    }
  }
  return ids;
}

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone(); tries++) {
    assert(tries < 500, "never done");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function queryFor(name: string, id: number): Octets {
  return wire({ id, recursionDesired: true, questions: [question(name)] });
}

/** Has a large answer for names with an "l" in front, and a small one for others; over TCP alone. */
class LargeUpstream implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.TcpConn[] = [];

  constructor() {
    this.#serve();
  }

  get address(): SocketAddress {
    return this.#listener.addr as SocketAddress;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  async #serve(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        this.#connections.push(connection);
        void this.#answer(connection);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #answer(connection: Deno.TcpConn): Promise<void> {
    const frames = new StreamFrames();
    try {
      for (let count = 0; count !== -1; count = await connection.read(frames.space()) ?? -1) {
        frames.filled(count);
        for (let query = frames.take(); query !== null; query = frames.take()) {
          const frame = toFrame(replyTo(query));
          for (let sent = 0; sent < frame.length;) sent += await connection.write(frame.subarray(sent));
        }
      }
    } catch (error) {
      // Closed by this side or the other.
      const { BadResource, BrokenPipe, ConnectionReset, Interrupted } = Deno.errors;
      if (![BadResource, BrokenPipe, ConnectionReset, Interrupted].some((kind) => error instanceof kind)) throw error;
    }
  }
}

function replyTo(query: Octets): Octets {
  const message = decode(query);
  const { name, type, class: qclass } = message.questions[0]!;
  const isLarge = (name[1]! | 0x20) === "l".charCodeAt(0);
  const answers = (isLarge ? LARGE : LARGE.slice(0, 1)).map((one) => ({ ...one, name, type, class: qclass }));
  return wire({ ...message, isResponse: true, recursionAvailable: true, answers, additionals: [] });
}
