import { connect as tlsConnect } from "node:tls";
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import { AddressInUseError } from "../../../lib/base/runtime.ts";
import { TlsError, type TlsIdentity, type TlsSocket } from "../../../lib/base/sockets/tls.ts";
import { makeCertificate } from "../../../lib/system/certificates/make_certificate.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { listenSharedTls } from "../../../lib/system/network/tls/listen_tls.ts";
import { tcp } from "../../support/fake_socket.ts";
import { nowValid, testCertificates } from "../../support/test_certificates.ts";
import { CLIENT, closing, NO_SIGNAL, octetsOf, readText, retried, SERVER, testTls, withListener } from "./tls_rig.ts";

const { authority, server, otherName, untrusted } = await testCertificates();

function connect(address: Parameters<typeof DENO_NETWORK.connectTls>[0], client = {}): Promise<TlsSocket> {
  return DENO_NETWORK.connectTls(address, { ...CLIENT, ...client }, NO_SIGNAL);
}

testTls("listenTls() has the address at once, and says at once that it cannot have it", async () => {
  await withListener({}, (_listener, address) => {
    assertNotEquals(address.port, 0);
    assertThrows(() => DENO_NETWORK.listenTls(address, SERVER), AddressInUseError);
    assertThrows(() => listenSharedTls(address, SERVER), AddressInUseError);
    assertThrows(() => DENO_NETWORK.listenStream(address), AddressInUseError);
    assertThrows(() => DENO_NETWORK.listenTls(tcp("203.0.113.1", 0), SERVER));
    return Promise.resolve();
  });
});

testTls(
  "listenTls() shares an address with others who share it, and one of them closes without the others",
  async () => {
    const first = listenSharedTls(tcp("127.0.0.1", 0), SERVER);
    const second = listenSharedTls(first.address, SERVER);
    first.close();
    await closing(second, async () => {
      // The kernel may hand the first ones to the socket that is being closed.
      const ours = await retried(() => connect(second.address));
      const theirs = await second.accept();
      ours.close();
      theirs.close();
    });
  },
);

testTls("listenTls() serves IPv6, and tells who has come", async () => {
  const listener = DENO_NETWORK.listenTls(tcp("::1", 0), SERVER);
  await closing(listener, async () => {
    const ours = await connect(listener.address);
    const theirs = await listener.accept();
    assertEquals([theirs.peer.hostname, ours.peer], ["::1", listener.address]);
    ours.close();
    theirs.close();
  });
});

testTls("listenTls() refuses what it could not show, and replace() leaves what there was", async () => {
  const bad: readonly (readonly TlsIdentity[])[] = [
    [],
    [{ certificate: server.certificate, key: otherName.key }],
    [{ certificate: server.certificate, key: "" }],
    [{ certificate: "", key: server.key }],
    [server, { certificate: otherName.certificate, key: server.key }],
    [{ certificate: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key: server.key }],
  ];
  for (const identities of bad) {
    assertThrows(() => DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), { ...SERVER, identities }), TlsError);
  }
  assertThrows(() => DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), { ...SERVER, clientCa: "" }), TlsError);
  await withListener({}, async (listener, address) => {
    for (const identities of bad) assertThrows(() => listener.replace(identities, null), TlsError);
    const ours = await connect(address);
    assertEquals(ours.peerCertificates[0]!.names, ["dns.example.org"]);
    ours.close();
    (await listener.accept()).close();
  });
});

testTls(
  "listenTls() shows each name its certificate: the name itself before *., the first of two, the first for others",
  async () => {
    const wish = (...names: string[]) => makeCertificate({ names, addresses: [], ...nowValid() }, authority);
    const wild = await wish("*.example.net", "third.example.org");
    const exact = await wish("a.example.net", "third.example.org");
    await withListener({ identities: [server, wild, exact] }, async (listener, address) => {
      const shown = async (serverName: string | null) => {
        const [ours, theirs] = await Promise.all([connect(address, { serverName }), listener.accept()]);
        ours.close();
        theirs.close();
        assertEquals(theirs.serverName, serverName?.toLowerCase() ?? null);
        return ours.peerCertificates[0]!.names[0];
      };
      assertEquals(await shown("a.example.net"), "a.example.net");
      assertEquals(await shown("A.Example.NET"), "a.example.net");
      assertEquals(await shown("b.example.net"), "*.example.net");
      assertEquals(await shown("third.example.org"), "*.example.net");
      assertEquals(await shown("unknown.example.org"), "dns.example.org");
      assertEquals(await shown(null), "dns.example.org");
    });
  },
);

testTls(
  "replace() shows new clients the new certificate, keeps those who are there, and turns nobody away",
  async () => {
    await withListener({}, async (listener, address) => {
      const kept = await connect(address);
      const keptThere = await listener.accept();
      let accepted = 0;
      const accepting = (async () => {
        for (;; accepted++) {
          const theirs = await listener.accept();
          await writeAll(theirs, octetsOf("x"));
          theirs.close();
        }
      })().catch(() => {});
      const names = new Set<string>();
      for (let i = 0; i < 20; i++) {
        const dials = [1, 2, 3].map(() => connect(address));
        listener.replace([i % 2 === 0 ? otherName : server], null);
        for (const ours of await Promise.all([...dials, connect(address)])) {
          names.add(ours.peerCertificates[0]!.names[0]!);
          await readText(ours, 1);
          ours.close();
        }
      }
      assertEquals([...names].sort(), ["dns.example.org", "other.example.org"]);
      await writeAll(kept, octetsOf("still"));
      assertEquals(await readText(keptThere, 5), "still");
      kept.close();
      keptThere.close();
      listener.close();
      await accepting;
      assertEquals(accepted, 80);
    });
  },
);

testTls("listenTls() cuts off whoever says nothing, or too slowly, and those who talk nonsense", async () => {
  await withListener({ handshakeMs: 150 }, async (listener, address) => {
    const buffer = new Uint8Array(4096);
    const ends = async (conn: Deno.TcpConn) => {
      // Nonsense is answered with an alert first.
      while (await conn.read(buffer).catch(() => null) !== null);
      conn.close();
    };
    const silent = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
    const nonsense = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
    await nonsense.write(octetsOf("GET / HTTP/1.1\r\n\r\n"));
    const slow = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
    await slow.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1));
    const begin = performance.now();
    await Promise.all([silent, nonsense, slow].map(ends));
    assert(performance.now() - begin < 2000);
    const ours = await connect(address);
    (await listener.accept()).close();
    ours.close();
  });
});

testTls("listenTls() takes clients with a certificate of the authority alone, also by sessions of before", async () => {
  const client = await makeCertificate({ names: ["client.example.org"], addresses: [], ...nowValid() }, authority);
  await withListener({ clientCa: authority.certificate }, async (listener, address) => {
    const accepted: string[] = [];
    const accepting = (async () => {
      for (;;) {
        const theirs = await listener.accept();
        accepted.push(theirs.peerCertificates[0]!.names[0]!);
        await writeAll(theirs, octetsOf("welcome"));
        theirs.close();
      }
    })().catch(() => {});
    const welcomed = async (identity: TlsIdentity | null) => {
      const ours = await connect(address, { identity });
      const text = await readText(ours, 7).catch(() => "refused");
      ours.close();
      return text;
    };
    assertEquals(await welcomed(client), "welcome");
    assertEquals([await welcomed(null), await welcomed(untrusted)], ["refused", "refused"]);
    // A session that has begun with a listener that wants no certificate is none with one that does.
    const ca = { ca: null, alpn: [] };
    await withListener({ alpn: [] }, async (open, openAddress) => {
      const ours = await connect(openAddress, ca);
      const theirs = await open.accept();
      await writeAll(theirs, octetsOf("x"));
      await readText(ours, 1);
      ours.close();
      theirs.close();
    });
    const ours = await connect(address, ca).catch(() => null);
    assertEquals(ours === null ? "refused" : await readText(ours, 7).catch(() => "refused"), "refused");
    ours?.close();
    listener.close();
    await accepting;
    assertEquals(accepted, ["client.example.org"]);
  });
});

testTls(
  "replace() takes clients of another authority alone from then on, whatever session they go on with",
  async () => {
    const another = await makeCertificate({
      names: [],
      addresses: [],
      ...nowValid(),
      isAuthority: true,
      subject: "Another",
    });
    const wish = { names: ["client.example.org"], addresses: [], ...nowValid() };
    const [former, latter] = [await makeCertificate(wish, authority), await makeCertificate(wish, another)];
    await withListener({ clientCa: authority.certificate }, async (listener, address) => {
      const accepting = (async () => {
        for (;;) {
          const theirs = await listener.accept();
          await writeAll(theirs, octetsOf("welcome"));
          theirs.close();
        }
      })().catch(() => {});
      const welcomed = async (identity: TlsIdentity) => {
        const ours = await connect(address, { identity }).catch(() => null);
        const text = ours === null ? "refused" : await readText(ours, 7).catch(() => "refused");
        ours?.close();
        return text;
      };
      assertEquals([await welcomed(former), await welcomed(latter), await welcomed(former)], [
        "welcome",
        "refused",
        "welcome",
      ]);
      listener.replace([server], another.certificate);
      assertEquals([await welcomed(former), await welcomed(latter), await welcomed(former)], [
        "refused",
        "welcome",
        "refused",
      ]);
      listener.close();
      await accepting;
    });
  },
);

testTls("close() rejects who accepts, frees the address, and leaves what was accepted", async () => {
  const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), SERVER);
  const ours = await connect(listener.address);
  const theirs = await listener.accept();
  const accepting = listener.accept();
  listener.close();
  await assertRejects(() => accepting);
  await assertRejects(() => listener.accept());
  await writeAll(ours, octetsOf("x"));
  assertEquals(await readText(theirs, 1), "x");
  ours.close();
  theirs.close();
  const again = DENO_NETWORK.listenTls(listener.address, SERVER);
  again.close();
});

testTls(
  "listenTls() lets a client end its side that still reads, and lets go of one that ends in the handshake",
  async () => {
    await withListener({ handshakeMs: 60_000 }, async (listener, { port }) => {
      const gone = await Deno.connect({ hostname: "127.0.0.1", port });
      await gone.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1));
      await gone.closeWrite();
      while (await gone.read(new Uint8Array(100)).catch(() => null) !== null);
      gone.close();
      const client = tlsConnect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["dot"] });
      client.end("question");
      const theirs = await listener.accept();
      assertEquals(await readText(theirs, 8), "question");
      assertEquals(await theirs.read(new Uint8Array(1)), null);
      const answered = new Promise((resolve) => client.on("data", (octets) => resolve(`${octets}`)));
      await writeAll(theirs, octetsOf("answer"));
      assertEquals(await answered, "answer");
      theirs.close();
    });
  },
);
