import { assertEquals, assertRejects } from "@std/assert";
import { HttpError, type HttpResponse } from "../../lib/base/http/http_client.ts";
import { denoHttpClient } from "../../lib/system/network/http_client.ts";
import { DENO_NETWORK } from "../../lib/system/network/deno_network.ts";
import { TEST_AUTHORITY, TEST_CERTIFICATE, TEST_KEY } from "../support/test_certificates.ts";

const CLIENT = denoHttpClient({ caCerts: [TEST_AUTHORITY] });
const TLS = { cert: TEST_CERTIFICATE, key: TEST_KEY };

/** Asks the server at `port` for what it does not know to be elsewhere. */
async function get(
  url: string,
  port: number,
  signal = new AbortController().signal,
  headers = {},
): Promise<HttpResponse> {
  const connection = await DENO_NETWORK.connectStream({ transport: "tcp", hostname: "127.0.0.1", port }, signal);
  return await CLIENT.get({ url: new URL(url), connection, headers, signal });
}

async function textOf(response: HttpResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  response.close();
  return text;
}

async function withServer(
  tls: object,
  handle: (request: Request) => Response | Promise<Response>,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {}, ...tls }, handle);
  await use(server.addr.port);
  await server.shutdown();
}

Deno.test.each([
  { scheme: "https", tls: TLS },
  { scheme: "http", tls: {} },
])(
  "denoHttpClient() asks for an $scheme URL over a connection to an address that it has not looked for",
  async ({ scheme, tls }) => {
    const seen: unknown[] = [];
    const handle = (request: Request) => {
      const { headers } = request;
      seen.push([request.method, request.url, [...headers.keys()].sort().join(" ")]);
      if (headers.get("if-none-match") === '"1"') return new Response(null, { status: 304 });
      return new Response("ads.example\n", { headers: { etag: '"1"' } });
    };
    await withServer(tls, handle, async (port) => {
      const url = `${scheme}://lists.example.org:${port}/ads.txt?key=1`;
      const response = await get(url, port);
      assertEquals([response.status, response.header("ETag"), response.header("x-not-there")], [200, '"1"', null]);
      assertEquals(await textOf(response), "ads.example\n");
      const again = await get(url, port, undefined, { "if-none-match": '"1"' });
      assertEquals([again.status, await textOf(again)], [304, ""]);
      assertEquals(seen.map((request) => (request as string[]).slice(0, 2)), [["GET", url], ["GET", url]]);
      // Nothing of how it gets there is told.
      assertEquals(/proxy|via|forwarded/.test(JSON.stringify(seen)), false);
    });
  },
);

Deno.test("denoHttpClient() takes no server for another one, nor one that nobody vouches for", async () => {
  await withServer(TLS, () => new Response("x"), async (port) => {
    const wrong = await assertRejects(() => get("https://other.example.org/", port), HttpError);
    assertEquals(wrong.message.includes("certificate not valid for name"), true, wrong.message);
    const signal = new AbortController().signal;
    const connection = await DENO_NETWORK.connectStream({ transport: "tcp", hostname: "127.0.0.1", port }, signal);
    const request = { url: new URL("https://lists.example.org/"), connection, headers: {}, signal };
    const unknown = await assertRejects(() => denoHttpClient().get(request), HttpError);
    assertEquals(unknown.message.includes("UnknownIssuer"), true, unknown.message);
  });
});

Deno.test("denoHttpClient() follows no redirect", async () => {
  await withServer({}, () => Response.redirect("http://other.example.org/x"), async (port) => {
    const response = await get("http://lists.example.org/", port);
    assertEquals([response.status, response.header("location")], [302, "http://other.example.org/x"]);
    response.close();
  });
});

Deno.test("denoHttpClient() unpacks what was packed for the way", async () => {
  const text = "ads.example\n".repeat(10_000);
  const packed = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  const headers = { "content-encoding": "gzip" };
  await withServer({}, () => new Response(packed, { headers }), async (port) => {
    assertEquals(await textOf(await get("http://lists.example.org/", port)), text);
  });
});

Deno.test("denoHttpClient() takes what is cut off for no whole answer", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(1000));
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"));
    connection.close();
  })();
  const response = await get("http://lists.example.org/", listener.addr.port);
  await assertRejects(() => textOf(response), HttpError);
  response.close();
  await serving;
});

Deno.test("denoHttpClient() takes no more than is asked for: an endless answer waits at its server", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let sentOctets = 0;
  const blocked = Promise.withResolvers<void>();
  const serving = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(1000));
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    const chunk = new Uint8Array(64 * 1024).fill(0x61);
    try {
      for (;;) {
        const timer = setTimeout(() => blocked.resolve(), 500);
        sentOctets += await connection.write(chunk);
        clearTimeout(timer);
      }
    } catch {
      // Its client has gone.
    }
    connection.close();
  })();
  const response = await get("http://lists.example.org/", listener.addr.port);
  for await (const chunk of response.body) {
    assertEquals(chunk.length > 0, true);
    // What the kernel keeps for both ends.
    await blocked.promise;
    assertEquals(sentOctets < 30_000_000, true, `${sentOctets} octets`);
    break;
  }
  response.close();
  await serving;
});

Deno.test("denoHttpClient() ends with its signal, before the answer and in the middle of it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const answer of ["", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf"]) {
    const controller = new AbortController();
    const serving = (async () => {
      const connection = await listener.accept();
      await connection.read(new Uint8Array(1000));
      await connection.write(new TextEncoder().encode(answer));
      if (answer === "") controller.abort(new HttpError("given up"));
      await connection.read(new Uint8Array(1)).catch(() => {});
      connection.close();
    })();
    const ending = assertRejects(async () => {
      const response = await get("http://lists.example.org/", listener.addr.port, controller.signal);
      try {
        for await (const _ of response.body) controller.abort(new HttpError("given up"));
      } finally {
        response.close();
      }
    }, HttpError);
    await ending;
    await serving;
  }
});

Deno.test("denoHttpClient() leads nobody else to the server", async () => {
  const before = Deno.listen;
  let relayPort = 0;
  Deno.listen = ((options: Deno.TcpListenOptions) => {
    const listener = before(options);
    relayPort = listener.addr.port;
    return listener;
  }) as typeof Deno.listen;
  try {
    await withServer({}, () => new Response("x"), async (port) => {
      const signal = new AbortController().signal;
      const connection = await DENO_NETWORK.connectStream({ transport: "tcp", hostname: "127.0.0.1", port }, signal);
      const asking = CLIENT.get({ url: new URL("http://lists.example.org/"), connection, headers: {}, signal });
      using stranger = await Deno.connect({ hostname: "127.0.0.1", port: relayPort });
      await stranger.write(Uint8Array.of(5, 1, 2, 1, 1, 0x61, 1, 0x62));
      const buffer = new Uint8Array(16);
      const counts = [await stranger.read(buffer).catch(() => null), await stranger.read(buffer).catch(() => null)];
      // It is asked for the password at most.
      assertEquals(counts.includes(null), true);
      assertEquals(await textOf(await asking), "x");
    });
  } finally {
    Deno.listen = before;
  }
});

Deno.test("denoHttpClient() sends what a server is to take", async () => {
  const { promise: taken, resolve } = Promise.withResolvers<unknown[]>();
  const handle = async (request: Request) => {
    resolve([request.method, request.url, request.headers.get("content-type"), await request.text()]);
    return new Response(null, { status: 204 });
  };
  await withServer(TLS, handle, async (port) => {
    const { signal } = new AbortController();
    const connection = await DENO_NETWORK.connectStream({ transport: "tcp", hostname: "127.0.0.1", port }, signal);
    const url = new URL(`https://lists.example.org:${port}/hook?key=1`);
    const content = { type: "application/json", body: '{"text":"grüße"}' };
    const response = await CLIENT.post({ url, connection, headers: {}, signal }, content);
    assertEquals(response.status, 204);
    response.close();
    assertEquals(await taken, ["POST", url.href, content.type, content.body]);
  });
});
