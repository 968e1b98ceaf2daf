/**
 * The two ends of a narrow way, each for a network namespace of its own; see `narrow_path_test.ts`. `serve <address> <io>`
 * is the program with an upstream on the loopback; it says `ready`, and its counters when it is stopped. `ask <address>` is
 * a client, which prints what it got.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode, encode } from "../../lib/wire/message.ts";
import { udp } from "../support/fake_socket.ts";
import { opt, question, record, wire } from "../support/messages.ts";
import { openPlain } from "../support/plain_socket.ts";
import { startProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpServer } from "./udp_server.ts";

/** 16 octets each, with a pointer for their owner. */
const ADDRESS_COUNT = 30;

const [what, hostname, io] = Deno.args as [string, string, string];
await (what === "serve" ? serve(hostname, io) : ask(hostname));

async function serve(hostname: string, io: string): Promise<void> {
  await using upstream = new UdpServer(({ octets }) => {
    const query = decode(octets);
    const { name } = query.questions[0]!;
    const answers = Array.from({ length: ADDRESS_COUNT }, (_, i) => ({ ...record(`x 300 IN A 192.0.2.${i}`), name }));
    return encode({ ...query, isResponse: true, recursionAvailable: true, answers, additionals: [opt()] });
  });
  const resolver = formatSocketAddress(upstream.address);
  await using program = startProgram(
    "--io",
    io,
    "--listen",
    `${hostname}:53`,
    "--resolver",
    resolver,
    "--allow",
    "0.0.0.0/0",
  );
  const stopping = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", stopping.resolve);
  console.error("ready");
  await stopping.promise;
  const { replied, unsendable } = program.app.counters;
  console.error(JSON.stringify({ replied, unsendable }));
}

/** A miss, and hits; then over TCP. */
async function ask(hostname: string): Promise<void> {
  const server = udp(hostname, 53);
  const client = openPlain(udp("0.0.0.0", 0));
  const query = wire({ id: 7, recursionDesired: true, questions: [question("example.org")], additionals: [opt()] });
  const replies = [];
  for (let i = 0; i < 3; i++) {
    await client.send(query, server);
    const [octets] = await client.receive(new Uint8Array(4096));
    const { isTruncated, answers } = decode(octets);
    replies.push({ octets: octets.length, isTruncated, answers: answers.length });
  }
  client.close();
  using stream = await TcpClient.connect(server);
  console.log(JSON.stringify({ overUdp: replies, overTcp: decode(await stream.ask(query)).answers.length }));
}
