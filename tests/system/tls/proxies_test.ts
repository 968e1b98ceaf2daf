import { assertEquals, assertRejects } from "@std/assert";
import type { SocketAddress } from "../../../lib/base/net/address.ts";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import type { StreamListenSocket } from "../../../lib/base/runtime.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { proxyHeader } from "../../support/proxy_headers.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { closing, octetsOf, readText, SERVER, testTls, withListener } from "./tls_rig.ts";

const { authority } = await testCertificates();
const HEADER = proxyHeader("198.51.100.7", 40_000);

/** A proxy in front of a listener: says for whom it speaks, and lets a client of TLS speak behind it. */
async function withProxy(
  to: SocketAddress,
  say: (upstream: Deno.TcpConn) => Promise<unknown>,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relaying = (async () => {
    const client = await proxy.accept();
    const upstream = await connectPlain(to);
    await say(upstream);
    const ends = [
      client.readable.pipeTo(upstream.writable),
      upstream.readable.pipeTo(client.writable),
    ];
    await Promise.allSettled(ends);
  })();
  try {
    await test(proxy.addr.port);
  } finally {
    proxy.close();
    await relaying.catch(() => {});
  }
}

async function connectThrough(port: number): Promise<Deno.TlsConn> {
  const caCerts = [authority.certificate];
  return await Deno.connectTls({ hostname: "127.0.0.1", port, caCerts });
}

testTls("listenTls() behind a proxy knows for whom a connection is, however the proxy says it", async () => {
  const ways: ((upstream: Deno.TcpConn) => Promise<unknown>)[] = [
    (upstream) => upstream.write(HEADER),
    async (upstream) => {
      for (const octet of HEADER) await upstream.write(Uint8Array.of(octet));
    },
    (upstream) => upstream.write(proxyHeader("198.51.100.7", 40_000, { more: 500 })),
  ];
  for (const say of ways) {
    await withListener({ proxyNetworks: ["127.0.0.0/8"], alpn: [] }, async (listener, address) => {
      await withProxy(address, say, async (port) => {
        const [ours, theirs] = await Promise.all([connectThrough(port), listener.accept()]);
        assertEquals(theirs.peer, { transport: "tcp", hostname: "198.51.100.7", port: 40_000 });
        await writeAll(theirs, octetsOf("hello"));
        const buffer = new Uint8Array(5);
        await ours.read(buffer);
        assertEquals(new TextDecoder().decode(buffer), "hello");
        ours.close();
        theirs.close();
      });
    });
  }
});

/** Whether whoever says this is turned away. */
async function isTurnedAway(address: SocketAddress, octets: Uint8Array): Promise<boolean> {
  const conn = await connectPlain(address);
  await conn.write(octets);
  const buffer = new Uint8Array(100);
  let isSilent = true;
  try {
    for (;;) {
      const count = await conn.read(buffer);
      if (count === null) break;
      isSilent = false;
    }
  } catch {
    // Reset is turned away, too.
  }
  conn.close();
  return isSilent;
}

testTls(
  "listenTls() and listenStream() behind proxies turn away who says nothing, nonsense, or is no proxy",
  async () => {
    const handshakeMs = 150;
    const hello = Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0);
    const shut = async (listener: StreamListenSocket, isProxy: boolean) => {
      const accepting = listener.accept();
      accepting.catch(() => {});
      await closing(listener, async () => {
        assertEquals(await isTurnedAway(listener.address, hello), true);
        assertEquals(await isTurnedAway(listener.address, HEADER.subarray(0, 20)), true);
        assertEquals(await isTurnedAway(listener.address, new Uint8Array(0)), true);
        if (!isProxy) assertEquals(await isTurnedAway(listener.address, HEADER), true);
      });
      await assertRejects(() => accepting);
    };
    const local = tcp("127.0.0.1", 0);
    for (const [network, isProxy] of [["127.0.0.1", true], ["192.0.2.0/24", false]] as const) {
      const options = { proxyNetworks: [network], handshakeMs };
      await shut(DENO_NETWORK.listenTls(local, { ...SERVER, ...options }), isProxy);
      await shut(DENO_NETWORK.listenStream(local, options), isProxy);
    }
  },
);

testTls("listenStream() behind a proxy knows for whom a connection is, and the proxy itself", async () => {
  const listener = DENO_NETWORK.listenStream(tcp("127.0.0.1", 0), { proxyNetworks: ["127.0.0.1"], handshakeMs: 2000 });
  await closing(listener, async () => {
    for (const command of [0x21, 0x20]) {
      const conn = await connectPlain(listener.address);
      await conn.write(proxyHeader("2001:db8::7", 40_000, { command }));
      await conn.write(octetsOf("query"));
      const theirs = await listener.accept();
      assertEquals(theirs.peer.hostname, command === 0x21 ? "2001:db8::7" : "127.0.0.1");
      assertEquals(await readText(theirs, 5), "query");
      await writeAll(theirs, octetsOf("reply"));
      const buffer = new Uint8Array(5);
      await conn.read(buffer);
      theirs.close();
      conn.close();
    }
  });
});

function connectPlain({ hostname, port }: SocketAddress): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}
