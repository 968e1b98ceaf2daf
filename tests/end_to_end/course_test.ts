// The stages of CodeCrafters' "Build your own DNS server" as their tester plays them. Each starts the program anew; the
// first seven work with the made-up answers as well as in front of the course's resolver.

import { assert, assertEquals } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { formatIp } from "../../lib/base/net/ip.ts";
import { CLASS, OPCODE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { hex, question, questionLines, wire } from "../support/messages.ts";
import { courseAddress, courseResolver } from "./course_resolver.ts";
import { startProgram } from "./program.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

type Octets = Uint8Array<ArrayBuffer>;
/** What is done with a running program in one stage. `ask` is the tester's client. */
type Stage = (course: { ask(query: Octets): Promise<Message>; addressOf(name: string): string }) => Promise<void>;

const DEFAULT_NAME = "codecrafters.io.";
const DEFAULT_ID = 1234;

function playStage(name: string, stage: Stage): void {
  Deno.test(`course, ${name}, with --resolver`, () => playForwarding(stage));
  Deno.test(`course, ${name}, without --resolver`, async () => {
    await using program = startProgram();
    await stage({ ask: (query) => askAsTester(program.address, query), addressOf: () => "127.0.0.1" });
  });
}

async function playForwarding(stage: Stage): Promise<void> {
  await using resolver = new UdpServer(({ octets }) => courseResolver(octets));
  await using program = startProgram("--resolver", formatSocketAddress(resolver.address));
  await stage({ ask: (query) => askAsTester(program.address, query), addressOf: courseAddress });
}

/** One query, never repeated, and what the tester checks on every response. */
async function askAsTester(server: SocketAddress, query: Octets): Promise<Message> {
  using client = new UdpClient(server);
  const response = decode(await client.ask(query));
  assert(response.isResponse, "QR must be 1");
  assert(!response.isAuthoritative, "AA must be 0");
  return response;
}

/** A query for the address of `name`, as Go's "miekg/dns" writes it. */
function query(name: string, { id = DEFAULT_ID, opcode = OPCODE.QUERY as number, recursionDesired = true } = {}) {
  return wire({ id, opcode, recursionDesired, questions: [question(name)] });
}

/** Owners and addresses of the answers, which must all be of type A and class IN. */
function addresses({ answers }: Message): [name: string, address: string][] {
  for (const answer of answers) assertEquals([answer.type, answer.class], [TYPE.A, CLASS.IN]);
  return answers.map((answer) => [nameToText(answer.name), formatIp(answer.rdata)]);
}

playStage("stage 1: a UDP server answers", async ({ ask }) => {
  await ask(query(DEFAULT_NAME));
});

playStage("stage 2: the header", async ({ ask }) => {
  const { id, opcode, isTruncated, recursionAvailable, rcode } = await ask(query(DEFAULT_NAME));
  assertEquals({ id, opcode, isTruncated, recursionAvailable, rcode }, {
    id: DEFAULT_ID,
    opcode: OPCODE.QUERY,
    isTruncated: false,
    recursionAvailable: false,
    rcode: RCODE.NOERROR,
  });
});

playStage("stage 3: the question section", async ({ ask }) => {
  const { questions } = await ask(query(DEFAULT_NAME));
  assertEquals(questionLines(questions), ["codecrafters.io. IN A"]);
});

playStage("stage 4: the answer section", async ({ ask, addressOf }) => {
  assertEquals(addresses(await ask(query(DEFAULT_NAME))), [[DEFAULT_NAME, addressOf(DEFAULT_NAME)]]);
});

for (const opcode of [OPCODE.QUERY, OPCODE.IQUERY, OPCODE.STATUS, 3]) {
  for (const recursionDesired of [true, false]) {
    playStage(`stage 5: the header is parsed, opcode ${opcode}, RD ${recursionDesired ? 1 : 0}`, async ({ ask }) => {
      const id = crypto.getRandomValues(new Uint16Array(1))[0]!;
      const response = await ask(query(DEFAULT_NAME, { id, opcode, recursionDesired }));
      assertEquals(response.id, id);
      assertEquals(response.opcode, opcode);
      assertEquals(response.recursionDesired, recursionDesired);
      assertEquals(response.rcode, opcode === OPCODE.QUERY ? RCODE.NOERROR : RCODE.NOTIMP);
      assertEquals(questionLines(response.questions), ["codecrafters.io. IN A"]);
    });
  }
}

playStage("stage 6: the question is parsed", async ({ ask, addressOf }) => {
  for (const name of ["stackoverflow.design.", "abc.codecrafters.io."]) {
    const response = await ask(query(name));
    assertEquals(questionLines(response.questions), [`${name} IN A`]);
    assertEquals(addresses(response), [[name, addressOf(name)]]);
  }
});

/** A for `abc.longassdomainname.com` and for `def` + a pointer to the first one's second label, at offset 16. */
const COMPRESSED_QUERY = hex(`
  04d2 0100 0002 0000 0000 0000
  03616263 116c6f6e67617373646f6d61696e6e616d65 03636f6d 00 0001 0001
  03646566 c010 0001 0001
`);

playStage("stage 7: a compressed packet with two questions", async ({ ask, addressOf }) => {
  const names = ["abc.longassdomainname.com.", "def.longassdomainname.com."];
  const response = await ask(COMPRESSED_QUERY);
  assertEquals(response.rcode, RCODE.NOERROR);
  assertEquals(questionLines(response.questions), names.map((name) => `${name} IN A`));
  assertEquals(addresses(response), names.map((name) => [name, addressOf(name)]));
});

Deno.test("course, stage 7: the question section comes back without compression", async () => {
  await using program = startProgram();
  using client = new UdpClient(program.address);
  const reply = await client.ask(COMPRESSED_QUERY);
  assertEquals(
    reply.subarray(12, 12 + 31 + 31),
    hex(`
      03616263 116c6f6e67617373646f6d61696e6e616d65 03636f6d 00 0001 0001
      03646566 116c6f6e67617373646f6d61696e6e616d65 03636f6d 00 0001 0001
    `),
  );
});

Deno.test("course, stage 8: one question is forwarded", () => {
  return playForwarding(async ({ ask, addressOf }) => {
    for (const name of ["codecrafters.io.", "stackoverflow.design."]) {
      const response = await ask(query(name));
      assertEquals(addresses(response), [[name, addressOf(name)]]);
    }
  });
});

Deno.test("course, stage 8: several questions are forwarded, each alone, and answered in order", () => {
  return playForwarding(async ({ ask, addressOf }) => {
    const names = ["def.codecrafters.io.", "codecrafters.io.", "abc.codecrafters.io."];
    const response = await ask(
      wire({ id: DEFAULT_ID, recursionDesired: true, questions: names.map((name) => question(name)) }),
    );
    assertEquals(response.id, DEFAULT_ID);
    assertEquals(response.rcode, RCODE.NOERROR);
    assertEquals(questionLines(response.questions), names.map((name) => `${name} IN A`));
    assertEquals(addresses(response), names.map((name) => [name, addressOf(name)]));
  });
});

Deno.test("course: the resolver, which looks names up by exact case, finds a name in the client's spelling", () => {
  return playForwarding(async ({ ask, addressOf }) => {
    const name = "Mixed.CodeCrafters.io.";
    assertEquals(addresses(await ask(query(name))), [[name, addressOf(name)]]);
  });
});
