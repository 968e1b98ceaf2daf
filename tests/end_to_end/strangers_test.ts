// Whoever may not ask learns nothing from the program but that, over real sockets: not from what it knows by itself, not
// from what it has been told before (the class of CVE-2026-26017: rules that came after the cache).

import { assertEquals } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, EDNS_OPTION, OPCODE, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { ednsOf, hex, opt, question, wire } from "../support/messages.ts";
import { startProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const ASKED: readonly [string, Partial<Message>][] = [
  ["a name", { questions: [question("example.org")] }],
  ["a special-use name", { questions: [question("localhost")] }],
  ["an empty zone", { questions: [question("1.0.0.127.in-addr.arpa PTR")] }],
  ["the version", { questions: [question("version.bind TXT 3")] }],
  ["everything", { questions: [question("example.org ANY")] }],
  ["nothing", {}],
  ["several questions", { questions: [question("example.org"), question("localhost")] }],
  ["more than are answered", { questions: Array.from({ length: 20 }, () => question("example.org")) }],
  ["several types", {
    questions: [question("localhost")],
    additionals: [opt({ options: [{ code: EDNS_OPTION.MQTYPE_QUERY, data: hex("001c") }] })],
  }],
  ["for a cookie", {
    additionals: [opt({ options: [{ code: EDNS_OPTION.COOKIE, data: hex("0102030405060708") }] })],
  }],
  ["with a malformed cookie", {
    questions: [question("example.org")],
    additionals: [opt({ options: [{ code: EDNS_OPTION.COOKIE, data: hex("01") }] })],
  }],
  ["how long TCP may be idle", {
    questions: [question("example.org")],
    additionals: [opt({ options: [{ code: EDNS_OPTION.TCP_KEEPALIVE, data: hex("") }] })],
  }],
  ["with another version of EDNS", { questions: [question("example.org")], additionals: [opt({ version: 1 })] }],
  ["with two OPT records", { questions: [question("example.org")], additionals: [opt(), opt()] }],
  ["with another opcode", { opcode: OPCODE.UPDATE, questions: [question("example.org")] }],
];

for (const forwards of [true, false]) {
  Deno.test(`[5625_08] strangers are refused over UDP and TCP, ${forwards ? "forwarding" : "without upstream"}, whatever they ask`, async () => {
    await using upstream = new UdpServer(() => null);
    const resolver = forwards ? ["--resolver", `127.0.0.1:${upstream.address.port}`] : [];
    await using program = startProgram(
      "--allow",
      "192.0.2.0/24",
      "--server-id",
      "me",
      "--rate-limit",
      "1",
      ...resolver,
    );
    using udp = new UdpClient(program.address);
    using tcp = await TcpClient.connect(program.address);
    for (const [what, fields] of ASKED) {
      const octets = wire({ id: 7, recursionDesired: true, additionals: [opt()], ...fields });
      for (const [transport, client] of [["UDP", udp], ["TCP", tcp]] as const) {
        const reply = decode(await client.ask(octets));
        const { options, extendedRcode } = ednsOf(reply)!;
        assertEquals(
          {
            rcode: (extendedRcode << 4) | reply.rcode,
            isTruncated: reply.isTruncated,
            records: reply.answers.length + reply.authorities.length + reply.additionals.length - 1,
            options: options.map((option) => readExtendedError(option)?.infoCode),
          },
          { rcode: RCODE.REFUSED, isTruncated: false, records: 0, options: [EDE.PROHIBITED] },
          `${what}, over ${transport}`,
        );
      }
    }
    assertEquals(upstream.queries.length, 0);
  });
}
