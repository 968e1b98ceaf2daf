import { assertEquals, assertMatch } from "@std/assert";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import type { TlsSocket } from "../../../lib/base/sockets/tls.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { makeCertificate } from "../../../lib/system/certificates/make_certificate.ts";
import { readCertificate } from "../../../lib/base/certificates/certificate.ts";
import { toPeerCertificate } from "../../../lib/system/network/tls/peer_certificates.ts";
import { tcp } from "../../support/fake_socket.ts";
import { nowValid, testCertificates } from "../../support/test_certificates.ts";
import { CLIENT, NO_SIGNAL, octetsOf, readText, retried, testTls, withListener } from "./tls_rig.ts";

const { authority, server } = await testCertificates();

/** A test that takes a program of the machine, and is left out where there is none. */
function testWith(program: string, name: string, fn: (folder: string) => Promise<void>): void {
  testTls(`${name} (needs ${program})`, async () => {
    const { state } = Deno.permissions.querySync({ name: "run" });
    if (state !== "granted" || !await isThere(program)) return;
    const folder = await Deno.makeTempDir();
    try {
      await fn(folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function isThere(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output();
  return success;
}

/** Runs a line of the shell, and gives what it has said. */
async function said(line: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `(${line}) 2>&1`], stdin: "null" }).output();
  return new TextDecoder().decode(stdout);
}

testWith(
  "openssl",
  "connectTls() speaks TLS 1.2 and 1.3 with s_server, whose chain has one between",
  async (folder) => {
    const between = await makeCertificate(
      { names: [], addresses: [], ...nowValid(), isAuthority: true, subject: "One between" },
      authority,
    );
    const leaf = await makeCertificate({ names: ["dns.example.org"], addresses: [], ...nowValid() }, between);
    await Deno.writeTextFile(`${folder}/leaf.pem`, leaf.certificate);
    await Deno.writeTextFile(`${folder}/between.pem`, between.certificate);
    await Deno.writeTextFile(`${folder}/key.pem`, leaf.key);
    for (const version of ["tls1_2", "tls1_3"]) {
      const { port } = freePort();
      const files = [
        "-cert",
        `${folder}/leaf.pem`,
        "-cert_chain",
        `${folder}/between.pem`,
        "-key",
        `${folder}/key.pem`,
      ];
      const args = ["s_server", "-accept", `127.0.0.1:${port}`, "-rev", "-quiet", `-${version}`, ...files];
      const child = new Deno.Command("openssl", { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
      try {
        const ours = await retried(() =>
          DENO_NETWORK.connectTls(tcp("127.0.0.1", port), { ...CLIENT, alpn: [] }, NO_SIGNAL)
        );
        assertEquals([ours.chainError, ours.peerCertificates.at(-1)?.subject], [null, "One between"]);
        await writeAll(ours, octetsOf("hello\n"));
        assertEquals(await readText(ours, 6), "olleh\n");
        ours.close();
        const unknown = { ...CLIENT, ca: leaf.certificate, alpn: [] };
        const doubted = await DENO_NETWORK.connectTls(tcp("127.0.0.1", port), unknown, NO_SIGNAL);
        assertMatch(`${doubted.chainError}`, /not known here, Authority of tests/);
        doubted.close();
      } finally {
        child.kill("SIGKILL");
        await child.status;
      }
    }
  },
);

testWith(
  "openssl",
  "listenTls() speaks TLS 1.2 and 1.3, nothing older, and does not negotiate again",
  async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
    await withListener({ alpn: ["dot"] }, async (listener, { port }) => {
      const serving = (async () => {
        for (;;) {
          const theirs = await listener.accept();
          await writeAll(theirs, octetsOf("welcome\n"));
          void theirs.read(new Uint8Array(100)).catch(() => {}).then(() => theirs.close());
        }
      })().catch(() => {});
      const client = `openssl s_client -connect 127.0.0.1:${port} -CAfile ${folder}/ca.pem -verify_return_error`;
      for (const version of ["tls1_2", "tls1_3"]) {
        const text = await said(`sleep 0.3 | ${client} -servername dns.example.org -alpn dot -${version}`);
        assertMatch(text, /Verify return code: 0 \(ok\)/);
        assertMatch(text, /ALPN protocol: dot/);
        assertMatch(text, /welcome/);
      }
      for (const version of ["tls1", "tls1_1"]) assertMatch(await said(`${client} -${version} </dev/null`), /error/);
      const again = await said(`(sleep 0.3; echo R; sleep 0.5) | ${client} -tls1_2`);
      assertMatch(again, /RENEGOTIATING[\s\S]*(no renegotiation|handshake failure|error|closed)/);
      listener.close();
      await serving;
    });
  },
);

testWith("kdig", "kdig asks over TLS by name and by pin, and refuses another name and another pin", async (folder) => {
  await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
  await withListener({}, async (listener, { port }) => {
    const serving = (async () => {
      for (;;) void answer(await listener.accept()).catch(() => {});
    })().catch(() => {});
    const kdig = `kdig @127.0.0.1 -p ${port} +retry=0 example.org`;
    const { spkiSha256: pin } = toPeerCertificate(readCertificate(server.der));
    const ca = `+tls-ca=${folder}/ca.pem`;
    assertMatch(await said(`${kdig} ${ca} +tls-hostname=dns.example.org`), /status: NOERROR/);
    assertMatch(await said(`${kdig} ${ca} +tls-hostname=other.example.org`), /certificate/);
    assertMatch(await said(`${kdig} +tls +tls-pin=${pin}`), /status: NOERROR/);
    assertMatch(await said(`${kdig} +tls +tls-pin=${btoa("x".repeat(32))}`), /certificate/);
    listener.close();
    await serving;
  });
});

/** The query itself is a response, with one bit changed. */
async function answer(theirs: TlsSocket): Promise<void> {
  const buffer = new Uint8Array(1000);
  const count = await theirs.read(buffer);
  buffer[4]! |= 0x80;
  await writeAll(theirs, buffer.slice(0, count ?? 0));
  await theirs.read(buffer);
  theirs.close();
}

function freePort(): { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr;
}
