// The program between real sockets: a client on one side, a scripted upstream that answers single questions on the other.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { HEADER_OCTETS, putId } from "../../lib/wire/header.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf, hex, lines, opt, question, questionLines, records, response, wire } from "../support/messages.ts";
import { encodeWithPointers } from "../support/pointer_writer.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { type Handler, UdpServer } from "./udp_server.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** The program in front of an upstream that answers as `handler` says. */
function startForwarding(handler: Handler, ...args: readonly string[]) {
  const upstream = new UdpServer(handler);
  const program = startProgram("--resolver", formatSocketAddress(upstream.address), ...args);
  return {
    upstream,
    program,
    [Symbol.asyncDispose]: async () => {
      await program.stop();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** Asks the program once, from a client of its own. */
async function ask(server: SocketAddress, query: Octets): Promise<Octets> {
  using client = new UdpClient(server);
  return await client.ask(query);
}

/** A query with RD for one or more questions, such as "example.org MX". */
function query(...questions: readonly string[]): Octets {
  return wire({ id: 0x1234, recursionDesired: true, questions: questions.map(question) });
}

/** `message` with the ID and the question of `query`, letter case included: it goes upstream in random case. */
function asReplyTo(query: Octets, message: Octets): Octets {
  const reply = message.slice();
  putId(reply, uint16At(query, 0));
  const scan = new MessageScan();
  scan.scan(query);
  reply.set(query.subarray(HEADER_OCTETS, scan.questionsEnd), HEADER_OCTETS);
  return reply;
}

/** Questions as lines, in lower case. */
function askedLines({ octets }: { octets: Octets }): string[] {
  return questionLines(decode(octets).questions).map((line) => line.replace(/^\S+/, (name) => name.toLowerCase()));
}

for (
  const [asked, ...answers] of [
    ["example.org A", "example.org 300 IN A 192.0.2.1", "example.org 300 IN A 192.0.2.2"],
    ["example.org AAAA", "example.org 300 IN AAAA 2001:db8::1"],
    ["www.example.org A", "www.example.org 60 IN CNAME host.example.org", "host.example.org 60 IN A 192.0.2.3"],
    ["example.org NS", "example.org 300 IN NS ns1.example.org"],
    ["example.org SOA", "example.org 300 IN SOA ns1.example.org hostmaster.example.org 1 7200 900 86400 300"],
    ["8.8.8.8.in-addr.arpa PTR", "8.8.8.8.in-addr.arpa 300 IN PTR host.example.org"],
    ["example.org MX", "example.org 300 IN MX 10 mail.example.org"],
    ["example.org TXT", 'example.org 300 IN TXT "one" "two; with \\"quotes\\" and \\000"'],
    ["_dns._udp.example.org SRV", "_dns._udp.example.org 300 IN SRV 0 5 53 ns1.example.org"],
    ["example.org CAA", 'example.org 300 IN CAA 0 issue "ca.example.net"'],
    ["example.org HTTPS", "example.org 300 IN HTTPS 1 . alpn=h2,h3"],
    // Octets that look like compression pointers, and a length that no known type has.
    ["example.org TYPE65400", "example.org 300 IN TYPE65400 \\# 6 c00cc00cffff"],
    ["example.org NULL", "example.org 300 IN NULL \\# 0"],
    ["authors.bind TXT 3", 'authors.bind 0 CLASS3 TXT "1.0"'],
  ] as const
) {
  Deno.test(`3597_01: the program relays ${asked} bit for bit`, async () => {
    const answer = response({ questions: [question(asked)], answers: records(...answers) });
    await using forwarding = startForwarding(({ octets }) => asReplyTo(octets, answer));
    const reply = await ask(forwarding.program.address, query(asked));
    assertEquals(reply, asReplyTo(query(asked), answer));
    assertEquals(forwarding.upstream.queries.length, 1);
  });
}

Deno.test("3597_02: the program writes out an SRV record's target that came compressed, from memory too", async () => {
  const asked = "_dns._udp.example.org SRV";
  const answers = records("_dns._udp.example.org 300 IN SRV 0 5 53 ns1.example.org");
  const answer = response({ questions: [question(asked)], answers });
  const compressed = encodeWithPointers(decode(answer));
  assert(compressed.length < answer.length);
  await using forwarding = startForwarding(({ octets }) => asReplyTo(octets, compressed));
  for (let i = 0; i < 2; i++) {
    const reply = await ask(forwarding.program.address, query(asked));
    assertEquals(reply, asReplyTo(query(asked), answer));
  }
});

Deno.test("9619_01: the upstream gets one question a message, under IDs and from ports of its own", async () => {
  await using forwarding = startForwarding(answerFromZone);
  await ask(forwarding.program.address, query("www.example.org", "missing.example.org"));
  const { queries } = forwarding.upstream;
  // They leave from sockets of their own: the first need not come first.
  assertEquals(queries.map(askedLines).sort(), [["missing.example.org. IN A"], ["www.example.org. IN A"]]);
  for (const { peer } of queries) assertNotEquals(peer.port, forwarding.program.address.port);
});

Deno.test("a CNAME chain and an NXDOMAIN in one message are answered by one reply", async () => {
  await using forwarding = startForwarding(answerFromZone);
  const reply = await ask(forwarding.program.address, query("www.example.org", "missing.example.org"));
  const message = decode(reply);
  assertEquals(message.id, 0x1234);
  assertEquals(message.rcode, RCODE.NOERROR);
  assertEquals(questionLines(message.questions), ["www.example.org. IN A", "missing.example.org. IN A"]);
  assertEquals(lines(message.answers), [
    "www.example.org. 60 IN CNAME host.example.net.",
    "host.example.net. 30 IN A 192.0.2.3",
  ]);
  assertEquals(lines(message.authorities), [SOA]);
  assert(message.recursionAvailable && message.recursionDesired && !message.isAuthoritative);
});

const SOA = "example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 1 7200 900 86400 300";

function answerFromZone({ octets }: { octets: Octets }): Octets {
  const { id, questions } = decode(octets);
  const [asked] = askedLines({ octets });
  const isKnown = asked === "www.example.org. IN A";
  return response({
    id,
    questions,
    rcode: isKnown ? RCODE.NOERROR : RCODE.NXDOMAIN,
    answers: isKnown
      ? records("www.example.org. 60 IN CNAME host.example.net.", "host.example.net. 30 IN A 192.0.2.3")
      : [],
    authorities: isKnown ? [] : records(SOA),
  });
}

Deno.test("6891_06: EDNS goes as far as the next hop, in both directions", async () => {
  await using forwarding = startForwarding(({ octets }) => {
    const { id, questions } = decode(octets);
    const option = { code: 65001, data: hex("0011223344556677 8899aabbccddeeff") };
    return response({ id, questions, additionals: [opt({ udpPayloadOctets: 4096, options: [option] })] });
  });
  const clientOption = { code: 65002, data: hex("ffeeddccbbaa9988") };
  const asked = { id: 1, questions: [question("example.org")], additionals: [opt({ options: [clientOption] })] };
  const reply: Message = decode(await ask(forwarding.program.address, wire(asked)));
  // The cookie is ours (RFC 7873); nothing of the client's goes on.
  assertEquals(ednsOf(decode(forwarding.upstream.queries[0]!.octets))?.options.map(({ code }) => code), [10]);
  assertEquals(ednsOf(reply)?.options, []);
  assertEquals(ednsOf(reply)?.udpPayloadOctets, 1232);
});

Deno.test("a silent upstream is asked again from another port, then the client gets SERVFAIL", async () => {
  await using forwarding = startForwarding(() => null, "--timeout", "200");
  const reply = await ask(forwarding.program.address, query("example.org"));
  assertEquals(decode(reply).rcode, RCODE.SERVFAIL);
  assertEquals(questionLines(decode(reply).questions), ["example.org. IN A"]);
  const { queries } = forwarding.upstream;
  assertEquals(queries.length, 2);
  assertNotEquals(queries[0]!.peer.port, queries[1]!.peer.port);
});

Deno.test("an upstream that answers the second try only is good enough", async () => {
  let tries = 0;
  await using forwarding = startForwarding(
    (received) => ++tries < 2 ? null : answerFromZone(received),
    "--timeout=400",
  );
  const reply = await ask(forwarding.program.address, query("www.example.org"));
  assertEquals(decode(reply).answers.length, 2);
});

Deno.test("5452_01: a reply from another port is not believed, and the wait goes on", async () => {
  await using forger = new UdpServer(() => null);
  await using forwarding = startForwarding(async (received) => {
    const { id, questions } = decode(received.octets);
    const lie = response({ id, questions, answers: records("www.example.org 60 IN A 203.0.113.66") });
    await forger.send(lie, received.peer);
    return answerFromZone(received);
  });
  const reply = await ask(forwarding.program.address, query("www.example.org"));
  assertEquals(lines(decode(reply).answers).at(-1), "host.example.net. 30 IN A 192.0.2.3");
  assertEquals(forwarding.program.app.counters.upstreamWrongPeer, 1);
});

Deno.test("replies out of order reach the clients that asked", async () => {
  const first = Promise.withResolvers<void>();
  await using forwarding = startForwarding(async ({ octets }) => {
    const { id, questions } = decode(octets);
    const [asked] = askedLines({ octets });
    if (asked!.startsWith("slow.")) await first.promise;
    else first.resolve();
    return response({ id, questions, rcode: asked!.startsWith("slow.") ? RCODE.REFUSED : RCODE.NOERROR });
  });
  const replies = await Promise.all([
    ask(forwarding.program.address, query("slow.example.org")),
    ask(forwarding.program.address, query("fast.example.org")),
  ]);
  assertEquals(replies.map((reply) => decode(reply).rcode), [RCODE.REFUSED, RCODE.NOERROR]);
});

Deno.test("1035_01: a reply beyond 512 octets is cut, with TC, for a client without EDNS", async () => {
  const text = `"${"x".repeat(250)}"`;
  const answers = records(`example.org 1 IN TXT ${text} ${text}`);
  await using forwarding = startForwarding(({ octets }) => {
    return response({ ...decode(octets), additionals: [], isResponse: true, answers });
  });
  const reply = decode(await ask(forwarding.program.address, query("example.org TXT")));
  assert(reply.isTruncated);
  assertEquals(reply.answers, []);
});

Deno.test("1035_12: octets behind the last record of a query do not travel on", async () => {
  await using forwarding = startForwarding(answerFromZone);
  await ask(forwarding.program.address, concat([query("www.example.org"), hex("0123456789")]));
  const { octets } = forwarding.upstream.queries[0]!;
  const scan = new MessageScan();
  scan.scan(octets);
  assertEquals([scan.end, askedLines({ octets })], [octets.length, ["www.example.org. IN A"]]);
});
