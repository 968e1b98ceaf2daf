// Several types in one query (RFC 10029), over real sockets.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { EDNS_OPTION, typeToText } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { ednsOf, hex, lines, opt, question, questionLines, records, wire } from "../support/messages.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const A = "10.0. 300 IN A 192.0.2.1";
const AAAA = "10.0. 300 IN AAAA 2001:db8::1";
const SOA = "0. 60 IN SOA ns.example. h.example. 1 2 3 4 60";

/** An upstream that knows one name, which has no letters: their case is not what this is about. */
function startUpstream(): UdpServer {
  return new UdpServer(({ octets }) => {
    const { id, questions } = decode(octets);
    const [asked] = questions;
    const answers = records(A, AAAA).filter(({ type }) => type === asked!.type);
    const authorities = answers.length === 0 ? records(SOA) : [];
    return wire({ id, questions, isResponse: true, recursionAvailable: true, answers, authorities });
  });
}

Deno.test("[10029_02] [10029_03] [10029_08] a client gets A, AAAA and the lack of HTTPS in one reply", async () => {
  await using upstream = startUpstream();
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
  using client = new UdpClient(program.address);
  const asking = { code: EDNS_OPTION.MQTYPE_QUERY, data: hex("001c 0041") };
  const octets = wire({
    id: 0x1234,
    recursionDesired: true,
    questions: [question("10.0 A")],
    additionals: [opt({ options: [asking] })],
  });
  const reply = decode(await client.ask(octets));
  assertEquals(questionLines(reply.questions), ["10.0. IN A"]);
  assertEquals([lines(reply.answers), lines(reply.authorities)], [[A, AAAA], [SOA]]);
  assertEquals(ednsOf(reply)!.options, [{ code: EDNS_OPTION.MQTYPE_RESPONSE, data: hex("001c 0041") }]);
  const sent = upstream.queries.map(({ octets }) => decode(octets));
  const [first, ...others] = sent.map(({ questions }) => questions.map(({ type }) => typeToText(type)));
  // The others are asked at the same time, from sockets of their own: either may come in first.
  assertEquals([first, others.sort()], [["A"], [["AAAA"], ["HTTPS"]]]);
  const codes = sent.flatMap((query) => ednsOf(query)?.options.map(({ code }) => code) ?? []);
  assertEquals(codes.filter((code) => code === EDNS_OPTION.MQTYPE_QUERY), []);
});
