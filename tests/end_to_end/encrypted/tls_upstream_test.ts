// Encrypted upstreams on real sockets: who answers there, and what he is told.

import { assertEquals, assertMatch } from "@std/assert";
import type { TlsIdentity } from "../../../lib/base/sockets/tls.ts";
import { EDNS_OPTION, RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { ednsOf, lines, opt, question, questionLines, records, wire } from "../../support/messages.ts";
import { type TestCertificates, testCertificates } from "../../support/test_certificates.ts";
import { runProgram, startProgram } from "../program.ts";
import { type StreamHandler, TcpServer } from "../tcp_server.ts";
import { UdpClient } from "../udp_client.ts";
import { UdpServer } from "../udp_server.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Whether a file may be made that `ca=` names, and read. */
const HAS_FILES = (["read", "write"] as const).every((name) => {
  return Deno.permissions.querySync({ name }).state === "granted";
});

function testWithFiles(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-read, --allow-write)`, ignore: !HAS_FILES, fn });
}

/** The file with the only authority that is believed. */
async function caFile(authority: TlsIdentity): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".pem" });
  await Deno.writeTextFile(path, authority.certificate);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

function answerTo(query: Octets): Octets {
  const { id, questions } = decode(query);
  const answers = records("example.org 300 IN A 192.0.2.1").map((record) => ({ ...record, name: questions[0]!.name }));
  return wire({ id, questions, isResponse: true, recursionAvailable: true, answers, additionals: [opt()] });
}

async function ask(address: ConstructorParameters<typeof UdpClient>[0], name: string) {
  using client = new UdpClient(address);
  return decode(
    await client.ask(wire({ id: 7, recursionDesired: true, questions: [question(name)], additionals: [opt()] })),
  );
}

testWithFiles(
  "an upstream over TLS answers, by its name and by its address, and sees padded queries on one connection",
  async () => {
    const { authority, server } = await testCertificates();
    await using ca = await caFile(authority);
    for (const host of ["dns.example.org", null]) {
      const queries: Octets[] = [];
      await using upstream = new TcpServer((query) => (queries.push(query.slice()), answerTo(query)), 0, server);
      const { port } = upstream.address;
      const where = host === null ? `127.0.0.1:${port}?ca=${ca.path}` : `${host}:${port}?ip=127.0.0.1&ca=${ca.path}`;
      await using program = startProgram("--resolver", `tls://${where}`);
      for (const name of ["a.example.org", "b.example.org", "c.example.org"]) {
        const reply = await ask(program.address, name);
        assertEquals([reply.rcode, lines(reply.answers)], [RCODE.NOERROR, [`${name}. 300 IN A 192.0.2.1`]]);
      }
      assertEquals([upstream.connectionCount, queries.length], [1, 3]);
      for (const query of queries) {
        assertEquals(query.length % 128, 0);
        const codes = ednsOf(decode(query))!.options.map(({ code }) => code);
        assertEquals(codes, [EDNS_OPTION.TCP_KEEPALIVE, EDNS_OPTION.PADDING]);
      }
    }
  },
);

for (
  const [what, whose, host, told] of [
    ["is for another name", "otherName", "dns.example.org", /is for other\.example\.org, not for dns\.example\.org/],
    ["is for another name than the one that was meant", "server", "wrong.example.org", /not for wrong\.example\.org/],
    ["has expired", "expired", "dns.example.org", /expired on .*, and it is .* here/],
    ["is not valid yet", "notYetValid", "dns.example.org", /is not valid before .*, and it is .* here/],
    ["has signed itself", "selfSigned", "dns.example.org", /no authority that is believed stands behind/],
    [
      "is of an authority that nobody believes",
      "untrusted",
      "dns.example.org",
      /no authority that is believed stands behind/,
    ],
  ] satisfies [string, keyof TestCertificates, string, RegExp][]
) {
  testWithFiles(`[7858_01] a server over TLS whose certificate ${what} never gets a query`, async () => {
    const certificates = await testCertificates();
    await using ca = await caFile(certificates.authority);
    await using upstream = new TcpServer(answerTo, 0, certificates[whose]);
    const server = `tls://${host}:${upstream.address.port}?ip=127.0.0.1&ca=${ca.path}`;
    await using program = startProgram("--resolver", server);
    const reply = await ask(program.address, "example.org");
    assertEquals(reply.rcode, RCODE.SERVFAIL);
    assertMatch(program.lines.find((line) => line.includes("is not asked")) ?? program.lines.join("\n"), told);
    assertEquals(program.app.state.upstreams.map(({ state, problem }) => [state, told.test(problem!)]), [[
      "down",
      true,
    ]]);
    assertEquals(upstream.queryCount, 0);
    const { exitCode, lines: complaints } = await runProgram("check", server, "example.org");
    assertEquals(exitCode, 1);
    assertMatch(complaints.join("\n"), told);
    assertEquals(upstream.queryCount, 0);
  });
}

Deno.test("[7858_01] a server over TLS with another key than was pinned never gets a query, and the right pin needs no authority", async () => {
  const { selfSigned, server } = await testCertificates();
  const pinOf = async ({ certificate }: TlsIdentity) => {
    const { readCertificate } = await import("../../../lib/base/certificates/certificate.ts");
    const { fromPem } = await import("../../../lib/base/certificates/pem.ts");
    const { spki } = readCertificate(fromPem(certificate, "CERTIFICATE")[0]!);
    return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(spki))).toBase64();
  };
  await using upstream = new TcpServer(answerTo, 0, selfSigned);
  const where = `tls://dns.example.org:${upstream.address.port}?ip=127.0.0.1&ca=none`;
  {
    await using program = startProgram("--resolver", `${where}&pin-sha256=${await pinOf(server)}`);
    assertEquals((await ask(program.address, "example.org")).rcode, RCODE.SERVFAIL);
    assertEquals(upstream.queryCount, 0);
    assertMatch(program.app.state.upstreams[0]!.problem!, /another pin/);
  }
  await using program = startProgram("--resolver", `${where}&pin-sha256=${await pinOf(selfSigned)}`);
  assertEquals((await ask(program.address, "example.org")).rcode, RCODE.NOERROR);
  assertEquals(upstream.queryCount, 1);
});

Deno.test("a server over TLS that need not prove anything is asked, and that is told at the start and in the status", async () => {
  const { selfSigned } = await testCertificates();
  await using upstream = new TcpServer(answerTo, 0, selfSigned);
  await using program = startProgram("--resolver", `tls://127.0.0.1:${upstream.address.port}?auth=none`);
  assertEquals((await ask(program.address, "example.org")).rcode, RCODE.NOERROR);
  assertEquals(program.app.state.upstreams.map(({ isUnauthenticated }) => isUnauthenticated), [true]);
  assertEquals(program.lines.filter((line) => line.includes("need not prove who it is")).length, 1);
});

testWithFiles(
  "a server over TLS that is given by name alone is found by the bootstrap servers, and by nobody else",
  async () => {
    const { authority, server } = await testCertificates();
    await using ca = await caFile(authority);
    await using upstream = new TcpServer(answerTo, 0, server);
    const asked: string[] = [];
    await using bootstrap = new UdpServer(({ octets }) => {
      const { id, questions } = decode(octets);
      asked.push(...questionLines(questions).map((line) => line.toLowerCase()));
      const answers = questions[0]!.type === 1 ? records("dns.example.org 300 IN A 127.0.0.1") : [];
      return wire({
        id,
        questions,
        isResponse: true,
        recursionAvailable: true,
        answers: answers.map((one) => ({ ...one, name: questions[0]!.name })),
      });
    });
    await using program = startProgram(
      "--bootstrap",
      `127.0.0.1:${bootstrap.address.port}`,
      "--resolver",
      `tls://dns.example.org:${upstream.address.port}?ca=${ca.path}`,
    );
    assertEquals((await ask(program.address, "example.org")).rcode, RCODE.NOERROR);
    assertEquals([...new Set(asked)].toSorted(), ["dns.example.org. in a", "dns.example.org. in aaaa"]);
    assertEquals(program.app.state.upstreams.map(({ isForBootstrap = false }) => isForBootstrap), [false, true]);
  },
);

for (
  const [what, handler] of [
    ["closes each connection behind a reply", (query, connection) => {
      setTimeout(() => connection.close(), 5);
      return answerTo(query);
    }],
    ["closes each connection under its second query", (query, connection) => {
      if (connection.replyCount === 0) return answerTo(query);
      connection.close();
      return null;
    }],
    ["falls silent on its first connection", (query, { index, replyCount }) => {
      return index === 0 && replyCount > 5 ? null : answerTo(query);
    }],
  ] satisfies [string, StreamHandler][]
) {
  testWithFiles(`a server over TLS that ${what} loses nothing, and is not held to have failed`, async () => {
    const { authority, server } = await testCertificates();
    await using ca = await caFile(authority);
    await using upstream = new TcpServer(handler, 0, server);
    const where = `dns.example.org:${upstream.address.port}?ip=127.0.0.1&ca=${ca.path}`;
    await using program = startProgram("--resolver", `tls://${where}`);
    for (let i = 0; i < 20; i++) assertEquals((await ask(program.address, `${i}.example.org`)).rcode, RCODE.NOERROR);
    assertEquals(program.app.state.upstreams.map(({ failureCount, state }) => [failureCount, state]), [[0, "up"]]);
  });
}
