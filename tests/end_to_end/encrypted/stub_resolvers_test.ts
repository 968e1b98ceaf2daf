// Stub resolvers that people have, as clients over TLS: stubby, where it is installed, and what systemd-resolved sends.

import { assert, assertEquals } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";
import { RunningServer } from "../../../bench/common/running_server.ts";
import { findExecutable } from "../../../bench/common/installed.ts";
import { ednsOf, opt, question, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { UdpClient } from "../udp_client.ts";
import { testWith } from "./installed.ts";
import { TestTlsClient } from "./tls_client.ts";

const { authority, server } = await testCertificates();

/** The program at `tls://`; it has an address for every name. */
function start() {
  const listen = [parseListen("tls://127.0.0.1:0", 53)];
  const runtime = denoRuntime({}, () => {});
  const app = new App({ ...DEFAULTS, listen, logLevel: "error" }, runtime, undefined, {
    identities: [server],
    authorities: {},
  });
  return { app, address: app.addresses[0]! };
}

/** stubby, which asks `upstream` over TLS if that is `name`. */
function startStubby(upstream: SocketAddress, name: string): Promise<RunningServer> {
  return RunningServer.start({
    name: "stubby",
    executable: findExecutable("stubby")!,
    commandLine: ({ listen, folder }) => ({
      args: ["-C", `${folder}/stubby.yml`],
      files: {
        "ca.pem": authority.certificate,
        "stubby.yml": `
resolution_type: GETDNS_RESOLUTION_STUB
dns_transport_list: [ GETDNS_TRANSPORT_TLS ]
tls_authentication: GETDNS_AUTHENTICATION_REQUIRED
tls_query_padding_blocksize: 128
idle_timeout: 10000
tls_ca_file: "${folder}/ca.pem"
listen_addresses: [ ${listen.hostname}@${listen.port} ]
upstream_recursive_servers:
  - address_data: ${upstream.hostname}
    tls_port: ${upstream.port}
    tls_auth_name: "${name}"
`,
      },
    }),
  });
}

async function rcodeFrom(address: SocketAddress, name: string): Promise<number> {
  using client = new UdpClient(address);
  return decode(await client.ask(wire({ recursionDesired: true, questions: [question(name)] }))).rcode;
}

await testWith(
  ["stubby"],
  "[7858_03] stubby is answered over TLS in the name of the certificate, and asks nothing in another",
  async () => {
    const { app, address } = start();
    const questionCount = () => app.state.replies.reduce((sum, { count }) => sum + count, 0);
    {
      await using stubby = await startStubby(address, "other.example.org");
      assertEquals(await rcodeFrom(stubby.address, "a.example"), RCODE.SERVFAIL);
      assertEquals(questionCount(), 0);
    }
    await using stubby = await startStubby(address, "dns.example.org");
    for (const name of ["a.example", "b.example", "c.example"]) {
      assertEquals(await rcodeFrom(stubby.address, name), RCODE.NOERROR);
    }
    assertEquals(app.state.replies.map(({ channel, count }) => [channel, count]), [["tls", 3]]);
    // One connection, which it keeps.
    assertEquals(app.state.listeners!.map(({ connections }) => connections), [1]);
    await app.stop();
  },
);

Deno.test("[7858_02] a client that asks as systemd-resolved does is answered: A and AAAA at once, in records of two octets and the rest", async () => {
  const { app, address } = start();
  // Neither a name nor a protocol, unless the operator has said a name; DO; what validators understand (RFC 6975), which it
  // sends when it validates.
  const client = await TestTlsClient.connect(address, { serverName: null, alpn: [] });
  const understood = [5, 6, 7].map((code) => ({ code, data: Uint8Array.of(8, 10, 13, 14) }));
  const additionals = [opt({ udpPayloadOctets: 65_494, wantsDnssec: true, options: understood })];
  const frames = ["a.example. IN A", "a.example. IN AAAA"].map((text, i) => {
    return toFrame(wire({ id: 7 + i, recursionDesired: true, questions: [question(text)], additionals }));
  });
  for (const frame of frames) {
    await client.socket.write(frame.subarray(0, 2));
    await client.socket.write(frame.subarray(2));
  }
  const replies = [decode(await client.receive()), decode(await client.receive())];
  assertEquals(replies.map(({ id }) => id).toSorted(), [7, 8]);
  for (const reply of replies) {
    assertEquals(reply.rcode, RCODE.NOERROR);
    assert(ednsOf(reply)!.wantsDnssec);
  }
  client.close();
  await app.stop();
});
