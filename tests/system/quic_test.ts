import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import {
  type QuicClientOptions,
  QuicError,
  type QuicListenSocket,
  type QuicSocket,
  type QuicStream,
} from "../../lib/base/sockets/quic.ts";
import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";
import { DENO_QUIC } from "../../lib/system/network/quic/deno_quic.ts";
import { testCertificates } from "../support/test_certificates.ts";

const LOOPBACK: SocketAddress = { transport: "udp", hostname: "127.0.0.1", port: 0 };
const CERTIFICATES = await testCertificates();
const SERVER = { identity: CERTIFICATES.server, alpn: ["doq"], idleMs: 5000, streamsMax: 2 };
const CLIENT: QuicClientOptions = {
  serverName: "dns.example.org",
  ca: CERTIFICATES.authority.certificate,
  alpn: ["doq"],
  idleMs: 5000,
};

function quicTest(name: string, run: () => Promise<void>): void {
  const { whyNot } = DENO_QUIC;
  Deno.test({ name: whyNot === null ? name : `${name} (left out: ${whyNot})`, ignore: whyNot !== null, fn: run });
}

async function withServer(
  use: (listener: QuicListenSocket) => Promise<void>,
  identity: TlsIdentity = CERTIFICATES.server,
): Promise<void> {
  const listener = DENO_QUIC.listen(LOOPBACK, { ...SERVER, identity });
  try {
    await use(listener);
  } finally {
    listener.close();
  }
}

async function withConnection(use: (client: QuicSocket, server: QuicSocket) => Promise<void>): Promise<void> {
  await withServer(async (listener) => {
    const client = DENO_QUIC.client(null);
    const accepted = listener.accept();
    const connection = await client.connect(listener.address, CLIENT, never());
    await use(connection, await accepted);
    client.close();
    await connection.closed;
  });
}

function never(): AbortSignal {
  return new AbortController().signal;
}

async function all(stream: QuicStream): Promise<string> {
  let text = "";
  for (let octets = await stream.read(); octets !== null; octets = await stream.read()) {
    text += new TextDecoder().decode(octets);
  }
  return text;
}

const octets = (text: string) => new TextEncoder().encode(text);

quicTest("DENO_QUIC carries octets both ways on a stream, to its end", async () => {
  await withConnection(async (client, server) => {
    assertEquals(server.serverName, "dns.example.org");
    assertEquals(server.peer.hostname, "127.0.0.1");
    const asked = (await client.openStream(false))!;
    await asked.finish(octets("query"));
    const served = await server.acceptStream();
    assertEquals(await all(served), "query");
    await served.finish(octets("x".repeat(65_537)));
    assertEquals((await all(asked)).length, 65_537);
  });
});

quicTest("DENO_QUIC opens no more streams than the server allows, and waits until it allows another", async () => {
  await withConnection(async (client, server) => {
    const [first, second] = [(await client.openStream(false))!, (await client.openStream(false))!];
    assertEquals(await client.openStream(false), null);
    const third = client.openStream(true);
    for (const stream of [first, second]) {
      await stream.finish(octets("a"));
      const served = await server.acceptStream();
      await all(served);
      await served.finish(octets("b"));
      await all(stream);
    }
    assert(await third !== null);
  });
});

quicTest("DENO_QUIC tells the other side with which code a connection is ended", async () => {
  await withConnection(async (client, server) => {
    server.close(2, "two queries");
    assertEquals(await client.closed, { code: 2, reason: "two queries" });
    assertEquals((await server.closed).code, null);
    await assertRejects(() => client.openStream(true));
    await assertRejects(() => server.acceptStream());
  });
});

quicTest("DENO_QUIC ends what is read on a stream when its connection ends", async () => {
  await withConnection(async (client, server) => {
    const stream = (await client.openStream(false))!;
    await stream.finish(octets("query"));
    await server.acceptStream();
    server.close(0);
    await assertRejects(() => stream.read());
  });
});

quicTest("DENO_QUIC lets a stream go without ending its connection", async () => {
  await withConnection(async (client, server) => {
    const stream = (await client.openStream(false))!;
    await stream.finish(octets("query"));
    const served = await server.acceptStream();
    assertEquals(await all(served), "query");
    stream.cancel();
    const another = (await client.openStream(false))!;
    await another.finish(octets("another"));
    assertEquals(await all(await server.acceptStream()), "another");
    served.cancel();
  });
});

const { server: good, otherName, expired, notYetValid, selfSigned, untrusted } = CERTIFICATES;

for (
  const [what, identity, options, doubt] of [
    ["for another name", otherName, {}, "name"],
    ["for a name alone, where an address is asked", otherName, { serverName: null }, "name"],
    ["for other names than that", good, { serverName: "dns.example.com" }, "name"],
    ["expired", expired, {}, "expired"],
    ["not valid yet", notYetValid, {}, "notYetValid"],
    ["signed by itself", selfSigned, {}, "chain"],
    ["of an authority that is called like ours", untrusted, {}, "chain"],
    ["of an authority that nobody has named", good, { ca: null }, "chain"],
    ["good, but nothing is spoken that both know", good, { alpn: ["h3"] }, null],
  ] as const
) {
  quicTest(`[9250_06] DENO_QUIC has no connection to a server whose certificate is ${what}`, async () => {
    await withServer(async (listener) => {
      const client = DENO_QUIC.client(null);
      let isTaken = false;
      const accepted = listener.accept().then(() => isTaken = true, () => {});
      const attempt = client.connect(listener.address, { ...CLIENT, ...options }, never());
      const error = await assertRejects(() => attempt, QuicError);
      assertEquals(error.doubt, doubt);
      client.close();
      listener.close();
      await accepted;
      assertEquals(isTaken, false);
    }, identity);
  });
}

quicTest("DENO_QUIC connects to an address that the certificate is for, and asks for no name then", async () => {
  await withServer(async (listener) => {
    const client = DENO_QUIC.client(null);
    const accepted = listener.accept();
    await client.connect(listener.address, { ...CLIENT, serverName: null }, never());
    assertEquals((await accepted).serverName, null);
    client.close();
  });
});

quicTest("DENO_QUIC gives an attempt up when it is told to, though nobody answers", async () => {
  const silent = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const client = DENO_QUIC.client(null);
  const dial = new AbortController();
  const attempt = client.connect(silent.addr as SocketAddress, CLIENT, dial.signal);
  await silent.receive();
  dial.abort(new Error("It takes too long"));
  await assertRejects(() => attempt, Error, "It takes too long");
  client.close();
  silent.close();
});

quicTest("DENO_QUIC shows another certificate to new connections, and keeps the old ones", async () => {
  await withServer(async (listener) => {
    const first = DENO_QUIC.client(null);
    const taken = listener.accept();
    const old = await first.connect(listener.address, CLIENT, never());
    const oldServed = await taken;
    listener.replace(otherName);
    const second = DENO_QUIC.client(null);
    await assertRejects(() => second.connect(listener.address, CLIENT, never()), QuicError);
    const next = listener.accept();
    await second.connect(listener.address, { ...CLIENT, serverName: "other.example.org" }, never());
    await next;
    const stream = (await old.openStream(false))!;
    await stream.finish(octets("still here"));
    assertEquals(await all(await oldServed.acceptStream()), "still here");
    assertThrows(() => listener.replace({ ...otherName, key: good.key }), QuicError);
    assertThrows(() => listener.replace({ ...otherName, key: "no key" }), QuicError);
    first.close();
    second.close();
  });
});

quicTest("DENO_QUIC turns away who comes after leave(), and keeps who is there", async () => {
  await withServer(async (listener) => {
    const first = DENO_QUIC.client(null);
    const taken = listener.accept();
    const connection = await first.connect(listener.address, CLIENT, never());
    const served = await taken;
    listener.leave();
    const second = DENO_QUIC.client(null);
    await assertRejects(() => second.connect(listener.address, CLIENT, never()), QuicError);
    const stream = (await connection.openStream(false))!;
    await stream.finish(octets("still here"));
    assertEquals(await all(await served.acceptStream()), "still here");
    first.close();
    second.close();
  });
});

Deno.test({
  name: "DENO_QUIC listens again at a port that it has left, whose descriptor nobody has given back yet",
  ignore: DENO_QUIC.whyNot !== null,
  // What is left goes on turning people away.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const free = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    const local = free.addr as SocketAddress;
    free.close();
    const client = DENO_QUIC.client(null);
    for (const identity of [good, otherName, good]) {
      const listener = DENO_QUIC.listen(local, { ...SERVER, identity });
      const accepted = listener.accept();
      const serverName = identity === good ? "dns.example.org" : "other.example.org";
      const connection = await client.connect(local, { ...CLIENT, serverName }, never());
      await accepted;
      listener.close();
      await connection.closed;
      await assertRejects(() => client.connect(local, CLIENT, never()), QuicError);
    }
    client.close();
  },
});
