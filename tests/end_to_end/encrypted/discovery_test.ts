// What the program tells of how else it can be asked (RFC 9462), on real sockets.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import type { Network } from "../../../lib/base/runtime.ts";
import type { TlsIdentity } from "../../../lib/base/sockets/tls.ts";
import { App } from "../../../lib/app/app.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { chooseDatagramIo } from "../../../lib/system/datagram_io.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { lines, question, wire } from "../../support/messages.ts";
import { openPlain } from "../../support/plain_socket.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { UdpClient } from "../udp_client.ts";
import { quicTest } from "./quic_client.ts";

const { server, otherName } = await testCertificates();

/** Nobody is there: what is asked is not to leave. */
const upstreams = [parseEndpoint("127.0.0.1:9", 53)];

function start(identity: TlsIdentity, listen: readonly string[], network: Partial<Network> = {}): App {
  const config = {
    ...DEFAULTS,
    listen: listen.map((text) => parseListen(text, 53)),
    logLevel: "error" as const,
    upstreams,
  };
  return new App(config, denoRuntime(network, () => {}), undefined, { identities: [identity], authorities: {} });
}

async function ask(app: App, text: string): Promise<Message> {
  using client = new UdpClient(app.addresses[0]!);
  return decode(await client.ask(wire({ id: 1, recursionDesired: true, questions: [question(text)] })));
}

quicTest(
  "[9461_01] the program tells who asks it how else it can be asked, with the port and the path of each listener",
  async () => {
    const app = start(server, ["127.0.0.1:0", "quic://127.0.0.1:0", "tls://127.0.0.1:0", "https://127.0.0.1:0/ask"]);
    const { answers, additionals } = await ask(app, "_dns.resolver.arpa SVCB");
    const [, quic, tls, https] = app.addresses.map(({ port }) => port);
    assertEquals(lines(answers), [
      `_dns.resolver.arpa. 300 IN SVCB 1 dns.example.org. alpn=doq port=${quic} ipv4hint=127.0.0.1`,
      `_dns.resolver.arpa. 300 IN SVCB 2 dns.example.org. alpn=dot port=${tls} ipv4hint=127.0.0.1`,
      `_dns.resolver.arpa. 300 IN SVCB 3 dns.example.org. alpn=h2 port=${https} ipv4hint=127.0.0.1 key7="/ask{?dns}"`,
    ]);
    assertEquals(lines(additionals), ["dns.example.org. 300 IN A 127.0.0.1"]);
    await app.stop();
  },
);

quicTest(
  "[9462_01] [9462_03] the program tells of nothing when no certificate is for the address that was asked",
  async () => {
    const app = start(otherName, ["127.0.0.1:0", "quic://127.0.0.1:0"]);
    const { answers, authorities } = await ask(app, "_dns.resolver.arpa SVCB");
    assertEquals(answers, []);
    assertStringIncludes(lines(authorities).join(), "resolver.arpa. 10800 IN SOA");
    const told = `clients are not told of encrypted listeners at 127.0.0.1:${app.addresses[0]!.port}: ` +
      "no certificate is for 127.0.0.1";
    assertEquals(app.status().filter((line) => line.includes("encrypted listeners")), [told]);
    // Another certificate takes its place while it runs.
    app.show({ identities: [server], authorities: {} });
    assertEquals((await ask(app, "_dns.resolver.arpa SVCB")).answers.length, 1);
    assertEquals(app.status().filter((line) => line.includes("encrypted listeners")), []);
    await app.stop();
  },
);

const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

Deno.test({
  name: "[9462_03] the program on 0.0.0.0 tells whoever asks an address that a certificate is for (needs --allow-ffi)",
  ignore: !CAN_CALL,
  async fn() {
    const io = chooseDatagramIo({ io: "native", sharesPort: false });
    const app = start(server, ["0.0.0.0:0", "tls://0.0.0.0:0"], io);
    const [{ port }, tls] = app.addresses as [SocketAddress, SocketAddress];
    const client = openPlain({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    for (const hostname of ["127.0.0.1", "127.0.0.2", "127.0.0.1"]) {
      const query = wire({ id: 1, recursionDesired: true, questions: [question("_dns.resolver.arpa SVCB")] });
      await client.send(query, { transport: "udp", hostname, port });
      const [reply] = await client.receive(new Uint8Array(512));
      const told = `_dns.resolver.arpa. 300 IN SVCB 1 dns.example.org. alpn=dot port=${tls.port} ipv4hint=${hostname}`;
      assertEquals(lines(decode(reply).answers), hostname === "127.0.0.2" ? [] : [told]);
    }
    client.close();
    await app.stop();
    io.close();
  },
});
