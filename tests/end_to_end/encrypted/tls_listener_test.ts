// Clients over TLS on real sockets, from the handshake to the reply.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import type { TlsMaterial } from "../../../lib/server/certificates/tls_material.ts";
import type { TlsIdentity } from "../../../lib/base/sockets/tls.ts";
import { listenName, parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { EDNS_OPTION, RCODE } from "../../../lib/wire/iana.ts";
import { ednsOf, lines } from "../../support/messages.ts";
import { localNames, policyOf } from "../../support/policies.ts";
import { proxyHeader } from "../../support/proxy_headers.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { TestTlsClient } from "./tls_client.ts";

const { authority, stranger, server, otherName, untrusted } = await testCertificates();
const MATERIAL: TlsMaterial = { identities: [server, otherName], authorities: { "/ca.pem": authority.certificate } };

/** The program, which says of every name the same, and what it has said. */
function start(...listen: readonly string[]) {
  const config: FullConfig = { ...DEFAULTS, listen: listen.map((one) => parseListen(one, 53)), logLevel: "warn" };
  const lines: string[] = [];
  const app = new App(config, denoRuntime({}, (line) => void lines.push(line)), undefined, MATERIAL);
  const address = app.addresses[0]!;
  return { app, config, address, lines };
}

/** An address with a port that is free, or was a moment ago. */
function freeListen(protocol: string): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return `${protocol}://127.0.0.1:${port}`;
}

Deno.test("[7858_02] queries over TLS are answered, those of one read in one turn, with padding", async () => {
  const { app, address } = start("tls://127.0.0.1:0");
  const client = await TestTlsClient.connect(address);
  assertEquals([client.socket.alpn, client.shown], ["dot", "dns.example.org"]);
  const names = Array.from({ length: 50 }, (_, i) => `n${i}.example`);
  const replies = await client.ask(...names);
  assertEquals(new Set(replies.map(({ rcode, answers }) => `${rcode} ${answers.length}`)), new Set(["0 1"]));
  assert(replies.every((reply) => ednsOf(reply)!.options.some(({ code }) => code === EDNS_OPTION.PADDING)));
  assertEquals(app.state.replies.map(({ channel, count }) => [channel, count]), [["tls", 50]]);
  client.close();
  await app.stop();
});

Deno.test("[7858_03] a client over TLS is shown the certificate for the name that it asks for, and may offer no protocol", async () => {
  const { app, address } = start("tls://127.0.0.1:0");
  const names = [["other.example.org", "other.example.org"], ["nobody.example.org", "dns.example.org"]] as const;
  for (const [serverName, shown] of names) {
    const client = await TestTlsClient.connect(address, { serverName, alpn: [] });
    assertEquals([client.shown, (await client.ask("a.example")).length], [shown, 1]);
    client.close();
  }
  await assertRejects(() => TestTlsClient.connect(address, { alpn: ["h2"] }));
  await app.stop();
});

Deno.test("a certificate is replaced for those who come from now on, and nobody else notices", async () => {
  const { app, address } = start("tls://127.0.0.1:0");
  const before = await TestTlsClient.connect(address);
  app.show({ identities: [otherName], authorities: {} });
  const after = await TestTlsClient.connect(address);
  assertEquals([before.shown, after.shown], ["dns.example.org", "other.example.org"]);
  for (const client of [before, after]) {
    assertEquals((await client.ask("a.example"))[0]!.answers.length, 1);
    client.close();
  }
  await app.stop();
});

Deno.test("with client-ca only clients with a certificate of that authority are served", async () => {
  const { app, address } = start("tls://127.0.0.1:0?client-ca=/ca.pem");
  const known = await TestTlsClient.connect(address, { identity: otherName });
  assertEquals((await known.ask("a.example"))[0]!.rcode, RCODE.NOERROR);
  known.close();
  assert(stranger.certificate !== authority.certificate);
  for (const identity of [null, untrusted]) {
    // In TLS 1.3 a client learns behind its handshake what the server makes of it.
    await assertRejects(async () => {
      const client = await TestTlsClient.connect(address, { identity });
      try {
        await client.ask("a.example");
      } finally {
        client.close();
      }
    });
  }
  await app.stop();
});

Deno.test("behind a proxy a client over TLS is who the proxy says, and who says nothing is turned away", async () => {
  const { app, address } = start("tls://127.0.0.1:0?proxy-protocol=127.0.0.0/8");
  const ask = async (source: string) => {
    const relay = new Relay(address, proxyHeader(source, 40_000));
    const client = await TestTlsClient.connect(relay.address);
    const [reply] = await client.ask("a.example");
    client.close();
    relay.close();
    return reply!.rcode;
  };
  assertEquals([await ask("192.168.1.7"), await ask("203.0.113.7")], [RCODE.NOERROR, RCODE.REFUSED]);
  await assertRejects(() => TestTlsClient.connect(address));
  await app.stop();
});

Deno.test("who may ask at one listener is said there, and elsewhere as for all", async () => {
  const [closed, open] = [freeListen("tls"), freeListen("tls")];
  const { app } = start(`${closed}?allow=192.0.2.0/24`, open);
  for (const [i, rcode] of [RCODE.REFUSED, RCODE.NOERROR].entries()) {
    const client = await TestTlsClient.connect(app.addresses[i]!);
    assertEquals((await client.ask("a.example"))[0]!.rcode, rcode);
    client.close();
  }
  await app.stop();
});

Deno.test("a client over TLS that calls itself something by the name that it asks for is in the group of that", async () => {
  const { app, config, address } = start(freeListen("tls"));
  const named = (id: string, address: string) => ({ ids: [id], local: localNames({ nas: [address] }) });
  const clients = { laptop: named("laptop", "10.0.0.1"), phone: named("phone", "10.0.0.2") };
  const policy = policyOf({ upstreams: { default: ["192.0.2.1"] }, clients });
  app.prepare({ ...config, policy }).commit();
  const answers: string[] = [];
  for (const serverName of ["laptop.dns.example.org", "Phone.dns.example.org"]) {
    const client = await TestTlsClient.connect(address, { serverName });
    answers.push(...(await client.ask("nas")).flatMap((reply) => lines(reply.answers)));
    client.close();
  }
  assertEquals(answers, ["nas. 300 IN A 10.0.0.1", "nas. 300 IN A 10.0.0.2"]);
  await app.stop();
});

Deno.test("a reload adds an encrypted listener and takes it away, and the others keep their connections", async () => {
  const { app, config, address } = start(freeListen("tls"));
  const kept = await TestTlsClient.connect(address);
  const second = parseListen(freeListen("tls"), 53);
  app.prepare({ ...config, listen: [...config.listen!, second] }).commit();
  assertEquals(app.served.map(listenName), [...config.listen!, second].map(listenName));
  const passing = await TestTlsClient.connect(second.address);
  assertEquals((await passing.ask("a.example")).length, 1);
  app.prepare(config).commit();
  await passing.ended();
  await assertRejects(() => TestTlsClient.connect(second.address));
  assertEquals((await kept.ask("a.example")).length, 1);
  for (const client of [passing, kept]) client.close();
  await app.stop();
});

Deno.test("a reload changes what is said of an encrypted listener, which keeps its address", async () => {
  const text = freeListen("tls");
  const { app, config, address, lines } = start(text);
  const ask = async (identity: TlsIdentity | null = null) => {
    const client = await TestTlsClient.connect(address, { identity });
    try {
      return (await client.ask("a.example"))[0]!.rcode;
    } finally {
      client.close();
    }
  };
  const use = (query: string) => app.prepare({ ...config, listen: [parseListen(`${text}${query}`, 53)] }).commit();
  const kept = await TestTlsClient.connect(address);
  use("?allow=192.0.2.0/24");
  assertEquals(await ask(), RCODE.REFUSED);
  assertEquals((await kept.ask("a.example"))[0]!.rcode, RCODE.REFUSED);
  use("?client-ca=/ca.pem");
  await kept.ended();
  // The system needs a moment to let go of the port.
  while (await ask(server).catch(() => null) !== RCODE.NOERROR);
  await assertRejects(() => ask());
  use("");
  while (await ask().catch(() => null) !== RCODE.NOERROR);
  assertEquals(lines.filter((line) => line.includes("error")), []);
  kept.close();
  await app.stop();
});

/** Passes a connection on, behind what a proxy says. */
class Relay {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #to: Deno.ConnectOptions;
  readonly #header: Uint8Array<ArrayBuffer>;

  constructor(to: { hostname: string; port: number }, header: Uint8Array<ArrayBuffer>) {
    this.#to = { hostname: to.hostname, port: to.port };
    this.#header = header;
    void this.#run();
  }

  get address() {
    return { ...this.#listener.addr, transport: "tcp" } as const;
  }

  close(): void {
    this.#listener.close();
  }

  async #run(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect(this.#to);
      await server.write(this.#header);
      const both = [client.readable.pipeTo(server.writable), server.readable.pipeTo(client.writable)];
      await Promise.allSettled(both);
    }
  }
}
