import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { createServer } from "node:tls";
import { readCertificate } from "../../../lib/base/certificates/certificate.ts";
import { DER, derOf, objectId } from "../../../lib/base/certificates/der.ts";
import { fromPem, toPem } from "../../../lib/base/certificates/pem.ts";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import {
  type TlsClientOptions,
  TlsError,
  type TlsIdentity,
  type TlsServerOptions,
  type TlsSocket,
} from "../../../lib/base/sockets/tls.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { CLIENT, NO_SIGNAL, octetsOf, readText, SERVER, testTls } from "./tls_rig.ts";

const { authority, server, expired, notYetValid, selfSigned, otherName, untrusted } = await testCertificates();
/** Serves with a certificate for the time of a test; gives what both ends make of the first connection. */
async function meet(
  identity: TlsIdentity,
  test: (ours: TlsSocket, theirs: TlsSocket) => Promise<void>,
  { client = {}, options = {} }: { client?: Partial<TlsClientOptions>; options?: Partial<TlsServerOptions> } = {},
): Promise<void> {
  const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), { ...SERVER, identities: [identity], ...options });
  try {
    const accepting = listener.accept();
    const ours = await DENO_NETWORK.connectTls(listener.address, { ...CLIENT, ...client }, NO_SIGNAL);
    const theirs = await accepting;
    try {
      await test(ours, theirs);
    } finally {
      ours.close();
      theirs.close();
    }
  } finally {
    listener.close();
  }
}

testTls("connectTls() carries octets both ways, and says what was agreed upon", async () => {
  await meet(server, async (ours, theirs) => {
    await writeAll(ours, octetsOf("hello"));
    assertEquals(await readText(theirs, 5), "hello");
    await writeAll(theirs, octetsOf("good day"));
    assertEquals(await readText(ours, 8), "good day");
    assertEquals([ours.alpn, theirs.alpn, ours.serverName, theirs.serverName], ["dot", "dot", null, "dns.example.org"]);
    assertEquals([ours.chainError, theirs.chainError, theirs.peerCertificates], [null, null, []]);
    const [own] = ours.peerCertificates;
    assertEquals([own!.subject, own!.issuer], ["dns.example.org", "Authority of tests"]);
    assertEquals([own!.names, own!.addresses], [["dns.example.org"], ["127.0.0.1", "::1"]]);
    assertEquals([own!.spkiSha256.length, own!.tbsSha256.length], [44, 44]);
    assertEquals(ours.peer.port, 0 + ours.peer.port);
  });
});

for (
  const { what, identity, client = {}, text } of [
    { what: "one that has expired", identity: expired, text: /^the certificate of dns.example.org has expired on 20/ },
    { what: "one of the future", identity: notYetValid, text: /is not valid before 20/ },
    { what: "one signed by itself", identity: selfSigned, text: /^it is signed by itself$/ },
    { what: "one of another authority", identity: untrusted, text: /^it is signed by an authority that is not known/ },
    { what: "one of no public authority", identity: server, client: { ca: null }, text: /authority that is not known/ },
    {
      what: "one signed by itself, publicly",
      identity: selfSigned,
      client: { ca: null, serverName: "another.example.org" },
      text: /signed by itself/,
    },
  ]
) {
  testTls(`connectTls() lets nobody take ${what} for good, also when a session is taken up again`, async () => {
    const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), { ...SERVER, identities: [identity] });
    try {
      // Sessions are taken up again from the second connection on.
      for (let i = 0; i < 4; i++) {
        const ours = await DENO_NETWORK.connectTls(listener.address, { ...CLIENT, ...client }, NO_SIGNAL);
        const theirs = await listener.accept();
        // What a session is taken up again with comes behind the handshake.
        await writeAll(theirs, octetsOf("x"));
        await readText(ours, 1);
        assertMatch(`${ours.chainError}`, text);
        assertEquals(ours.peerCertificates.length, 1);
        ours.close();
        theirs.close();
      }
    } finally {
      listener.close();
    }
  });
}

testTls("connectTls() leaves names to others, and believes a certificate that is its own authority", async () => {
  await meet(otherName, (ours) => {
    assertEquals([ours.chainError, ours.peerCertificates[0]!.names], [null, ["other.example.org"]]);
    return Promise.resolve();
  });
  await meet(selfSigned, (ours) => {
    assertEquals(ours.chainError, null);
    return Promise.resolve();
  }, { client: { ca: selfSigned.certificate } });
});

testTls(
  "connectTls() asks for no name where there is none, and goes on without an agreement on what is spoken",
  async () => {
    await meet(server, (ours, theirs) => {
      assertEquals([theirs.serverName, ours.alpn, theirs.alpn], [null, null, null]);
      return Promise.resolve();
    }, { client: { serverName: null, alpn: [] } });
  },
);

testTls("connectTls() fails with what the other side says, or that it says nothing", async () => {
  const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), SERVER);
  const other = { ...CLIENT, alpn: ["h2"] };
  await assertRejects(
    () => DENO_NETWORK.connectTls(listener.address, other, NO_SIGNAL),
    TlsError,
    "no application protocol",
  );
  listener.close();
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  const nobody = closed.addr as SocketAddress;
  await assertRejects(() => DENO_NETWORK.connectTls(nobody, CLIENT, NO_SIGNAL), Error, "refused");
  const noCa = { ...CLIENT, ca: "" };
  await assertRejects(() => DENO_NETWORK.connectTls(listener.address, noCa, NO_SIGNAL), TlsError, "no certificate");

  const plain = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = plain.addr as SocketAddress;
  const ended = DENO_NETWORK.connectTls(at, CLIENT, NO_SIGNAL);
  (await plain.accept()).close();
  await assertRejects(() => ended, TlsError, "ended in the handshake");
  const nonsense = DENO_NETWORK.connectTls(at, CLIENT, NO_SIGNAL);
  const talker = await plain.accept();
  await talker.write(octetsOf("220 mail.example.org ESMTP ready, and some more of it\r\n"));
  await assertRejects(() => nonsense, TlsError);
  talker.close();
  plain.close();
});

testTls("connectTls() gives up when it is told to, at whatever point", async () => {
  const plain = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const abort = new AbortController();
  const silent = DENO_NETWORK.connectTls(plain.addr as SocketAddress, CLIENT, abort.signal);
  const held = await plain.accept();
  abort.abort(new Error("Enough"));
  await assertRejects(() => silent, Error, "Enough");
  await assertRejects(
    () => DENO_NETWORK.connectTls(plain.addr as SocketAddress, CLIENT, abort.signal),
    Error,
    "Enough",
  );
  held.close();
  plain.close();
});

testTls("connectTls() takes nobody for the owner of a key who has not shown that it has it", async () => {
  // A certificate of version 1 with somebody else's public key: Deno 2.9.5 does not look whether the server has the private one.
  const { spki } = readCertificate(server.der);
  const key = toPem("PRIVATE KEY", fromPem(otherName.key, "PRIVATE KEY")[0]!);
  const algorithm = derOf(DER.sequence, objectId("1.2.840.10045.4.3.2"));
  const name = derOf(DER.sequence);
  const time = derOf(DER.utcTime, octetsOf("260101000000Z"));
  const validity = derOf(DER.sequence, time, derOf(DER.utcTime, octetsOf("460101000000Z")));
  const tbs = derOf(DER.sequence, derOf(DER.integer, Uint8Array.of(5)), algorithm, name, validity, name, spki);
  const der = derOf(DER.sequence, tbs, algorithm, derOf(DER.bitString, new Uint8Array(70)));
  const liar = createServer({ cert: toPem("CERTIFICATE", der), key });
  liar.on("secureConnection", (socket) => socket.on("error", () => {}));
  await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
  const { port } = liar.address() as { port: number };
  for (const ca of [null, authority.certificate, server.certificate]) {
    const connecting = DENO_NETWORK.connectTls(tcp("127.0.0.1", port), { ...CLIENT, ca, alpn: [] }, NO_SIGNAL);
    await assertRejects(() => connecting, TlsError, "a form that is not understood");
  }
  liar.close();
});
