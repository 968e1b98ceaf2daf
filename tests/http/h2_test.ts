import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import type {
  HttpConnectionEnd,
  HttpExchange,
  HttpServerOptions,
  HttpStreamError,
} from "../../lib/base/http/http_exchange.ts";
import { HTTP } from "../../lib/http/exchanges.ts";
import { bytePipe, type PipeEnd, settled } from "../support/byte_pipe.ts";
import { frame, FRAME_TYPES, framesIn, rawRequest, type ReadFrame } from "../support/h2_frames.ts";

const LIMITS = { streams: 4, headerOctets: 1024, resets: 3, contentOctets: 65_536 };

interface Rig {
  readonly client: PipeEnd;
  readonly socket: PipeEnd;
  readonly exchanges: HttpExchange[];
  readonly ended: () => number;
  readonly server: ReturnType<typeof HTTP.serve>;
  frames(): ReadFrame[];
  send(...parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
}

/** A server, and a client that writes frames by hand. */
async function serverRig(options: Partial<HttpServerOptions> = {}, partOctets = Infinity): Promise<Rig> {
  const [client, socket] = bytePipe(partOctets);
  const exchanges: HttpExchange[] = [];
  let ended = 0;
  const server = HTTP.serve(socket, {
    version: "h2",
    limits: LIMITS,
    gate: () => null,
    onRequest: (exchange) => void exchanges.push(exchange),
    onSent: () => {},
    onEnd: () => ended++,
    ...options,
  });
  const rig: Rig = {
    client,
    socket,
    exchanges,
    ended: () => ended,
    server,
    frames: () => framesIn(client.received),
    send: async (...parts) => {
      for (const part of parts) await client.write(part);
      await settled();
    },
  };
  await rig.send(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(FRAME_TYPES.SETTINGS, 0, 0, []));
  return rig;
}

/** The code of the GOAWAY frame that the server has sent; `null` without one. */
function goawayOf({ frames }: Rig): number | null {
  const found = frames().find(({ type }) => type === FRAME_TYPES.GOAWAY);
  return found === undefined ? null : found.payload[7]!;
}

/** The code that a stream was reset with. */
function resetOf({ frames }: Rig, streamId: number): number | null {
  const found = frames().find((one) => one.type === FRAME_TYPES.RST_STREAM && one.streamId === streamId);
  return found === undefined ? null : found.payload[3]!;
}

Deno.test("H2Server gives a request and sends its answer, in one write with others of the same turn", async () => {
  const rig = await serverRig();
  await rig.send(rawRequest(1, "GET", "/a"), rawRequest(3, "GET", "/b"));
  assertEquals(rig.exchanges.map(({ method, path, authority }) => [method, path, authority]), [
    ["GET", "/a", "dns.example"],
    ["GET", "/b", "dns.example"],
  ]);
  const before = rig.client.received.length;
  rig.exchanges[1]!.respond(200, ["content-type", "x"], Uint8Array.of(1, 2));
  rig.exchanges[0]!.respond(404, [], null);
  await settled();
  const answers = framesIn(rig.client.received.slice(before));
  assertEquals(answers.map(({ type, flags, streamId }) => [type, flags, streamId]), [
    [FRAME_TYPES.HEADERS, 0x4, 3],
    [FRAME_TYPES.DATA, 0x1, 3],
    [FRAME_TYPES.HEADERS, 0x5, 1],
  ]);
  assertEquals(answers[1]!.payload, [1, 2]);
});

Deno.test("H2Server reads content that comes in parts, up to a limit", async () => {
  const rig = await serverRig({}, 7);
  const read: (number | null)[] = [];
  await rig.send(rawRequest(1, "POST", "/", false));
  rig.exchanges[0]!.readContent(5, (content) => read.push(content === null ? null : content.length));
  await rig.send(frame(FRAME_TYPES.DATA, 0, 1, [1, 2, 3]));
  assertEquals(read, []);
  await rig.send(frame(FRAME_TYPES.DATA, 1, 1, [4, 5]));
  assertEquals(read, [5]);
  await rig.send(rawRequest(3, "POST", "/", false));
  rig.exchanges[1]!.readContent(5, (content) => read.push(content === null ? null : content.length));
  await rig.send(frame(FRAME_TYPES.DATA, 0, 3, [1, 2, 3, 4, 5, 6]));
  assertEquals(read, [5, null]);
  rig.exchanges[1]!.respond(413, [], null);
  await settled();
  // RFC 9113 §8.1: nothing more of the request need come.
  assertEquals(resetOf(rig, 3), 0);
});

Deno.test("H2Server sends no more content than the windows let it, and the rest when they do (RFC 9113 §6.9)", async () => {
  const rig = await serverRig();
  // SETTINGS_INITIAL_WINDOW_SIZE 10.
  await rig.send(frame(FRAME_TYPES.SETTINGS, 0, 0, [0, 4, 0, 0, 0, 10]), rawRequest(1, "GET", "/"));
  rig.exchanges[0]!.respond(200, [], new Uint8Array(25));
  await settled();
  const sent = () => rig.frames().filter(({ type }) => type === FRAME_TYPES.DATA).map(({ payload }) => payload.length);
  assertEquals(sent(), [10]);
  assertEquals(rig.server.waitingOctets, 15);
  await rig.send(frame(FRAME_TYPES.WINDOW_UPDATE, 0, 1, [0, 0, 0, 5]));
  assertEquals(sent(), [10, 5]);
  // RFC 9113 §6.9.2: it holds for streams that are open, too.
  await rig.send(frame(FRAME_TYPES.SETTINGS, 0, 0, [0, 4, 0, 0, 0, 30]));
  assertEquals(sent(), [10, 5, 10]);
  assertEquals(rig.frames().at(-2)!.flags, 1);
  assertEquals(rig.server.waitingOctets, 0);
});

Deno.test("H2Server says once that it does without a table which the client makes smaller (RFC 9113 §4.3.1)", async () => {
  const rig = await serverRig();
  const answer = async (streamId: number) => {
    await rig.send(rawRequest(streamId, "GET", "/"));
    rig.exchanges.at(-1)!.respond(200, [], null);
    await settled();
    return rig.frames().findLast(({ type }) => type === FRAME_TYPES.HEADERS)!.payload[0];
  };
  assertEquals(await answer(1), 0x88);
  // SETTINGS_HEADER_TABLE_SIZE, made larger and smaller.
  await rig.send(frame(FRAME_TYPES.SETTINGS, 0, 0, [0, 1, 0, 1, 0, 0]));
  assertEquals(await answer(3), 0x88);
  await rig.send(frame(FRAME_TYPES.SETTINGS, 0, 0, [0, 1, 0, 0, 0, 0]));
  assertEquals(await answer(5), 0x20);
  assertEquals(await answer(7), 0x88);
});

Deno.test("H2Server refuses streams beyond its limit, unprocessed (RFC 9113 §5.1.2)", async () => {
  const rig = await serverRig();
  await rig.send(...[1, 3, 5, 7, 9].map((id) => rawRequest(id, "GET", "/")));
  assertEquals(rig.exchanges.length, 4);
  assertEquals(resetOf(rig, 9), 7);
  rig.exchanges[0]!.respond(200, [], null);
  await rig.send(rawRequest(11, "GET", "/"));
  assertEquals(rig.exchanges.length, 5);
});

Deno.test("H2Server looks at nothing more while the gate is shut: neither rapid resets nor resets of ours make it work (CVE-2023-44487, CVE-2025-8671)", async () => {
  let atWork = 0;
  let gate = Promise.withResolvers<void>();
  const rig = await serverRig({
    gate: () => atWork < 2 ? null : gate.promise,
    onRequest: () => void atWork++,
    limits: { ...LIMITS, resets: 1000 },
  });
  const storm = Array.from({ length: 50 }, (_, i) => [
    rawRequest(2 * i + 1, "GET", "/"),
    // By turns the client resets, and makes us reset: a window that grows by nothing.
    i % 2 === 0
      ? frame(FRAME_TYPES.RST_STREAM, 0, 2 * i + 1, [0, 0, 0, 8])
      : frame(FRAME_TYPES.WINDOW_UPDATE, 0, 2 * i + 1, [0, 0, 0, 0]),
  ]);
  await rig.send(...storm.flat());
  assertEquals(atWork, 2);
  atWork = 0;
  gate.resolve();
  gate = Promise.withResolvers();
  await settled();
  assertEquals(atWork, 2);
  assertEquals(rig.server.waitingOctets, 0);
});

for (
  const [how, second] of Object.entries({
    "resets its requests": (id: number) => frame(FRAME_TYPES.RST_STREAM, 0, id, [0, 0, 0, 8]),
    "makes us reset them (MadeYouReset)": (id: number) => frame(FRAME_TYPES.WINDOW_UPDATE, 0, id, [0, 0, 0, 0]),
  })
) {
  Deno.test(`H2Server closes the connection of who ${how} beyond what was answered, with ENHANCE_YOUR_CALM`, async () => {
    const rig = await serverRig();
    for (let id = 1; id <= 7; id += 2) await rig.send(rawRequest(id, "GET", "/"), second(id));
    assertEquals(goawayOf(rig), 11);
    assertEquals(rig.ended(), 1);
    assertEquals(rig.exchanges.every(({ isGone }) => isGone), true);
    // Nobody is answered any more.
    const { length } = rig.client.received;
    rig.exchanges[0]!.respond(200, [], null);
    await settled();
    assertEquals(rig.client.received.length, length);
  });
}

Deno.test("H2Server lets who was answered give up as many again", async () => {
  const rig = await serverRig();
  for (let id = 1; id < 60; id += 4) {
    await rig.send(
      rawRequest(id, "GET", "/"),
      frame(FRAME_TYPES.RST_STREAM, 0, id, [0, 0, 0, 8]),
      rawRequest(id + 2, "GET", "/"),
    );
    rig.exchanges.at(-1)!.respond(200, [], null);
  }
  await settled();
  assertEquals(goawayOf(rig), null);
});

Deno.test("H2Server.drain() answers what was taken, takes nothing more, and closes (RFC 9113 §6.8)", async () => {
  const rig = await serverRig();
  await rig.send(rawRequest(1, "GET", "/"));
  rig.server.drain();
  await rig.send(rawRequest(3, "POST", "/", false), frame(FRAME_TYPES.DATA, 1, 3, [1]));
  assertEquals(rig.exchanges.length, 1);
  assertEquals(rig.frames().find(({ type }) => type === FRAME_TYPES.GOAWAY)!.payload, [0, 0, 0, 1, 0, 0, 0, 0]);
  assertEquals(rig.ended(), 0);
  rig.exchanges[0]!.respond(200, [], Uint8Array.of(9));
  await settled();
  assertEquals(rig.frames().at(-1)!.payload, [9]);
  assertEquals([rig.ended(), rig.socket.isClosed], [1, true]);
});

Deno.test("H2Server answers PING and SETTINGS, and has a bound for those that ask for nothing else", async () => {
  const rig = await serverRig();
  await rig.send(frame(FRAME_TYPES.PING, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
  assertEquals(rig.frames().at(-1), {
    type: FRAME_TYPES.PING,
    flags: 1,
    streamId: 0,
    payload: [1, 2, 3, 4, 5, 6, 7, 8],
  });
  const many = Array.from({ length: 10_001 }, () => [...frame(FRAME_TYPES.PRIORITY, 0, 1, [0, 0, 0, 0, 0])]).flat();
  await rig.send(Uint8Array.from(many));
  await settled(20_000);
  assertEquals(goawayOf(rig), 11);
});

Deno.test("H2Server stops reading from who does not read what it is told", async () => {
  const rig = await serverRig();
  rig.socket.isStuck = true;
  const ping = frame(FRAME_TYPES.PING, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
  const burst = Uint8Array.from(Array.from({ length: 9000 }, () => [...ping]).flat());
  await rig.send(burst);
  await settled(20_000);
  assertEquals(rig.server.waitingOctets < 70_000, true);
  rig.socket.goOn();
  await settled(20_000);
  assertEquals(rig.server.waitingOctets, 0);
});

/** What breaks the rules of a connection, and the code of the GOAWAY that answers it. */
const BROKEN: Readonly<Record<string, readonly [number, ...Uint8Array<ArrayBuffer>[]]>> = {
  "§3.4: something before the settings": [1],
  "§4.1: a frame that is too long": [6, Uint8Array.of(0, 0x40, 1, 0, 0, 0, 0, 0, 1)],
  "§4.3: a header that cannot be read": [9, frame(FRAME_TYPES.HEADERS, 5, 1, [0x80])],
  "§5.1: content on an idle stream": [1, frame(FRAME_TYPES.DATA, 0, 1, [0])],
  "§5.1: an idle stream is reset": [1, frame(FRAME_TYPES.RST_STREAM, 0, 1, [0, 0, 0, 8])],
  "§5.1: an idle stream's window": [1, frame(FRAME_TYPES.WINDOW_UPDATE, 0, 1, [0, 0, 0, 8])],
  "§5.1.1: an even stream": [1, rawRequest(2, "GET", "/")],
  "§6.1: content of the connection": [1, frame(FRAME_TYPES.DATA, 0, 0, [0])],
  "§6.1: padding longer than the frame": [1, rawRequest(1, "POST", "/", false), frame(FRAME_TYPES.DATA, 8, 1, [5, 0])],
  "§6.2: something within a header": [
    1,
    frame(FRAME_TYPES.HEADERS, 0, 1, [0x82]),
    frame(FRAME_TYPES.PING, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]),
  ],
  "§6.4: a reset of the wrong size": [6, rawRequest(1, "GET", "/"), frame(FRAME_TYPES.RST_STREAM, 0, 1, [0])],
  "§6.5: settings of a stream": [1, frame(FRAME_TYPES.SETTINGS, 0, 1, [])],
  "§6.5: settings of the wrong size": [6, frame(FRAME_TYPES.SETTINGS, 0, 0, [0])],
  "§6.5: an acknowledgement that says something": [6, frame(FRAME_TYPES.SETTINGS, 1, 0, [0, 4, 0, 0, 0, 1])],
  "§6.5.2: a window that is too large": [3, frame(FRAME_TYPES.SETTINGS, 0, 0, [0, 4, 0x80, 0, 0, 0])],
  "§6.6: a push": [1, frame(FRAME_TYPES.PUSH_PROMISE, 4, 1, [0, 0, 0, 2])],
  "§6.7: a ping of the wrong size": [6, frame(FRAME_TYPES.PING, 0, 0, [0])],
  "§6.9: a window that grows by nothing": [1, frame(FRAME_TYPES.WINDOW_UPDATE, 0, 0, [0, 0, 0, 0])],
  "§6.9.1: the connection's window is too large": [3, frame(FRAME_TYPES.WINDOW_UPDATE, 0, 0, [0x7f, 255, 255, 255])],
  "§6.10: a header goes on that did not begin": [1, frame(FRAME_TYPES.CONTINUATION, 4, 1, [0x82])],
  "§10.5.1: a header that does not end": [
    11,
    frame(FRAME_TYPES.HEADERS, 0, 1, [0x82]),
    ...Array.from({ length: 17 }, () => frame(FRAME_TYPES.CONTINUATION, 0, 1, [])),
  ],
  "§5.1: something behind the end of a stream": [
    5,
    rawRequest(1, "GET", "/"),
    frame(FRAME_TYPES.RST_STREAM, 0, 1, [0, 0, 0, 8]),
    frame(FRAME_TYPES.DATA, 1, 1, [0]),
  ],
};
for (const [rule, [code, ...frames]] of Object.entries(BROKEN)) {
  Deno.test(`H2Server ends the connection over RFC 9113 ${rule}`, async () => {
    if (frames.length > 0) {
      const rig = await serverRig();
      await rig.send(...frames);
      assertEquals([goawayOf(rig), rig.ended()], [code, 1]);
      return;
    }
    const [client, socket] = bytePipe();
    let ended = 0;
    HTTP.serve(socket, {
      version: "h2",
      limits: LIMITS,
      gate: () => null,
      onRequest: () => {},
      onSent: () => {},
      onEnd: () => ended++,
    });
    await client.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    await client.write(frame(FRAME_TYPES.PING, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]));
    await settled();
    assertEquals([framesIn(client.received).at(-1)!.payload[7], ended], [code, 1]);
  });
}

/** Requests that are none, by the fields that they have or lack. */
const MALFORMED: Readonly<Record<string, readonly string[]>> = {
  "§8.2.1: upper case": [":method", "GET", ":scheme", "https", ":path", "/", "Accept", "x"],
  "§8.2.1: a line feed": [":method", "GET", ":scheme", "https", ":path", "/", "accept", "x\ny"],
  "§8.2.2: a field of the connection": [
    ":method",
    "GET",
    ":scheme",
    "https",
    ":path",
    "/",
    "transfer-encoding",
    "chunked",
  ],
  "§8.3: a pseudo field behind another one": [":method", "GET", ":scheme", "https", "accept", "x", ":path", "/"],
  "§8.3: one that there is not": [":method", "GET", ":scheme", "https", ":path", "/", ":status", "200"],
  "§8.3.1: the same one twice": [":method", "GET", ":method", "GET", ":scheme", "https", ":path", "/"],
  "§8.3.1: no path": [":method", "GET", ":scheme", "https", ":path", ""],
  "§8.3.1: no scheme": [":method", "GET", ":path", "/"],
  "RFC 9110 §8.6: two lengths": [
    ":method",
    "POST",
    ":scheme",
    "https",
    ":path",
    "/",
    "content-length",
    "1",
    "content-length",
    "2",
  ],
};
for (const [rule, fields] of Object.entries(MALFORMED)) {
  Deno.test(`H2Server resets the stream of a request that is none: RFC 9113 ${rule}`, async () => {
    const rig = await serverRig();
    await rig.send(rawRequest(1, "GET", "/", true, fields), rawRequest(3, "GET", "/"));
    assertEquals([resetOf(rig, 1), rig.exchanges.length, rig.ended()], [1, 1, 0]);
  });
}

Deno.test("H2Server resets the stream of content that is longer or shorter than it says (RFC 9113 §8.1.1)", async () => {
  const rig = await serverRig();
  const fields = [":method", "POST", ":scheme", "https", ":path", "/", "content-length", "3"];
  await rig.send(rawRequest(1, "POST", "/", false, fields), frame(FRAME_TYPES.DATA, 1, 1, [1, 2]));
  await rig.send(rawRequest(3, "POST", "/", false, fields), frame(FRAME_TYPES.DATA, 0, 3, [1, 2, 3, 4]));
  await rig.send(rawRequest(5, "POST", "/", true, fields));
  assertEquals([resetOf(rig, 1), resetOf(rig, 3), resetOf(rig, 5)], [1, 1, 1]);
});

Deno.test("H2Server answers a header that is too long with 431, and the next request as ever", async () => {
  const rig = await serverRig();
  const long = [":method", "GET", ":scheme", "https", ":path", "/", "cookie", "x".repeat(1500)];
  await rig.send(rawRequest(1, "GET", "/", true, long), rawRequest(3, "GET", "/"));
  assertEquals(rig.exchanges.length, 1);
  const block = rig.frames().find(({ type, streamId }) => type === FRAME_TYPES.HEADERS && streamId === 1)!.payload;
  assertStringIncludes(String.fromCharCode(...block), "431");
});

Deno.test("H2Server survives any octets behind its preface", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(10), fc.nat(255), fc.nat(4), fc.uint8Array({ maxLength: 40 })), { maxLength: 12 }),
      async (frames) => {
        const rig = await serverRig({
          onRequest: (exchange) => exchange.readContent(100, (content) => exchange.respond(200, [], content)),
        });
        for (const [type, flags, id, payload] of frames) {
          if (rig.socket.isClosed) break;
          await rig.send(frame(type, flags, id, [...payload]));
        }
        rig.server.close();
        assertEquals(rig.ended(), 1);
      },
    ),
    { numRuns: 300 },
  );
});

/** A client and a server, connected. */
function bothRig(options: Partial<HttpServerOptions> = {}) {
  const [near, far] = bytePipe();
  const exchanges: HttpExchange[] = [];
  const ends: HttpConnectionEnd[] = [];
  const answers: (readonly [number, string | null, number[]] | HttpStreamError)[] = [];
  const server = HTTP.serve(far, {
    version: "h2",
    limits: LIMITS,
    gate: () => null,
    onRequest: (exchange) => void exchanges.push(exchange),
    onSent: () => {},
    onEnd: () => {},
    ...options,
  });
  let rooms = 0;
  const client = HTTP.connect(near, {
    authority: "dns.example",
    onRoom: () => rooms++,
    onEnd: (end) => ends.push(end),
  });
  const ask = (path: string, content: Uint8Array<ArrayBuffer> | null = null) => {
    const method = content === null ? "GET" : "POST";
    return client.request({ method, path, fields: ["accept", "x"], content, contentOctetsMax: 100 }, {
      answered: (status, field, content) => answers.push([status, field("x-test"), [...content]]),
      failed: (error) => answers.push(error),
    });
  };
  return { near, far, client, server, exchanges, ends, answers, ask, rooms: () => rooms };
}

Deno.test("H2Client asks, and is given answers in any order", async () => {
  const exchanges: HttpExchange[] = [];
  const read: number[][] = [];
  const { ask, answers } = bothRig({
    onRequest: (exchange) => {
      exchanges.push(exchange);
      exchange.readContent(10, (content) => read.push([...content!]));
    },
  });
  ask("/a");
  ask("/b", Uint8Array.of(7, 8));
  await settled();
  assertEquals(exchanges.map(({ method, path, authority }) => [method, path, authority]), [
    ["GET", "/a", "dns.example"],
    ["POST", "/b", "dns.example"],
  ]);
  assertEquals(read, [[], [7, 8]]);
  exchanges[1]!.respond(200, ["x-test", "yes"], Uint8Array.of(1));
  exchanges[0]!.respond(503, [], null);
  await settled();
  assertEquals(answers, [[200, "yes", [1]], [503, null, []]]);
});

Deno.test("H2Client has as much room as the server says, and tells when there is more", async () => {
  const { client, ask, exchanges, rooms } = bothRig();
  assertEquals(client.roomForStreams, 100);
  await settled();
  assertEquals([client.roomForStreams, rooms()], [4, 1]);
  for (const path of ["/1", "/2", "/3", "/4"]) ask(path);
  assertEquals(client.roomForStreams, 0);
  await settled();
  exchanges[0]!.respond(200, [], null);
  await settled();
  assertEquals([client.roomForStreams, rooms()], [1, 2]);
});

Deno.test("H2Client tells which requests a GOAWAY leaves unprocessed, and gets the others' answers", async () => {
  const { client, near, server, ask, exchanges, answers, ends } = bothRig();
  ask("/1");
  await settled();
  server.drain();
  ask("/2");
  await settled();
  assertEquals(client.isOpen, false);
  assertEquals(ends, [{ kind: "goaway", text: "the server goes away" }]);
  assertEquals((answers[0] as HttpStreamError).wasProcessed, false);
  exchanges[0]!.respond(200, [], null);
  await settled();
  assertEquals(answers[1], [200, null, []]);
  assertEquals(near.isClosed, true);
});

Deno.test("H2Client tells who asked when the connection breaks, and that something may have been done", async () => {
  const { far, ask, answers, ends } = bothRig();
  ask("/1");
  await settled();
  far.close();
  await settled();
  assertEquals((answers[0] as HttpStreamError).wasProcessed, true);
  assertEquals(ends.map(({ kind }) => kind), ["closed"]);
});

Deno.test("H2Client tells of nothing that was given up, and tells the server", async () => {
  const { ask, answers, exchanges, client } = bothRig();
  const cancel = ask("/1");
  await settled();
  cancel();
  cancel();
  await settled();
  assertEquals(exchanges[0]!.isGone, true);
  assertEquals(answers, []);
  assertEquals(client.roomForStreams, 4);
});

Deno.test("H2Client takes no more content than was asked for", async () => {
  const { ask, answers, exchanges } = bothRig();
  ask("/1");
  await settled();
  exchanges[0]!.respond(200, [], new Uint8Array(101));
  await settled();
  assertStringIncludes((answers[0] as HttpStreamError).message, "too long");
});

Deno.test("H2Client tells a refused stream from a broken one (RFC 9113 §8.7)", async () => {
  const [near, far] = bytePipe();
  const errors: HttpStreamError[] = [];
  const client = HTTP.connect(near, { authority: "a", onRoom: () => {}, onEnd: () => {} });
  const sink = { answered: () => {}, failed: (error: HttpStreamError) => void errors.push(error) };
  for (let i = 0; i < 2; i++) {
    client.request({ method: "GET", path: "/", fields: [], content: null, contentOctetsMax: 1 }, sink);
  }
  await far.write(frame(FRAME_TYPES.SETTINGS, 0, 0, []));
  await far.write(frame(FRAME_TYPES.RST_STREAM, 0, 1, [0, 0, 0, 7]));
  await far.write(frame(FRAME_TYPES.RST_STREAM, 0, 3, [0, 0, 0, 2]));
  await settled();
  assertEquals(errors.map(({ wasProcessed }) => wasProcessed), [false, true]);
  client.close();
});

Deno.test("H2Client survives any octets, and tells whoever has asked", async () => {
  const frames = fc.array(fc.tuple(fc.nat(10), fc.nat(255), fc.nat(4), fc.uint8Array({ maxLength: 40 })), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(frames, async (sent) => {
      const [near, far] = bytePipe();
      const ends: HttpConnectionEnd[] = [];
      const client = HTTP.connect(near, { authority: "a", onRoom: () => {}, onEnd: (end) => ends.push(end) });
      let told = 0;
      for (let i = 0; i < 2; i++) {
        client.request({ method: "GET", path: "/", fields: [], content: null, contentOctetsMax: 50 }, {
          answered: () => void told++,
          failed: () => void told++,
        });
      }
      await far.write(frame(FRAME_TYPES.SETTINGS, 0, 0, []));
      for (const [type, flags, id, payload] of sent) {
        if (near.isClosed) break;
        await far.write(frame(type, flags, id, [...payload]));
        await settled(50);
      }
      client.close();
      assertEquals([told, ends.length, client.isOpen], [2, 1, false]);
    }),
    { numRuns: 300 },
  );
});
