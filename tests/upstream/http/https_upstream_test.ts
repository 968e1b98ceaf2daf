// What a server sees that is asked over HTTPS, and what becomes of its answers.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { HttpExchange, HttpServerConnection } from "../../../lib/base/http/http_exchange.ts";
import type { PeerCertificate } from "../../../lib/base/sockets/tls.ts";
import { HTTP } from "../../../lib/http/exchanges.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { UntrustedError } from "../../../lib/upstream/refusal.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { type FakeTlsPeer, peerCertificate } from "../../support/fake_tls.ts";
import { settled } from "../../support/fake_time.ts";
import { opt, question, questionLines, record, response } from "../../support/messages.ts";
import { otherEnd } from "../../support/other_end.ts";
import { registryRig, requestFor } from "../../support/upstream_rig.ts";

/** The moment that the clock on the wall shows. */
const NOW_S = Date.UTC(2026, 10, 30) / 1000;
const DOH = "https://dns.example.org/dns-query?ip=203.0.113.53";
const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];
const MESSAGE = ["content-type", "application/dns-message"];

/** The clock on the wall shows a day on which certificates of tests are valid. */
function worldOf2026() {
  const world = registryRig();
  Object.assign(world.runtime.wallClock, { epochSeconds: () => NOW_S });
  return world;
}

/** One question as the server has it. */
interface Asked {
  readonly exchange: HttpExchange;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** A group of upstreams over HTTPS; what was asked on each connection, and the server's side of it. */
function rig({ texts = [DOH], streams = 100 }: { texts?: readonly string[]; streams?: number } = {}) {
  const world = worldOf2026();
  const { network, registry, time } = world;
  const asked: Asked[] = [];
  const servers: HttpServerConnection[] = [];
  network.onConnected = (stream) => {
    servers.push(HTTP.serve(otherEnd(stream), {
      version: "h2",
      limits: { streams, headerOctets: 4096, resets: 100, contentOctets: 65_536 },
      gate: () => null,
      onRequest: (exchange) => exchange.readContent(65_535, (content) => asked.push({ exchange, content: content! })),
      onSent: () => {},
      onEnd: () => {},
    }));
  };
  const upstreams = registry.openGroup({
    endpoints: texts.map((text) => parseEndpoint(text, 53)),
    strategy: "sequential",
    socketCount: 2,
  });
  const ask = (text = "example.org") => {
    const pending = Promise.resolve(upstreams.exchange(requestFor(text, time.nowMs())));
    pending.catch(() => {});
    return pending;
  };
  /** Answers question `i` as a server does. */
  const answer = async (i: number, fields: Parameters<typeof response>[0] = {}) => {
    const { id, questions } = decode(asked[i]!.content);
    const octets = response({ id, questions, answers: ANSWERS, additionals: [opt()], ...fields });
    asked[i]!.exchange.respond(200, MESSAGE, octets);
    await quiet();
  };
  return { ...world, upstreams, asked, servers, ask, answer };
}

/** Both sides speak HTTP: it takes some turns. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 5; i++) await settled();
}

Deno.test("[8484_07] an upstream over HTTPS is asked over HTTP/2 by POST, with the ID 0", async () => {
  const { ask, asked, answer, network, registry, counters } = rig();
  await quiet();
  assertEquals(network.dialledTls, [{ serverName: "dns.example.org", alpn: ["h2"], ca: null, identity: null }]);
  const pending = ask("eXample.org");
  await quiet();
  const [{ exchange, content }] = asked as [Asked];
  const query = decode(content);
  assertEquals([exchange.method, exchange.path, exchange.authority], ["POST", "/dns-query", "dns.example.org"]);
  assertEquals([exchange.field("content-type"), exchange.field("accept")], [MESSAGE[1], MESSAGE[1]]);
  assertEquals([query.id, content.length % 128, questionLines(query.questions)], [0, 0, ["eXample.org. IN A"]]);
  await answer(0);
  assertEquals(decode((await pending).octets).answers.length, 1);
  assertEquals([counters.upstreamStreamQueries, counters.upstreamReplies], [1, 1]);
  registry.close();
});

Deno.test("an upstream over HTTPS is called by its name and port, or by its address", async () => {
  for (
    const [text, authority, path] of [
      ["https://dns.example.org:8443/x?ip=203.0.113.53", "dns.example.org:8443", "/x"],
      ["https://203.0.113.53", "203.0.113.53", "/dns-query"],
    ]
  ) {
    const { ask, asked, registry } = rig({ texts: [text!] });
    ask();
    await quiet();
    assertEquals([asked[0]!.exchange.authority, asked[0]!.exchange.path], [authority, path]);
    registry.close();
  }
});

Deno.test("queries share a connection over HTTPS, and are answered in any order", async () => {
  const { ask, asked, answer, network, registry } = rig();
  const pending = ["a.example", "b.example", "c.example"].map(ask);
  await quiet();
  assertEquals([network.tlsStreams.length, asked.length], [1, 3]);
  for (const i of [2, 0, 1]) await answer(i);
  const replies = await Promise.all(pending);
  assertEquals(replies.map(({ octets }) => questionLines(decode(octets).questions)[0]), [
    "a.example. IN A",
    "b.example. IN A",
    "c.example. IN A",
  ]);
  registry.close();
});

/** Answers that are none, and what is told of them. */
const WRONG: Readonly<Record<string, readonly [RegExp, (asked: Asked) => void]>> = {
  "status 500": [/HTTP status 500$/, ({ exchange }) => exchange.respond(500, [], null)],
  "status 404 with a message": [/HTTP status 404$/, ({ exchange, content }) => exchange.respond(404, MESSAGE, content)],
  "a page": [
    /answered with text\/html$/,
    ({ exchange, content }) => exchange.respond(200, ["content-type", "text/html"], content),
  ],
  "no type": [/content of no type$/, ({ exchange, content }) => exchange.respond(200, [], content)],
  "too little": [/another ID$/, ({ exchange }) => exchange.respond(200, MESSAGE, new Uint8Array(5))],
  "another ID": [/another ID$/, ({ exchange, content }) => {
    exchange.respond(200, MESSAGE, response({ id: 7, questions: decode(content).questions, answers: ANSWERS }));
  }],
  "another question": [/another question$/, ({ exchange }) => {
    exchange.respond(200, MESSAGE, response({ id: 0, questions: [question("other.example")], answers: ANSWERS }));
  }],
};

for (const [what, [told, reply]] of Object.entries(WRONG)) {
  Deno.test(`an upstream over HTTPS that answers with ${what} has failed, and is asked again on the same connection`, async () => {
    const { ask, asked, answer, network, registry, upstreams } = rig();
    const pending = ask();
    await quiet();
    for (let i = 0; i < 10 && i < asked.length; i++) {
      reply(asked[i]!);
      await quiet();
    }
    const error = await assertRejects(() => pending, UpstreamError);
    assertMatch(error.message, told);
    assertEquals(upstreams.members[0]!.failureCount > 0, true);
    const before = asked.length;
    const next = ask("b.example");
    await quiet();
    await answer(before);
    await next;
    assertEquals(network.tlsStreams.length, 1);
    registry.close();
  });
}

Deno.test("a server over HTTPS that says 503 is left alone for as long as it says, a minute at most", async () => {
  for (const [field, pauseMs] of [["2", 2000], ["3600", 60_000], ["Fri, 31 Dec 1999 23:59:59 GMT", 1000]] as const) {
    const { ask, asked, registry, time } = rig();
    const first = ask();
    await quiet();
    asked[0]!.exchange.respond(503, ["retry-after", field], null);
    await quiet();
    await assertRejects(() => first, UpstreamError);
    const before = asked.length;
    await time.passAndSettle(pauseMs - 100);
    const error = await assertRejects(() => ask("b.example"), UpstreamError);
    assertMatch(error.message, /wants to be left alone$/);
    await quiet();
    assertEquals(asked.length, before);
    await time.passAndSettle(40_000);
    ask("c.example");
    await quiet();
    if (pauseMs < 60_000) assertEquals(asked.length > before, true);
    registry.close();
  }
});

Deno.test("GOAWAY costs nothing: what was taken is answered, what was not is asked on another connection", async () => {
  const { ask, asked, answer, servers, network, registry, upstreams } = rig();
  const taken = ask("a.example");
  await quiet();
  servers[0]!.drain();
  const late = ask("b.example");
  await quiet();
  assertEquals([network.tlsStreams.length, asked.length], [2, 2]);
  await answer(0);
  await answer(1);
  await Promise.all([taken, late]);
  assertEquals([upstreams.members[0]!.failureCount, network.tlsStreams[0]!.isClosed], [0, true]);
  registry.close();
});

Deno.test("a server that goes away and does not answer what it has taken costs a second connection and no failure", async () => {
  const { ask, asked, answer, servers, registry, upstreams, network } = rig();
  const pending = ["a.example", "b.example"].map(ask);
  await quiet();
  servers[0]!.drain();
  await quiet();
  servers[0]!.close();
  await quiet();
  assertEquals([network.tlsStreams.length, asked.length], [2, 4]);
  await answer(2);
  await answer(3);
  await Promise.all(pending);
  assertEquals(upstreams.members[0]!.failureCount, 0);
  registry.close();
});

Deno.test("a server that goes away after each hundred questions loses none", async () => {
  const { ask, asked, answer, servers, registry, upstreams, network } = rig();
  let done = 0;
  for (let i = 0; i < 350; i++) {
    const pending = ask(`${i}.example`);
    await quiet();
    if (i % 100 === 99) servers.at(-1)!.drain();
    for (; done < asked.length; done++) await answer(done);
    await pending;
  }
  assertEquals(upstreams.members[0]!.failureCount, 0);
  assertEquals(network.tlsStreams.length, 4);
  registry.close();
});

Deno.test("a server's limit of streams is kept, and more go over a second connection, up to four", async () => {
  const { ask, asked, network, registry } = rig({ streams: 3 });
  // Its settings come with the first answer to anything.
  await quiet();
  for (let i = 0; i < 20; i++) ask(`${i}.example`);
  for (let i = 0; i < 10; i++) await quiet();
  assertEquals([network.tlsStreams.length, asked.length], [4, 12]);
  registry.close();
});

Deno.test("a connection that breaks under its queries costs a second connection and no failure", async () => {
  const { ask, asked, answer, network, registry, upstreams } = rig();
  const first = ask("a.example");
  await quiet();
  await answer(0);
  await first;
  const second = ask("b.example");
  await quiet();
  network.tlsStreams[0]!.fail();
  await quiet();
  assertEquals(network.tlsStreams.length, 2);
  await answer(asked.length - 1);
  await second;
  assertEquals(upstreams.members[0]!.failureCount, 0);
  registry.close();
});

Deno.test("a silent connection over HTTPS gets company after 250 ms, and the first reply counts", async () => {
  const { ask, asked, answer, network, registry, time, upstreams } = rig();
  const first = ask("a.example");
  await quiet();
  await answer(0);
  await first;
  const second = ask("b.example");
  await quiet();
  await time.passAndSettle(260);
  await quiet();
  assertEquals([network.tlsStreams.length, asked.length], [2, 3]);
  await answer(2);
  await second;
  assertEquals(upstreams.members[0]!.failureCount, 0);
  registry.close();
});

Deno.test("a reset stream is a failure of the server, a refused one is none", async () => {
  const { ask, asked, answer, network, registry, upstreams } = rig({ streams: 1 });
  // As many as HTTP/2 lets them be before the server's settings are known: all but one are refused.
  const pending = ["a.example", "b.example", "c.example"].map(ask);
  for (let i = 0; i < 6; i++) {
    await quiet();
    if (i < asked.length) await answer(i);
  }
  await Promise.all(pending);
  assertEquals([upstreams.members[0]!.failureCount, network.tlsStreams.length <= 4], [0, true]);
  registry.close();
});

Deno.test("a server that does not speak HTTP/2 is not asked, and told of", async () => {
  const world = worldOf2026();
  world.network.shown = (): Partial<FakeTlsPeer> => ({ alpn: null });
  const upstreams = world.registry.openGroup({
    endpoints: [parseEndpoint(DOH, 53)],
    strategy: "sequential",
    socketCount: 2,
  });
  const error = await assertRejects(
    async () => await upstreams.exchange(requestFor("example.org", world.time.nowMs())),
    UpstreamError,
  );
  assertMatch(error.message, /does not speak HTTP\/2$/);
  assertEquals(world.network.streams.flatMap(({ writes }) => writes), []);
  world.registry.close();
});

Deno.test("[8484_05] a failure in DNS is an answer over HTTPS as well", async () => {
  const { ask, asked, answer, registry } = rig();
  const pending = ask();
  for (let i = 0; i < 8; i++) {
    await quiet();
    if (i < asked.length) await answer(i, { answers: [], rcode: RCODE.NXDOMAIN });
  }
  assertEquals(decode((await pending).octets).rcode, RCODE.NXDOMAIN);
  registry.close();
});

for (
  const [what, text, shown, chainError, told] of [
    ["is for another name", DOH, { names: ["other.example"], addresses: [] }, null, /is for other\.example, not for/],
    ["has expired", DOH, { validToS: NOW_S - 1 }, null, /expired on/],
    ["is not valid yet", DOH, { validFromS: NOW_S + 1 }, null, /not valid before/],
    [
      "has another key than was pinned",
      `${DOH}&pin-sha256=${btoa("another key, of 32 octets length")}`,
      {},
      null,
      /pin/,
    ],
    ["has signed itself", DOH, {}, "it is signed by itself", /signed by itself$/],
  ] satisfies [string, string, Partial<PeerCertificate>, string | null, RegExp][]
) {
  Deno.test(`an upstream over HTTPS whose certificate ${what} never gets a query`, async () => {
    const { network, registry, time } = worldOf2026();
    network.shown = () => ({ peerCertificates: [peerCertificate(shown)], chainError });
    const upstreams = registry.openGroup({
      endpoints: [parseEndpoint(text, 53)],
      strategy: "sequential",
      socketCount: 2,
    });
    for (let i = 0; i < 40; i++) {
      const request = requestFor(`${i}.example`, time.nowMs());
      const { message } = await assertRejects(async () => await upstreams.exchange(request), UntrustedError);
      assertMatch(message, told);
      await time.passAndSettle(1000);
    }
    assertEquals(network.streams.flatMap(({ writes }) => writes), []);
    registry.close();
  });
}
