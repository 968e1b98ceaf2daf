// Upstreams over TCP on real sockets, where the kernel decides what a closed connection looks like.

import { assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question, records, wire } from "../support/messages.ts";
import { startProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { type StreamHandler, TcpServer } from "./tcp_server.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

type Octets = Uint8Array<ArrayBuffer>;

function answerTo(query: Octets): Octets {
  const { id, questions } = decode(query);
  const answers = records("example.org 300 IN A 192.0.2.1").map((record) => ({ ...record, name: questions[0]!.name }));
  return wire({ id, questions, isResponse: true, recursionAvailable: true, answers });
}

function truncatedReplyTo(query: Octets): Octets {
  const { id, questions } = decode(query);
  return wire({ id, questions, isResponse: true, recursionAvailable: true, isTruncated: true });
}

/** Answers so many queries on each connection, and closes it under those that follow, as nsd's `tcp-query-count` does. */
function answeringOnly(max: number): StreamHandler {
  return (query, connection) => {
    if (connection.replyCount < max) return answerTo(query);
    connection.close();
    return null;
  };
}

/** Asks for `count` names from `clientCount` clients, each of which asks its next when it has its answer; the RCODEs. */
async function askMany(address: Parameters<typeof TcpClient.connect>[0], count: number, clientCount: number) {
  let next = 0;
  const rcodes: number[] = [];
  await Promise.all(Array.from({ length: clientCount }, async () => {
    using client = new UdpClient(address);
    while (next < count) {
      const id = next++;
      const query = wire({ id, recursionDesired: true, questions: [question(`n${id}.example.org`)] });
      rcodes.push(decode(await client.ask(query)).rcode);
    }
  }));
  return rcodes;
}

for (const max of [1, 10]) {
  Deno.test(`an upstream that closes each connection after ${max} replies answers 200 questions, 50 at a time [7766_11]`, async () => {
    await using upstream = new TcpServer(answeringOnly(max));
    await using program = startProgram("--resolver", `tcp://${formatSocketAddress(upstream.address)}`);
    const rcodes = await askMany(program.address, 200, 50);
    assertEquals([rcodes.length, new Set(rcodes)], [200, new Set([RCODE.NOERROR])]);
  });
}

Deno.test("what waits on a connection that the path has lost is asked on another one [7766_12]", async () => {
  // As seen from here, a server that never answers on a connection again is no other than a path that is gone.
  let isLost = false;
  await using upstream = new TcpServer((query, { index }) => isLost && index === 0 ? null : answerTo(query));
  await using program = startProgram("--resolver", `tcp://${formatSocketAddress(upstream.address)}`);
  assertEquals(await askMany(program.address, 1, 1), [RCODE.NOERROR]);
  isLost = true;
  const rcodes = await askMany(program.address, 50, 50);
  assertEquals([rcodes.length, new Set(rcodes)], [50, new Set([RCODE.NOERROR])]);
  assertLessOrEqual(upstream.connectionCount, 3);
});

Deno.test("a truncated reply and no TCP: the next upstream's whole answer, or SERVFAIL for a client on TCP [7766_09] [7766_10]", async () => {
  // Nobody listens for TCP where it listens for UDP.
  await using truncating = new UdpServer(({ octets }) => truncatedReplyTo(octets));
  await using whole = new UdpServer(({ octets }) => answerTo(octets));
  const [first, second] = [truncating, whole].map(({ address }) => formatSocketAddress(address));
  const query = wire({ id: 7, recursionDesired: true, questions: [question("example.org")], additionals: [opt()] });
  {
    await using program = startProgram("--resolver", `${first},${second}`);
    using client = await TcpClient.connect(program.address);
    const { isTruncated, answers } = decode(await client.ask(query));
    assertEquals([isTruncated, lines(answers)], [false, ["example.org. 300 IN A 192.0.2.1"]]);
  }
  await using program = startProgram("--resolver", first!);
  using client = await TcpClient.connect(program.address);
  const reply = decode(await client.ask(query));
  const [error] = ednsOf(reply)!.options.map(readExtendedError);
  assertEquals([reply.rcode, reply.isTruncated, error!.infoCode], [RCODE.SERVFAIL, false, EDE.NETWORK_ERROR]);
  assertStringIncludes(error!.text, `Cannot connect to ${first} over TCP`);
});
