// Upstreams over QUIC on real sockets: the program asks itself.

import { assertEquals, assertMatch } from "@std/assert";
import type { TlsIdentity } from "../../../lib/base/sockets/tls.ts";
import { App } from "../../../lib/app/app.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { question, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { UdpClient } from "../udp_client.ts";
import { quicTest } from "./quic_client.ts";

const CERTIFICATES = await testCertificates();

function start(fields: Partial<FullConfig>, identity: TlsIdentity | null, lines: string[] = []): App {
  const config: FullConfig = { ...DEFAULTS, logLevel: "warn", cacheSizeMib: 0, timeoutMs: 2000, ...fields };
  const runtime = denoRuntime({}, (line) => void lines.push(line));
  const files = {
    ...runtime.files,
    read: () => Promise.resolve(new TextEncoder().encode(CERTIFICATES.authority.certificate)),
  };
  const material = { identities: identity === null ? [] : [identity], authorities: {} };
  return new App(config, { ...runtime, files }, undefined, material);
}

/** A server over QUIC that says of every name the same. */
function serve(identity: TlsIdentity): App {
  return start({ listen: [parseListen("quic://127.0.0.1:0", 53)] }, identity);
}

/** The program that asks a server over QUIC, and a way to ask it. */
function forward(server: App, lines: string[] = []) {
  const { port } = server.addresses[0]!;
  const upstreams = [parseEndpoint(`quic://dns.example.org:${port}?ip=127.0.0.1&ca=/ca.pem`, 53)];
  const app = start({ listen: [parseListen("127.0.0.1:0", 53)], upstreams }, null, lines);
  const ask = async (text: string): Promise<Message> => {
    using client = new UdpClient(app.addresses[0]!);
    return decode(await client.ask(wire({ id: 1, recursionDesired: true, questions: [question(text)] })));
  };
  return { app, ask };
}

quicTest("[9250_04] questions go on over QUIC, and a connection is renewed after a thousand of them", async () => {
  const server = serve(CERTIFICATES.server);
  const { app, ask } = forward(server);
  let answerCount = 0;
  for (let i = 0; i < 1300; i += 100) {
    const replies = await Promise.all(Array.from({ length: 100 }, (_, j) => ask(`n${i + j}.example`)));
    answerCount += replies.filter(({ rcode, answers }) => rcode === RCODE.NOERROR && answers.length === 1).length;
  }
  assertEquals(answerCount, 1300);
  assertEquals(server.counters.quicFaults, 0);
  assertEquals(server.counters.connections >= 2, true);
  await app.stop();
  await server.stop();
});

for (
  const [what, identity, told] of [
    ["for another name", CERTIFICATES.otherName, /its certificate is not for dns\.example\.org/],
    ["expired", CERTIFICATES.expired, /its certificate has expired/],
    ["not valid yet", CERTIFICATES.notYetValid, /its certificate is not valid yet/],
    ["signed by itself", CERTIFICATES.selfSigned, /no authority that is believed/],
    ["of a stranger", CERTIFICATES.untrusted, /no authority that is believed/],
  ] as const
) {
  quicTest(`[9250_06] a server over QUIC whose certificate is ${what} never gets a query`, async () => {
    const server = serve(identity);
    const lines: string[] = [];
    const { app, ask } = forward(server, lines);
    for (let i = 0; i < 5; i++) assertEquals((await ask(`n${i}.example`)).rcode, RCODE.SERVFAIL);
    assertEquals(server.counters.received, 0);
    assertMatch(lines.join("\n"), told);
    await app.stop();
    await server.stop();
  });
}
