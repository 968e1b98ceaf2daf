import { connect as tlsConnect } from "node:tls";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { CLIENT, NO_SIGNAL, nodeClosed, SERVER } from "./tls_rig.ts";

// Says how much of the heap is in use after each of a few rounds of handshakes that fail, in octets. Run by a test, with gc().
const ROUNDS = 3;
const OF_A_KIND = 100;
const GARBAGE = new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n");
/** A record of a handshake that says it is longer than what comes of it. */
const PART = Uint8Array.from([22, 3, 1, 2, 0, 1, 0, 1, 252]);

Deno.addSignalListener("SIGTERM", () => Deno.exit());
const listener = DENO_NETWORK.listenTls({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, {
  ...SERVER,
  handshakeMs: 60_000,
});
const { port } = listener.address;
void accept();
const used: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < OF_A_KIND; i++) {
    await Promise.all([speak(GARBAGE), speak(PART), speak(null), refuse(), beRefused()]);
  }
  // What is at its end is let go of in the turns after it.
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    (globalThis as unknown as { gc(): void }).gc();
  }
  used.push(Deno.memoryUsage().heapUsed);
}
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ used, handshakesARound: 5 * OF_A_KIND })));
Deno.exit();

async function accept(): Promise<void> {
  for (;;) (await listener.accept()).close();
}

/** Says something and ends its side; returns when the other side has ended, too. */
async function speak(octets: Uint8Array<ArrayBuffer> | null): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    if (octets !== null) await connection.write(octets);
    await connection.closeWrite();
    const buffer = new Uint8Array(100);
    while (await connection.read(buffer) !== null);
  } catch {
    // Reset.
  } finally {
    connection.close();
  }
}

/** Believes nobody who shows a certificate of the tests. */
async function refuse(): Promise<void> {
  const socket = tlsConnect({ host: "127.0.0.1", port, servername: "dns.example.org" });
  socket.on("error", () => {});
  await nodeClosed(socket);
}

/** Nobody listens there: what would have encrypted is never told to start. */
async function beRefused(): Promise<void> {
  const nobody = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  await DENO_NETWORK.connectTls(nobody, CLIENT, NO_SIGNAL, "127.0.0.1").then((socket) => socket.close(), () => {});
}
