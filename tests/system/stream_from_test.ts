// Connections from an address of this machine, on real sockets: only a kernel shows where they come from.

import { assertEquals, assertRejects } from "@std/assert";
import type { StreamSocket } from "../../lib/base/runtime.ts";
import { DENO_NETWORK } from "../../lib/system/network/deno_network.ts";
import { tcp } from "../support/fake_socket.ts";

/** A connection from 127.0.0.2 to 127.0.0.1, with its other end; both are closed behind `use`. */
async function withConnection(use: (ours: StreamSocket, theirs: Deno.TcpConn) => Promise<void>): Promise<void> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const ours = await connectFrom("127.0.0.2", listener.addr.port);
  const theirs = await accepted;
  try {
    await use(ours, theirs);
  } finally {
    ours.close();
    theirs.close();
  }
}

function connectFrom(source: string, port: number, signal = new AbortController().signal): Promise<StreamSocket> {
  return DENO_NETWORK.connectStream(tcp("127.0.0.1", port), signal, source);
}

/** Reads until so many octets have come, or no more will. */
async function readAll(stream: Pick<StreamSocket, "read">, lengthOctets: number): Promise<Uint8Array> {
  const all = new Uint8Array(lengthOctets);
  let length = 0;
  while (length < lengthOctets) {
    const buffer = new Uint8Array(1000);
    const count = await stream.read(buffer);
    if (count === null) break;
    all.set(buffer.subarray(0, count), length);
    length += count;
  }
  return all.subarray(0, length);
}

const OCTETS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);

Deno.test("connectStream() connects from the address that it is given, over IPv4 and IPv6", async () => {
  await withConnection(async (ours, theirs) => {
    await Promise.resolve();
    assertEquals([theirs.remoteAddr.hostname, ours.peer.hostname], ["127.0.0.2", "127.0.0.1"]);
  });
  using listener = Deno.listen({ hostname: "::1", port: 0 });
  const accepted = listener.accept();
  const remote = tcp("::1", listener.addr.port);
  const ours = await DENO_NETWORK.connectStream(remote, new AbortController().signal, "::1");
  using theirs = await accepted;
  assertEquals(theirs.remoteAddr.hostname, "::1");
  ours.close();
});

Deno.test("a connection from an address carries octets both ways, whatever their pieces, and tells when no more come", async () => {
  await withConnection(async (ours, theirs) => {
    const sent = (async () => {
      for (let rest = OCTETS.slice(); rest.length > 0;) rest = rest.subarray(await ours.write(rest));
    })();
    assertEquals(await readAll(theirs, OCTETS.length), OCTETS);
    await sent;
    const back = (async () => {
      for (let rest = OCTETS.slice(); rest.length > 0;) rest = rest.subarray(await theirs.write(rest));
      await theirs.closeWrite();
    })();
    assertEquals(await readAll(ours, OCTETS.length + 1), OCTETS);
    await back;
    assertEquals(await ours.read(new Uint8Array(10)), null);
  });
});

Deno.test("a connection from an address that is closed lets a read that waits fail", async () => {
  await withConnection(async (ours) => {
    const reading = ours.read(new Uint8Array(10));
    ours.close();
    await assertRejects(() => reading, Error);
    await assertRejects(() => ours.write(new Uint8Array(10)), Error);
  });
});

Deno.test("a connection from an address that the other side breaks lets a read that waits fail, or end", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  const ours = await connectFrom("127.0.0.2", listener.addr.port);
  const theirs = await accepted;
  await ours.write(new Uint8Array(1000));
  const reading = ours.read(new Uint8Array(10)).then(() => "ended", () => "failed");
  // What is unread is lost (RFC 2525 §2.17).
  theirs.close();
  assertEquals(["ended", "failed"].includes(await reading), true);
  ours.close();
});

Deno.test("connectStream() from an address fails where nobody listens, where the address is no one's here, and when it is given up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assertRejects(() => connectFrom("203.0.113.99", port), Error);
  await assertRejects(
    () => connectFrom("127.0.0.2", port, AbortSignal.abort(new Error("Given up"))),
    Error,
    "Given up",
  );
  listener.close();
  await assertRejects(() => connectFrom("127.0.0.2", port), Error);
});
