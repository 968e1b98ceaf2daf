import { assert, assertEquals } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramIo } from "../../lib/config/config.ts";
import { UDP_PAYLOAD_OCTETS } from "../../lib/wire/edns/edns.ts";
import { decode } from "../../lib/wire/message.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { type Program, startProgram } from "../end_to_end/program.ts";
import { TcpClient } from "../end_to_end/tcp_client.ts";
import { UdpClient } from "../end_to_end/udp_client.ts";
import { lines } from "../support/messages.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { hostileMessage } from "./hostile_messages.ts";
import { LyingUpstream, SENSIBLE_ANSWER, SENSIBLE_QUERY } from "./lying_upstream.ts";
import { streamAttack } from "./stream_attacks.ts";

/** After so many packets the program has to answer a valid query, over UDP and over TCP. */
const BATCH_PACKETS = 500;
/** Datagrams sent without giving the program its turn; fewer than a kernel queue holds. */
const BURST = 20;
/** One packet in so many begins a connection. */
const STREAM_CHANCE = 0.02;
/** Of a reply that is wrong. */
const MESSAGE_SHOWN_OCTETS_MAX = 2000;
/** What a name costs when its upstream says nothing; short, so that silence does not pile up. */
const TIMEOUT_MS = 300;

/** What is thrown, and at what. */
export interface TortureOptions {
  readonly seed: number;
  readonly packets: number;
  /** How the program speaks UDP. The native way takes `--allow-ffi`. */
  readonly io: Exclude<DatagramIo, "auto">;
  /** Whether questions may go the usual way upstream; they do unless said otherwise. */
  readonly hasFastPath?: boolean;
}

/** What memory looked like, in octets. */
export interface ResponseCache {
  readonly rss: number;
  readonly heapUsed: number;
}

/** What came of it. */
export interface TortureReport {
  readonly packets: number;
  readonly replies: number;
  readonly connections: number;
  /** After the first fifth of the packets, and at the end. */
  readonly memory: readonly [early: ResponseCache, late: ResponseCache];
}

/**
 * Sends `packets` hostile messages to the real program over UDP and TCP, while its upstream misbehaves as well, and asks
 * something sensible from time to time.
 *
 * @throws {Error} when the program stops answering, breaks, says something unreadable, or keeps what it should let go.
 */
export async function torture({ seed, packets, io, hasFastPath = true }: TortureOptions): Promise<TortureReport> {
  const random = new SeededRandom(seed);
  await using upstream = new LyingUpstream(random.fork("replies"));
  const resolver = ["--resolver", formatSocketAddress(upstream.address), "--timeout", `${TIMEOUT_MS}`];
  if (!hasFastPath) resolver.push("--no-fast-path");
  // Small enough to be full soon: from then on memory has to be flat.
  await using program = startProgram(...resolver, "--io", io, "--cache-size", "2", "--log-level", "error");
  const attacker = new Attacker(program.address, random.fork("attacks"));
  let early: ResponseCache | undefined;
  try {
    for (let sent = 0; sent < packets; sent = attacker.packets) {
      await attacker.sendBatch(Math.min(BATCH_PACKETS, packets - sent));
      await assertAnswers(program);
      if (early === undefined && attacker.packets >= packets / 5) early = memory();
    }
    await assertLetsGo(program);
  } finally {
    await attacker.stop();
  }
  const { replyCount, connectionCount } = attacker;
  assert(replyCount > 0, "Nothing was ever answered");
  return { packets: attacker.packets, replies: replyCount, connections: connectionCount, memory: [early!, memory()] };
}

/** Somebody with one UDP socket and as many connections as it likes. */
class Attacker {
  packets = 0;
  replyCount = 0;
  connectionCount = 0;
  readonly #server: SocketAddress;
  readonly #random: SeededRandom;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #end: Promise<void>;
  #isStopped = false;

  constructor(server: SocketAddress, random: SeededRandom) {
    this.#server = server;
    this.#random = random;
    this.#end = this.#checkReplies();
    // Whoever waits for it hears of a failure; until then it is no unhandled one.
    this.#end.catch(() => {});
  }

  /** Sends at least `count` messages, and lets every connection end. */
  async sendBatch(count: number): Promise<void> {
    const connections: Promise<void>[] = [];
    for (const goal = this.packets + count; this.packets < goal;) {
      if (this.#random.chance(STREAM_CHANCE)) {
        const attack = streamAttack(this.#random);
        this.packets += attack.messageCount;
        this.connectionCount++;
        const { hostname, port } = this.#server;
        connections.push(attack.run(() => Deno.connect({ hostname, port })));
      } else {
        await this.#socket.send(hostileMessage(this.#random), this.#server as Deno.NetAddr);
        this.packets++;
      }
      if (this.packets % BURST === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await Promise.all(connections);
  }

  /** Throws when a reply was wrong. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#socket.close();
    await this.#end;
  }

  async #checkReplies(): Promise<void> {
    const buffer = new Uint8Array(65_535);
    for (;;) {
      let reply: Uint8Array;
      try {
        [reply] = await this.#socket.receive(buffer);
      } catch (error) {
        if (this.#isStopped) return;
        throw error;
      }
      this.replyCount++;
      const fault = faultOf(reply);
      assert(fault === null, `A reply ${fault}: ${reply.subarray(0, MESSAGE_SHOWN_OCTETS_MAX).toHex()}`);
    }
  }
}

/** What is wrong with a reply over UDP, whatever it replies to; `null` for nothing. */
function faultOf(reply: Uint8Array): string | null {
  const scan = new MessageScan();
  if (scan.scan(reply) !== SCAN.ok) return "cannot be read";
  if (!scan.isResponse) return "is no response";
  return reply.length > UDP_PAYLOAD_OCTETS ? `has ${reply.length} octets` : null;
}

async function assertAnswers({ address, app, lines: told }: Program): Promise<void> {
  using datagrams = new UdpClient(address);
  assertEquals(lines(decode(await datagrams.ask(SENSIBLE_QUERY)).answers), SENSIBLE_ANSWER, "Not the answer over UDP");
  using stream = await TcpClient.connect(address);
  assertEquals(lines(decode(await stream.ask(SENSIBLE_QUERY)).answers), SENSIBLE_ANSWER, "Not the answer over TCP");
  assertEquals(app.counters.broken, 0, `The program broke: ${told.join("\n")}`);
}

/** Sooner or later nothing is held any more for what came in. */
export async function assertLetsGo({ app }: Pick<Program, "app">): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { inFlight, connections, connectionOctets } = app.held;
    if (inFlight === 0 && connections === 0 && connectionOctets === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Still held after 2 s of quiet: ${JSON.stringify(app.held)}`);
}

/** What memory looks like now. */
export function memory(): ResponseCache {
  // Only there with --expose-gc; without it garbage counts as well.
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rss, heapUsed };
}
