import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import type { TlsSocket } from "../../../lib/base/sockets/tls.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { CLIENT, NO_SIGNAL, octetsOf, readText, testTls, withListener } from "./tls_rig.ts";

const MIB = 1_048_576;

function withPair(test: (ours: TlsSocket, theirs: TlsSocket) => Promise<void>): Promise<void> {
  return withListener({}, async (listener, address) => {
    const ours = await DENO_NETWORK.connectTls(address, CLIENT, NO_SIGNAL);
    const theirs = await listener.accept();
    try {
      await test(ours, theirs);
    } finally {
      ours.close();
      theirs.close();
    }
  });
}

/** Writes until the other side takes no more for a while. Returns how much it took, and what goes on when it does again. */
async function fill(socket: TlsSocket): Promise<{ octets: number; rest: Promise<number> }> {
  const chunk = new Uint8Array(65_536);
  for (let octets = 0; octets < 64 * MIB; octets += chunk.length) {
    const rest = socket.write(chunk);
    const pause = new Promise<null>((resolve) => setTimeout(resolve, 500, null));
    if (await Promise.race([rest, pause]) === null) return { octets, rest };
  }
  throw new Error("All of it was taken");
}

testTls("a TLS socket takes no more than it has room for when nobody reads, on either side", async () => {
  for (const turn of [0, 1]) {
    await withPair(async (ours, theirs) => {
      const [writer, reader] = turn === 0 ? [ours, theirs] : [theirs, ours];
      const { octets, rest } = await fill(writer);
      assert(octets < 16 * MIB, `${octets}`);
      const buffer = new Uint8Array(100_000);
      for (let left = octets + 65_536; left > 0;) left -= (await reader.read(buffer))!;
      assertEquals(await rest, 65_536);
    });
  }
});

testTls(
  "read() of a TLS socket gives what has come in pieces of whatever size, then the end, again and again",
  async () => {
    await withPair(async (ours, theirs) => {
      await writeAll(theirs, octetsOf("abcdefg"));
      assertEquals([await readText(ours, 1), await readText(ours, 5), await readText(ours, 1)], ["a", "bcdef", "g"]);
      theirs.close();
      const buffer = new Uint8Array(1);
      assertEquals([await ours.read(buffer), await ours.read(buffer)], [null, null]);
    });
  },
);

testTls("close() of a TLS socket rejects who waits, and whatever comes later", async () => {
  await withPair(async (ours, theirs) => {
    const reading = ours.read(new Uint8Array(1));
    const { rest } = await fill(ours);
    ours.close();
    await assertRejects(() => reading);
    await assertRejects(() => rest);
    await assertRejects(() => ours.read(new Uint8Array(1)));
    await assertRejects(() => ours.write(octetsOf("x")));
    // The other side has the rest of what was sent, and then the end.
    const buffer = new Uint8Array(MIB);
    while (await theirs.read(buffer).catch(() => null) !== null);
    ours.close();
  });
});

testTls("write() to a TLS socket whose other end is gone rejects, and nothing else happens", async () => {
  await withPair(async (ours, theirs) => {
    theirs.close();
    const chunk = new Uint8Array(65_536);
    await assertRejects(async () => {
      for (let i = 0; i < 1000; i++) await ours.write(chunk);
    });
  });
});
