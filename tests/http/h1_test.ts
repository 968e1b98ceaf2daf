import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import type { HttpExchange, HttpServerOptions } from "../../lib/base/http/http_exchange.ts";
import { HTTP } from "../../lib/http/exchanges.ts";
import { readHead } from "../../lib/http/h1/request_head.ts";
import { bytePipe, settled } from "../support/byte_pipe.ts";
import { frame, FRAME_TYPES, framesIn, rawRequest } from "../support/h2_frames.ts";

const LIMITS = { streams: 4, headerOctets: 1024, resets: 3, contentOctets: 65_536 };

/** A server, and a client that writes text. */
function rig(options: Partial<HttpServerOptions> = {}, partOctets = Infinity) {
  const [client, socket] = bytePipe(partOctets);
  const exchanges: HttpExchange[] = [];
  let ended = 0;
  const server = HTTP.serve(socket, {
    version: "http/1.1",
    limits: LIMITS,
    gate: () => null,
    onRequest: (exchange) => void exchanges.push(exchange),
    onSent: () => {},
    onEnd: () => ended++,
    ...options,
  });
  const send = async (text: string) => {
    await client.write(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
    await settled(partOctets === Infinity ? 100 : 4000);
  };
  return {
    client,
    socket,
    server,
    exchanges,
    send,
    ended: () => ended,
    told: () => String.fromCharCode(...client.received),
  };
}

/** Answers each request with its content, or 413. */
function echo(exchange: HttpExchange): void {
  exchange.readContent(8, (content) => exchange.respond(content === null ? 413 : 200, ["x", "y"], content));
}

Deno.test("H1Server answers one request after the other on a connection, in whatever pieces they come", async () => {
  for (const partOctets of [1, 5, Infinity]) {
    const { send, told, ended, server } = rig({ onRequest: echo }, partOctets);
    await send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST /b HTTP/1.1\r\nhost: a\r\nContent-Length: 3\r\n\r\nabc");
    await send(
      "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n1\r\nf\r\n0\r\nTrailer: x\r\n\r\n",
    );
    assertEquals(
      told(),
      "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 0\r\n\r\n" +
        "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 3\r\n\r\nabc" +
        "HTTP/1.1 200 OK\r\nx: y\r\ncontent-length: 3\r\n\r\ndef",
    );
    assertEquals(ended(), 0);
    server.close();
    assertEquals(ended(), 1);
  }
});

Deno.test("H1Server closes behind the answer to who wants it, and to HTTP/1.0", async () => {
  for (const request of ["GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"]) {
    const { send, told, ended } = rig({ onRequest: echo });
    await send(request);
    assertMatch(told(), /connection: close\r\n\r\n$/);
    assertEquals(ended(), 1);
  }
});

Deno.test("H1Server answers content that is too long with 413, and reads nothing behind it", async () => {
  for (
    const framing of [
      "Content-Length: 9\r\n\r\n123456789",
      "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n",
    ]
  ) {
    const { send, told, ended } = rig({ onRequest: echo });
    await send(`POST / HTTP/1.1\r\nHost: a\r\n${framing}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
    assertEquals(told(), "HTTP/1.1 413 Content Too Large\r\nx: y\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    assertEquals(ended(), 1);
  }
});

Deno.test("H1Server lets who asks first go on with its content (RFC 9110 §10.1.1)", async () => {
  const { send, told } = rig({ onRequest: echo });
  await send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  assertEquals(told(), "HTTP/1.1 100 Continue\r\n\r\n");
  await send("z");
  assertMatch(told(), /\r\n\r\nz$/);
});

Deno.test("H1Server closes the connection when content is answered that has not come", async () => {
  const { send, told, exchanges, ended } = rig();
  await send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  exchanges[0]!.readContent(10, () => {});
  exchanges[0]!.respond(408, [], null);
  await settled();
  assertMatch(told(), /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assertEquals(ended(), 1);
});

Deno.test("H1Server.drain() answers what was taken with `Connection: close`, or closes at once", async () => {
  const { send, told, exchanges, server, ended } = rig();
  await send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  server.drain();
  assertEquals(ended(), 0);
  exchanges[0]!.respond(200, [], null);
  await settled();
  assertEquals(ended(), 1);
  assertMatch(told(), /^HTTP\/1\.1 200 OK/);
  const idle = rig();
  idle.server.drain();
  assertEquals(idle.ended(), 1);
});

/** What is no request, and the status that says so. */
const REFUSED: Readonly<Record<string, readonly [number, string]>> = {
  "RFC 9112 §3: no version": [400, "GET /\r\n"],
  "RFC 9112 §3: two spaces": [400, "GET  / HTTP/1.1\r\nHost: a\r\n"],
  "RFC 9112 §2.3: another version": [505, "GET / HTTP/2.0\r\nHost: a\r\n"],
  "RFC 9112 §3.2: no host": [400, "GET / HTTP/1.1\r\n"],
  "RFC 9112 §3.2: two hosts": [400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n"],
  "RFC 9112 §5.1: a space before the colon": [400, "GET / HTTP/1.1\r\nHost : a\r\n"],
  "RFC 9112 §5.2: a folded line": [400, "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n"],
  "RFC 9112 §2.2: a line that ends with LF alone": [400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n"],
  "RFC 9112 §6.1: length and chunks": [
    400,
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
  ],
  "RFC 9112 §6.1: a coding that nobody knows": [
    501,
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n",
  ],
  "RFC 9112 §6.3: two lengths": [400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n"],
  "RFC 9110 §8.6: a length that is no number": [400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n"],
  "RFC 6585 §5: too many fields": [431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"y".repeat(1100)}\r\n`],
};
for (const [rule, [status, header]] of Object.entries(REFUSED)) {
  Deno.test(`H1Server refuses by ${rule}`, async () => {
    const { send, told, exchanges, ended } = rig();
    await send(`${header}\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
    assertEquals([told().slice(0, 12), exchanges.length, ended()], [`HTTP/1.1 ${status}`, 0, 1]);
  });
}

Deno.test("H1Server ends over chunks that are none, without an answer that could be another's", async () => {
  for (const chunks of ["zz\r\n", "2\r\nabc\r\n0\r\n\r\n", "-1\r\n", "\r\n"]) {
    const { send, told, ended } = rig({ onRequest: echo });
    await send(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`);
    assertEquals([told(), ended()], ["", 1]);
  }
});

Deno.test("readHead() takes a URL as the target of a request (RFC 9112 §3.2.2)", () => {
  const head = readHead("GET http://dns.example/dns-query?dns=AA HTTP/1.1\r\nHost: dns.example");
  assertEquals(typeof head === "number" ? head : head.path, "/dns-query?dns=AA");
});

Deno.test("HTTP.serve() speaks HTTP/2 with who begins so, where nothing was agreed on (RFC 9113 §3.3)", async () => {
  for (const partOctets of [1, Infinity]) {
    const { client, exchanges, send, server } = rig({ version: null }, partOctets);
    const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    await send(preface + String.fromCharCode(...frame(FRAME_TYPES.SETTINGS, 0, 0, []), ...rawRequest(1, "GET", "/h2")));
    exchanges[0]!.respond(200, [], null);
    await settled();
    assertEquals(exchanges[0]!.path, "/h2");
    assertEquals(framesIn(client.received).some(({ type }) => type === FRAME_TYPES.HEADERS), true);
    server.close();
    const other = rig({ version: null, onRequest: echo }, partOctets);
    await other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertMatch(other.told(), /^HTTP\/1\.1 200/);
  }
});

Deno.test("H1Server survives anything", async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "GET / HTTP/1.1",
      "Host: a",
      "Content-Length: 3",
      "Transfer-Encoding: chunked",
      "",
      "3",
      "abc",
      "0",
    ),
    fc.string({ maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const { send, server, ended, socket } = rig({ onRequest: echo });
      if (!socket.isClosed) await send(`${lines.join("\r\n")}\r\n\r\n`);
      server.close();
      assertEquals(ended(), 1);
    }),
    { numRuns: 300 },
  );
});
