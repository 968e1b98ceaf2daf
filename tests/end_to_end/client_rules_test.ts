// Who may ask and how much, and what is answered without any upstream, over real sockets.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { EDE, EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { ednsOf, hex, lines, opt, question, record, wire } from "../support/messages.ts";
import { startProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

type Octets = Uint8Array<ArrayBuffer>;

function query(text: string, fields: Partial<Message> = {}): Octets {
  return wire({ id: 0x1234, recursionDesired: true, questions: [question(text)], additionals: [opt()], ...fields });
}

/** An upstream that refuses everything, or never says anything. */
function startUpstream({ isSilent = false } = {}): UdpServer {
  return new UdpServer(({ octets }) => {
    const { id, questions, recursionDesired } = decode(octets);
    return isSilent ? null : wire({ id, questions, recursionDesired, isResponse: true, rcode: RCODE.REFUSED });
  });
}

async function ask(server: SocketAddress, octets: Octets): Promise<Message> {
  using client = new UdpClient(server);
  return decode(await client.ask(octets));
}

function errorCodes(reply: Message) {
  return ednsOf(reply)!.options.map(readExtendedError).filter((error) => error !== null).map((error) => error.infoCode);
}

Deno.test("[5625_08] clients outside of --allow are refused with extended error 18, over UDP and TCP", async () => {
  await using program = startProgram("--allow", "192.0.2.0/24,::1");
  const overUdp = await ask(program.address, query("example.org"));
  using client = await TcpClient.connect(program.address);
  const overTcp = decode(await client.ask(query("example.org")));
  for (const reply of [overUdp, overTcp]) {
    assertEquals([reply.rcode, errorCodes(reply)], [RCODE.REFUSED, [EDE.PROHIBITED]]);
  }
});

Deno.test("[9018_01] [7828_02] a client learns a cookie and is known by it, and how long TCP may be idle", async () => {
  await using program = startProgram();
  const withCookie = (cookie: string) => {
    return query("example.org", { additionals: [opt({ options: [{ code: EDNS_OPTION.COOKIE, data: hex(cookie) }] })] });
  };
  const learned = ednsOf(await ask(program.address, withCookie("0102030405060708")))!.options[0]!;
  assertEquals([learned.code, learned.data.length, learned.data.toHex().slice(0, 18)], [10, 24, "010203040506070801"]);
  const known = ednsOf(await ask(program.address, withCookie(learned.data.toHex())))!.options[0]!;
  assertEquals(known, learned);
  using client = await TcpClient.connect(program.address);
  const keepalive = { code: EDNS_OPTION.TCP_KEEPALIVE, data: hex("") };
  const overTcp = decode(await client.ask(query("example.org", { additionals: [opt({ options: [keepalive] })] })));
  assertEquals(ednsOf(overTcp)!.options[0], { ...keepalive, data: hex("0064") });
});

Deno.test("over --rate-limit a client is told to ask over TCP, and is answered there", async () => {
  await using program = startProgram("--rate-limit", "1");
  let truncated = 0;
  for (let i = 0; i < 12; i++) if ((await ask(program.address, query("example.org"))).isTruncated) truncated++;
  assertEquals(truncated, 2);
  using client = await TcpClient.connect(program.address);
  const reply = decode(await client.ask(query("example.org")));
  assertEquals([reply.isTruncated, lines(reply.answers)], [false, ["example.org. 60 IN A 127.0.0.1"]]);
});

const LOCAL: readonly [ids: string, asked: string, rcode: number, answers: readonly string[]][] = [
  ["[6761_01]", "www.localhost AAAA", RCODE.NOERROR, ["www.localhost. 10800 IN AAAA ::1"]],
  ["[7686_01]", "a.onion A", RCODE.NXDOMAIN, []],
  ["[6303_01]", "1.0.168.192.in-addr.arpa PTR", RCODE.NXDOMAIN, []],
  ["[9462_01]", "_dns.resolver.arpa SVCB", RCODE.NOERROR, []],
  ["[8482_01]", "example.org ANY", RCODE.NOERROR, ['example.org. 3600 IN HINFO "RFC8482" ""']],
  ["[1035_08]", "version.bind TXT 3", RCODE.REFUSED, []],
  ["[9824_01]", "example.org NXNAME", RCODE.FORMERR, []],
  ["[transfer_01]", "example.org AXFR", RCODE.REFUSED, []],
  ["[transfer_01]", "example.org IXFR", RCODE.REFUSED, []],
  ["[6895_01]", "example.org MAILA", RCODE.NOTIMP, []],
  ["[6761_03]", "1.0.0.127.in-addr.arpa PTR", RCODE.NOERROR, ["1.0.0.127.in-addr.arpa. 10800 IN PTR localhost."]],
  ["[7793_01]", "1.0.64.100.in-addr.arpa PTR", RCODE.NXDOMAIN, []],
];

for (const [ids, asked, rcode, answers] of LOCAL) {
  Deno.test(`${ids} ${asked} is answered while the upstream hangs, and not sent to it`, async () => {
    await using upstream = startUpstream({ isSilent: true });
    await using program = startProgram("--resolver", formatSocketAddress(upstream.address), "--timeout", "100");
    using hanging = new UdpClient(program.address);
    await hanging.send(query("example.com", { id: 1 }));
    const reply = await ask(program.address, query(asked));
    assertEquals([reply.rcode, lines(reply.answers)], [rcode, answers]);
    assertEquals(errorCodes(reply).length, 1);
    const names = upstream.queries.map(({ octets }) => nameToText(decode(octets).questions[0]!.name).toLowerCase());
    assertEquals(names.filter((name) => name !== "example.com."), []);
  });
}

Deno.test("--no-special-names forwards them, and --server-id tells who answers", async () => {
  await using upstream = startUpstream();
  const resolver = formatSocketAddress(upstream.address);
  await using program = startProgram("--resolver", resolver, "--no-special-names", "--server-id", "dns-1");
  assertEquals((await ask(program.address, query("a.test"))).rcode, RCODE.REFUSED);
  assert(upstream.queries.length > 0);
  const { answers } = await ask(program.address, query("id.server TXT 3"));
  assertEquals(lines(answers), ['id.server. 0 CH TXT "dns-1"']);
});

/** Options that speak of one hop: keepalive, client subnet, report channel, ZONEVERSION, NSID, cookie, MQTYPE-Query, unknown. */
const HOP_OPTIONS = [
  { code: EDNS_OPTION.TCP_KEEPALIVE, data: hex("") },
  { code: 8, data: hex("00011800 c00002") },
  { code: 18, data: hex("00") },
  { code: 19, data: hex("") },
  { code: 3, data: hex("") },
  { code: EDNS_OPTION.COOKIE, data: hex("0102030405060708") },
  { code: EDNS_OPTION.MQTYPE_QUERY, data: hex("001c") },
  { code: 65_001, data: hex("ff") },
];

Deno.test("[7828_03] [7871_01] [7873_05] [9567_01] [9660_01] [10029_08] no option of a client's gets any further", async () => {
  await using upstream = startUpstream();
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address), "--cache-size", "0");
  const octets = query("example.org", { additionals: [opt({ options: HOP_OPTIONS })] });
  await ask(program.address, octets);
  using client = await TcpClient.connect(program.address);
  await client.ask(octets);
  assert(upstream.queries.length >= 2);
  for (const { octets } of upstream.queries) {
    const theirs = ednsOf(decode(octets))?.options ?? [];
    for (const { code, data } of HOP_OPTIONS) {
      assert(!theirs.some((option) => option.code === code && option.data.toHex() === data.toHex()), `option ${code}`);
      // Cookies are the one kind that we send as well: our own.
      if (code !== EDNS_OPTION.COOKIE) assert(!theirs.some((option) => option.code === code), `option ${code}`);
    }
  }
});

/** RFC 8906 §8: what every server must answer; a Z bit, an unknown option, flag, version, opcode and type. */
const PROBES: readonly (readonly [string, Partial<Message>, rcode: number])[] = [
  ["an unknown type", { questions: [question("example.org TYPE65280")] }, RCODE.NOERROR],
  ["an unknown opcode", { opcode: 15 }, RCODE.NOTIMP],
  ["header flags", { isAuthoritative: true, isAuthenticData: true, checkingDisabled: true }, RCODE.NOERROR],
  ["an unknown EDNS option", { additionals: [opt({ options: HOP_OPTIONS.slice(-1) })] }, RCODE.NOERROR],
  ["unknown EDNS flags", { additionals: [{ ...opt(), ttl: 0x7fff }] }, RCODE.NOERROR],
  ["an unknown EDNS version", { additionals: [opt({ version: 1 })] }, RCODE.BADVERS & 0xf],
];

for (const [what, fields, rcode] of PROBES) {
  Deno.test(`[8906_05] ${what} gets its answer over TCP as it does over UDP`, async () => {
    await using program = startProgram();
    const octets = query("example.org", fields);
    using client = await TcpClient.connect(program.address);
    const overTcp = decode(await client.ask(octets));
    assertEquals(overTcp, await ask(program.address, octets));
    assertEquals(overTcp.rcode, rcode);
  });
}

Deno.test("[8145_01] names that carry trust-anchor signals are forwarded like others", async () => {
  await using upstream = startUpstream();
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
  await ask(program.address, query("_ta-4f66-9728 NULL"));
  assert(upstream.queries.length > 0);
});

Deno.test("[5625_02] a query of 4096 octets is taken, and so is a reply of 4096 octets", async () => {
  const padded = (octets: number) => opt({ options: [{ code: 12, data: new Uint8Array(octets) }] });
  const filled = (make: (padding: number) => Octets) => make(4096 - make(0).length);
  await using upstream = new UdpServer(({ octets }) => {
    const { id, questions } = decode(octets);
    return filled((padding) => {
      const answers = [record(`10.0 9 IN TYPE65280 \\# ${padding + 1} ${"ab".repeat(padding + 1)}`)];
      return wire({ id, questions, isResponse: true, answers });
    });
  });
  await using program = startProgram("--resolver", formatSocketAddress(upstream.address));
  const asked = filled((padding) => query("10.0 TYPE65280", { additionals: [padded(padding)] }));
  assertEquals(asked.length, 4096);
  const overUdp = await ask(program.address, asked);
  assertEquals([overUdp.rcode, overUdp.isTruncated], [RCODE.NOERROR, true]);
  using client = await TcpClient.connect(program.address);
  const overTcp = decode(await client.ask(asked));
  assertEquals([overTcp.isTruncated, overTcp.answers[0]!.rdata.length > 4000], [false, true]);
});

Deno.test("[9619_04] with --multi-question formerr, messages that break the rule stop here", async () => {
  await using upstream = startUpstream();
  const resolver = formatSocketAddress(upstream.address);
  await using program = startProgram("--resolver", resolver, "--multi-question", "formerr");
  const two = [question("a.example.org"), question("b.example.org")];
  const reply = await ask(program.address, query("example.org", { questions: two }));
  assertEquals([reply.rcode, errorCodes(reply), upstream.queries.length], [RCODE.FORMERR, [EDE.OTHER], 0]);
});

// Only Linux has all of 127.0.0.0/8 without being told.
const needsLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "beyond --max-in-flight the greediest client's newest are refused, and others get their turn",
  needsLinux,
  async () => {
    await using upstream = startUpstream({ isSilent: true });
    const resolver = formatSocketAddress(upstream.address);
    await using program = startProgram("--resolver", resolver, "--max-in-flight", "4", "--timeout", "500");
    using greedy = new UdpClient(program.address);
    using modest = new UdpClient(program.address, "127.0.0.2");
    const send = async (client: UdpClient, from: number, count: number) => {
      for (let id = from; id < from + count; id++) await client.send(query(`n${id}.example.org`, { id }));
    };
    const receive = async (client: UdpClient, count: number) => {
      const replies: Message[] = [];
      while (replies.length < count) replies.push(decode(await client.receive()));
      return replies.map(({ id, rcode }) => `${id} ${rcode}`);
    };
    await send(greedy, 0, 6);
    assertEquals(await receive(greedy, 2), ["4 5", "5 5"]);
    await send(modest, 100, 2);
    // The two that came last of those that waited.
    assertEquals(await receive(greedy, 2), ["3 5", "2 5"]);
    assertEquals((await receive(greedy, 2)).sort(), ["0 2", "1 2"]);
    assertEquals((await receive(modest, 2)).sort(), ["100 2", "101 2"]);
    const warnings = program.lines.filter((line) => line.includes("--max-in-flight"));
    assertEquals(warnings.length, 1);
    assertStringIncludes(warnings[0]!, "4 questions are in flight");
  },
);
