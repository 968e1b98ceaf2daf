import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CONNECTIONS_MAX, type HttpServer, type HttpServerOptions } from "../../lib/base/http/http_server.ts";
import { readBody } from "../../lib/base/http/read_body.ts";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { AddressInUseError } from "../../lib/base/runtime.ts";
import { CAN_RUN, outputOf } from "../end_to_end/child_program.ts";
import { found } from "../end_to_end/telemetry/prometheus.ts";
import { TlsError } from "../../lib/base/sockets/tls.ts";
import { DENO_HTTP_SERVERS } from "../../lib/system/network/http_server.ts";
import { TEST_CERTIFICATE, TEST_KEY, testCertificates } from "../support/test_certificates.ts";

const LOCAL: SocketAddress = { transport: "tcp", hostname: "127.0.0.1", port: 0 };
const IDENTITY = { certificate: TEST_CERTIFICATE, key: TEST_KEY };

interface Scene {
  readonly server: HttpServer;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly failures: unknown[];
}

async function withServer(
  options: Partial<HttpServerOptions> & Pick<HttpServerOptions, "handle">,
  use: (scene: Scene) => Promise<void>,
  local = LOCAL,
): Promise<void> {
  const failures: unknown[] = [];
  const failed = (error: unknown) => void failures.push(error);
  const server = DENO_HTTP_SERVERS.listen(local, { identities: null, requestsMax: 10, failed, ...options });
  try {
    await use({ server, url: `http://${formatSocketAddress(server.address)}`, failures });
  } finally {
    await server.close();
  }
}

/** A client that keeps no connections for later. */
async function ask(
  url: string,
  init: RequestInit & { caCerts?: string[] } = {},
): Promise<{ status: number; text: string }> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0, caCerts: init.caCerts ?? [] });
  const response = await fetch(url, { ...init, client });
  return { status: response.status, text: await response.text() };
}

Deno.test.each([{ hostname: "127.0.0.1" }, { hostname: "::1" }])(
  "DENO_HTTP_SERVERS answers at $hostname, and tells who has asked",
  async ({ hostname }) => {
    const handle: HttpServerOptions["handle"] = (request, { address, isSecure }) => {
      return Response.json([
        request.method,
        new URL(request.url).pathname,
        address.hostname,
        address.transport,
        isSecure,
      ]);
    };
    await withServer({ handle }, async ({ url }) => {
      const { status, text } = await ask(`${url}/a/b?c`, { method: "PUT" });
      assertEquals([status, JSON.parse(text)], [200, ["PUT", "/a/b", hostname, "tcp", false]]);
    }, { ...LOCAL, hostname });
  },
);

Deno.test("DENO_HTTP_SERVERS tells what a handler throws to whoever listens, and nothing of it to the client", async () => {
  const handle = () => Promise.reject(new Error("secret"));
  await withServer({ handle }, async ({ url, failures }) => {
    const { status, text } = await ask(url);
    assertEquals([status, text], [500, "something went wrong here\n"]);
    assertEquals(failures.map(String), ["Error: secret"]);
  });
});

Deno.test("DENO_HTTP_SERVERS says that an address is taken, with TLS as well", async () => {
  for (const identities of [null, [IDENTITY]]) {
    await withServer({ handle: () => new Response(), identities }, async ({ server }) => {
      await Promise.resolve();
      for (const others of [null, [IDENTITY]]) {
        const options = { handle: () => new Response(), identities: others, requestsMax: 1, failed: () => {} };
        assertThrows(() => DENO_HTTP_SERVERS.listen(server.address, options), AddressInUseError, "is in use");
      }
    });
  }
});

Deno.test("DENO_HTTP_SERVERS shares its port with others that share it, and with no others", async () => {
  const options = { handle: () => new Response(), identities: null, requestsMax: 1, failed: () => {} };
  await withServer({ ...options, sharesPort: true }, async ({ server, url }) => {
    const other = DENO_HTTP_SERVERS.listen(server.address, { ...options, sharesPort: true });
    assertThrows(() => DENO_HTTP_SERVERS.listen(server.address, options), AddressInUseError, "is in use");
    await other.close();
    assertEquals((await ask(url)).status, 200);
  });
});

Deno.test("DENO_HTTP_SERVERS answers 503 when too much is under way, and counts what is over as over", async () => {
  const asked = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<Response>();
  const handle = (request: Request) => {
    if (!request.url.endsWith("/wait")) return new Response("at once");
    asked.resolve();
    return waiting.promise;
  };
  await withServer({ handle, requestsMax: 1 }, async ({ url }) => {
    const first = ask(`${url}/wait`);
    await asked.promise;
    assertEquals((await ask(url)).status, 503);
    waiting.resolve(new Response("at last"));
    assertEquals((await first).text, "at last");
    assertEquals((await ask(url)).text, "at once");
  });
});

Deno.test("DENO_HTTP_SERVERS ends streams when it closes, and its port is free at once", async () => {
  const handle: HttpServerOptions["handle"] = (_request, { closing }) => {
    const start = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(new TextEncoder().encode("first "));
      closing.addEventListener("abort", () => {
        controller.enqueue(new TextEncoder().encode("last"));
        controller.close();
      });
    };
    return new Response(new ReadableStream({ start }));
  };
  await withServer({ handle }, async ({ server, url }) => {
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const response = await fetch(url, { client });
    const closed = server.close();
    assertEquals(await response.text(), "first last");
    await closed;
    await withServer({ handle: () => new Response("another") }, async ({ url }) => {
      assertEquals((await ask(url)).text, "another");
    }, server.address);
  });
});

Deno.test("DENO_HTTP_SERVERS shows other certificates without closing its port, and keeps the former ones when they are no good", async () => {
  const { server: other, authority } = await testCertificates();
  const handle: HttpServerOptions["handle"] = (_request, { isSecure }) => new Response(`${isSecure}`);
  await withServer({ handle, identities: [IDENTITY] }, async ({ server }) => {
    const url = `https://127.0.0.1:${server.address.port}/`;
    await assertRejects(() => ask(url, { caCerts: [authority.certificate] }), TypeError);
    assertThrows(() => server.replace([{ ...IDENTITY, key: other.key }]), TlsError, "The key is not that");
    server.replace([{ certificate: other.certificate, key: other.key }]);
    assertEquals(await ask(url, { caCerts: [authority.certificate] }), { status: 200, text: "true" });
  });
});

Deno.test("readBody() reads as much as it may", async () => {
  const post = (body: BodyInit | null) => new Request("http://example.org/", { method: "POST", body });
  assertEquals(await readBody(post("grüße"), 7), "grüße");
  assertEquals(await readBody(post("grüße"), 6), null);
  assertEquals(await readBody(post(null), 0), "");
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000)) });
  assertEquals(await readBody(post(endless), 10_000), null);
  const told = new Request("http://example.org/", {
    method: "POST",
    body: "abc",
    headers: { "content-length": "99999" },
  });
  assertEquals(await readBody(told, 100), null);
});

Deno.test("DENO_HTTP_SERVERS takes so many connections; then the one that has asked nothing for longest makes room", async () => {
  await withServer({ handle: () => new Response("here") }, async ({ server, url }) => {
    const { hostname, port } = server.address;
    const connections: Deno.TcpConn[] = [];
    for (let i = 0; i < CONNECTIONS_MAX; i++) connections.push(await Deno.connect({ hostname, port }));
    // All of them are known to the server when the last one is answered.
    await connections.at(-1)!.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    await connections.at(-1)!.read(new Uint8Array(1000));
    assertEquals((await ask(url)).text, "here");
    assertEquals(await connections[0]!.read(new Uint8Array(1)), null);
    for (const connection of connections) connection.close();
  });
});

Deno.test({
  name: "DENO_HTTP_SERVERS answers nobody who has found what is behind its door (needs --allow-run, and ss)",
  ignore: !CAN_RUN || found("ss") === null,
  fn: async () => {
    const ports = async () => {
      return [...(await outputOf("ss", "-Hltn")).matchAll(/ 127\.0\.0\.1:(\d+) /g)].map(([, port]) => Number(port));
    };
    const before = await ports();
    await withServer({ handle: () => new Response("secret") }, async ({ server }) => {
      const others = (await ports()).filter((port) => !before.includes(port) && port !== server.address.port);
      const answers = await Promise.all(others.map((port) => ask(`http://127.0.0.1:${port}/`).catch(() => null)));
      assertEquals(answers.filter((answer) => answer?.status === 403).length, 1);
      assertEquals(answers.filter((answer) => answer?.text.includes("secret")), []);
    });
  },
});
