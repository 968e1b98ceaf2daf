import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { testCertificates } from "../../support/test_certificates.ts";

// Gives back what it gets over TLS, until it is killed. Says first where, and with whose certificate. Run by a test.
// As the program does. Otherwise Deno (2.9.5) does it by itself half a second later, and ends when it cannot.
Deno.addSignalListener("SIGTERM", () => Deno.exit());
const { authority, server } = await testCertificates();
const options = { identities: [server], alpn: [], clientCa: null, proxyNetworks: null, handshakeMs: 30_000 };
const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), options);
const { port } = listener.address;
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ port, authority: authority.certificate })}\n`));
for (;;) {
  try {
    const socket = await listener.accept();
    void (async () => {
      const buffer = new Uint8Array(1000);
      for (;;) {
        const count = await socket.read(buffer);
        if (count === null) break;
        await socket.write(buffer.slice(0, count));
      }
      socket.close();
    })().catch(() => socket.close());
  } catch {
    // Out of descriptors: as the program does.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
