import { assertEquals, assertThrows } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import type { Config } from "../../lib/config/config.ts";
import { FIELDS, SETTINGS } from "../../lib/config/settings.ts";
import { ListenError } from "../../lib/server/listen/listen_on.ts";
import { readOptions } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION, RCODE } from "../../lib/wire/iana.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { udp } from "../support/fake_socket.ts";
import { lines, question } from "../support/messages.ts";
import { Scene, SERVICE } from "../support/scene.ts";
import { plainListen } from "../../lib/server/listen/listen.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** A scene with two upstreams, of which the first is configured; `use` goes on with these of them. */
function setUp(config: ConstructorParameters<typeof Scene>[0] = {}) {
  const scene = new Scene({ upstreamCount: 2, ...config });
  const endpoints = scene.config.upstreams;
  const use = (indices: readonly number[], fields: Partial<Scene["config"]> = {}) => {
    scene.app.use({ ...scene.config, upstreams: indices.map((i) => endpoints[i]!), ...fields });
  };
  use([0]);
  const asked = () => scene.upstreams.map(({ queries }) => queries.length);
  return { scene, use, asked };
}

Deno.test("a query under way ends as it began, and what comes after the swap goes to the new upstream", async () => {
  const { scene, use, asked } = setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const [early, late] = [scene.client(), scene.client()];
  early.ask([question("example.org")]);
  await scene.pass(100);
  use([1]);
  late.ask([question("example.org")]);
  await scene.pass(50);
  assertEquals(lines(late.reply.message.answers), ANSWER);
  assertEquals(early.replies, []);
  await scene.pass(200);
  assertEquals(lines(early.reply.message.answers), ANSWER);
  assertEquals(asked(), [1, 1]);
});

Deno.test("an upstream that is asked no more is closed behind the last query that began with it", async () => {
  const { scene, use } = setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.pass(100);
  use([1]);
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), ["203.0.113.54:53", "203.0.113.53:53"]);
  await scene.pass(300);
  assertEquals(client.replies.length, 1);
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), ["203.0.113.54:53"]);
});

Deno.test("a query of the old pipeline that fails over after the swap asks its own second upstream", async () => {
  const { scene, use, asked } = setUp();
  use([0, 1]);
  scene.upstream.onQuery = () => {};
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.pass(100);
  use([0]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals(asked()[1], 1);
});

Deno.test("what was learned of an upstream that is in both stays, and so do its sockets", async () => {
  const { scene, use } = setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 40 });
  scene.client().ask([question("example.org")]);
  await scene.pass(1000);
  const before = scene.app.state.upstreams[0];
  const sockets = scene.app.held.upstreamSockets;
  use([1, 0]);
  assertEquals(scene.app.state.upstreams.find(({ name }) => name === before!.name), before);
  assertEquals(scene.app.held.upstreamSockets, sockets);
});

Deno.test("what is remembered counts as long as the same upstreams are asked, in whatever order, and again when they are", async () => {
  const { scene, use, asked } = setUp({ config: { cacheSizeMib: 1 } });
  const client = scene.client();
  const askedAfter = async (indices: readonly number[]) => {
    use(indices);
    client.ask([question("example.org")]);
    await scene.settle();
    return asked();
  };
  assertEquals(await askedAfter([0, 1]), [1, 0]);
  assertEquals(await askedAfter([1, 0]), [1, 0]);
  assertEquals(await askedAfter([1]), [1, 1]);
  assertEquals(await askedAfter([0]), [2, 1]);
  assertEquals(await askedAfter([0, 1]), [2, 1]);
  // Some are a second old.
  const answers = client.replies.map(({ message }) =>
    lines(message.answers).map((line) => line.replace(/ 299 /, " 300 "))
  );
  assertEquals(answers, Array(5).fill(ANSWER));
  assertEquals(scene.app.counters.cacheHits, 2);
});

Deno.test("an answer is refreshed by those whose answer it is, and for all who share it", async () => {
  const { scene, use, asked } = setUp({ config: { cacheSizeMib: 1 } });
  use([1]);
  const client = scene.client();
  // One question in ten may be a prefetch.
  for (let i = 0; i < 10; i++) client.ask([question(`n${i}.example`)]);
  for (let i = 0; i < 5; i++) {
    client.ask([question("example.org")]);
    await scene.pass(0);
  }
  await scene.pass(280_000);
  const before = asked();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals([asked(), scene.app.counters.prefetches], [[before[0]!, before[1]! + 1], 1]);
  await scene.pass(100_000);
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(asked(), [before[0]!, before[1]! + 1]);
});

Deno.test("from the swap on, upstreams are asked from as many sockets, and in the manner, that the new configuration says", async () => {
  const { scene, use } = setUp();
  const name = "a-long-name-to-be-sure.example.org";
  const ask = async () => {
    const { length } = scene.upstream.queries;
    scene.client().ask([question(name)]);
    await scene.settle();
    const { additionals: [opt], questions: [asked] } = scene.upstream.queries[length]!.message;
    return [nameToText(asked!.name) === `${name}.`, readOptions(opt!.rdata).map(({ code }) => code)];
  };
  assertEquals(await ask(), [false, [EDNS_OPTION.COOKIE]]);
  use([0], { asksWithCookies: false, randomizesCase: false, upstreamSockets: 2 });
  assertEquals(await ask(), [true, []]);
  for (let i = 0; i < 100; i++) await ask();
  assertEquals(scene.app.held.upstreamSockets, 2);
  assertEquals(scene.app.state.upstreams.length, 1);
});

for (const [indices, whose] of [[[0], "the same upstreams"], [[1], "others"], [[0, 1], "one more"]] as const) {
  const isKept = whose === "the same upstreams";
  Deno.test(`a remembered failure of the upstreams ${isKept ? "stays" : "does not stay"} when ${whose} are asked from now on`, async () => {
    const { scene, use } = setUp({ config: { cacheSizeMib: 1, timeoutMs: 500 } });
    scene.upstream.die();
    const [early, late] = [scene.client(), scene.client()];
    early.ask([question("example.org")]);
    await scene.pass(600);
    assertEquals(early.reply.message.rcode, RCODE.SERVFAIL);
    use(indices);
    late.ask([question("example.org")]);
    await scene.pass(isKept ? 0 : 1000);
    assertEquals(late.reply.message.rcode, isKept ? RCODE.SERVFAIL : RCODE.NOERROR);
    assertEquals(scene.app.counters.cacheFailureHits, isKept ? 1 : 0);
    await scene.settle();
  });
}

Deno.test("the status tells of the upstreams in order of preference, and then of those that are asked no more", async () => {
  const { scene, use } = setUp();
  const addresses = () => scene.app.state.upstreams.map(({ name }) => name);
  const [first, second] = scene.upstreams.map(({ address }) => formatSocketAddress(address));
  use([0, 1]);
  assertEquals(addresses(), [first, second]);
  use([1, 0]);
  assertEquals(addresses(), [second, first]);
  scene.upstreams[1]!.onQuery = (query) => scene.upstreams[1]!.answer(query, { afterMs: 100 });
  scene.client().ask([question("example.org")]);
  await scene.pass(10);
  use([0]);
  assertEquals(addresses(), [first, second]);
  await scene.settle();
  assertEquals(addresses(), [first]);
});

Deno.test("who has used up the rate gets no fresh one from a swap that leaves the rate as it is", async () => {
  const { scene, use } = setUp({ config: { rateLimit: 1 } });
  use([0], { rateLimit: 1 });
  const client = scene.client();
  const askTen = async () => {
    for (let i = 0; i < 10; i++) client.ask([question("example.org")]);
    await scene.pass(0);
  };
  await askTen();
  use([0], { rateLimit: 1 });
  await askTen();
  assertEquals(client.replies.map(({ message }) => message.isTruncated), [
    ...Array(10).fill(false),
    ...Array(10).fill(true),
  ]);
  await scene.settle();
});

Deno.test("the questions of both pipelines share what may be in flight", async () => {
  const { scene, use } = setUp({ config: { maxInFlight: 1 } });
  for (const upstream of scene.upstreams) upstream.onQuery = (query) => upstream.answer(query, { afterMs: 300 });
  const [early, late] = [scene.client(), scene.client()];
  early.ask([question("example.org")]);
  await scene.pass(100);
  use([1]);
  late.ask([question("example.net")]);
  await scene.pass(10);
  assertEquals(late.reply.message.rcode, RCODE.REFUSED);
  await scene.settle();
  assertEquals(lines(early.reply.message.answers), ANSWER);
});

Deno.test("from the swap on, another network may ask", async () => {
  const { scene, use } = setUp();
  const client = scene.client();
  const rcodes = () => client.replies.map(({ message }) => message.rcode);
  use([0], { allow: ["203.0.113.99"] });
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(rcodes(), [RCODE.REFUSED]);
  use([0]);
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(rcodes(), [RCODE.REFUSED, RCODE.NOERROR]);
});

Deno.test("answers are made up when there is no upstream any more, and no longer when there is one again", async () => {
  const { scene, use } = setUp();
  const client = scene.client();
  for (const indices of [[], [1]]) {
    use(indices);
    client.ask([question("example.org")]);
    await scene.settle();
  }
  assertEquals(client.replies.map(({ message }) => message.recursionAvailable), [false, true]);
  assertEquals(lines(client.replies[1]!.message.answers), ANSWER);
});

Deno.test("what only the start can set stays as it was, and the table of settings says that it does", async () => {
  const { scene, use } = setUp({ config: { cacheSizeMib: 1 } });
  const others: Partial<Config> = {
    sharesPort: true,
    cacheSizeMib: 0,
    io: "native",
    workers: 2,
    logFormat: "json",
    adminSocket: "/run/dns-forwarder/admin.sock",
    stateDir: "/var/lib/dns-forwarder",
  };
  assertEquals(FIELDS.filter((field) => !SETTINGS[field].isReloadable).toSorted(), Object.keys(others).toSorted());
  use([0], others);
  scene.client().ask([question("example.org")]);
  await scene.settle();
  assertEquals([scene.app.addresses, scene.app.state.cache?.count], [[SERVICE], 1]);
  assertEquals(scene.world.lines.length, 1);
});

Deno.test("from the swap on, upstreams are asked in the manner that the new configuration wants", async () => {
  const { scene, use } = setUp();
  const name = "a-long-name-to-be-sure.example.org";
  const askedIn = async (fields: Partial<Config>) => {
    use([0], fields);
    const before = scene.upstream.queries.length;
    scene.client().ask([question(name)]);
    await scene.settle();
    const { additionals: [opt], questions: [asked] } = scene.upstream.queries[before]!.message;
    const codes = readOptions(opt!.rdata).map(({ code }) => code);
    return { isMixed: nameToText(asked!.name) !== `${name}.`, hasCookie: codes.includes(EDNS_OPTION.COOKIE) };
  };
  assertEquals(await askedIn({}), { isMixed: true, hasCookie: true });
  assertEquals(await askedIn({ randomizesCase: false }), { isMixed: false, hasCookie: true });
  assertEquals(await askedIn({ asksWithCookies: false }), { isMixed: true, hasCookie: false });
});

/** Where the forwarder of a scene may listen, too. */
const OTHER_SERVICE = udp(SERVICE.hostname, 5353);

Deno.test("from the swap on, clients are served at another address as well, and connections at the first stay", async () => {
  const { scene, use } = setUp();
  const stream = await scene.streamClient();
  use([0], { listen: [OTHER_SERVICE, SERVICE].map(plainListen) });
  assertEquals(scene.app.addresses, [OTHER_SERVICE, SERVICE]);
  const [first, second] = [scene.client(), scene.client(undefined, OTHER_SERVICE)];
  for (const client of [first, second, stream]) client.ask([question("example.org")]);
  await scene.settle();
  for (const client of [first, second, stream]) assertEquals(lines(client.reply.message.answers), ANSWER);
});

Deno.test("where clients are served no more, what was asked is answered, and then the sockets are closed", async () => {
  const { scene, use } = setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 300 });
  const [client, late, stream] = [scene.client(), scene.client(), await scene.streamClient()];
  client.ask([question("example.org")]);
  stream.ask([question("example.org")]);
  await scene.pass(100);
  use([0], { listen: [plainListen(OTHER_SERVICE)] });
  late.ask([question("example.org")]);
  await scene.pass(250);
  assertEquals([client.replies.length, stream.replies.length, late.replies.length], [1, 1, 0]);
  await scene.settle();
  const ports = scene.host.openSockets.map(({ address }) => address.port);
  assertEquals([ports.includes(SERVICE.port), ports.includes(OTHER_SERVICE.port)], [false, true]);
  assertEquals(scene.app.held.connections, 0);
});

Deno.test("a configuration whose addresses cannot be had changes nothing, and leaves nothing open", async () => {
  const { scene } = setUp();
  const [before, sockets] = [scene.app.state.upstreams.length, scene.host.openSockets.length];
  const upstreams = [scene.config.upstreams[1]!];
  const listen = [OTHER_SERVICE, udp("198.51.100.200", 53)].map(plainListen);
  assertThrows(() => scene.app.prepare({ ...scene.config, upstreams, listen }), ListenError);
  assertEquals([scene.app.addresses, scene.host.openSockets.length], [[SERVICE], sockets]);
  assertEquals(scene.app.state.upstreams.length, before);
  await scene.settle();
});

Deno.test("what was made ready and is not followed after all leaves nothing open", async () => {
  const { scene } = setUp();
  const sockets = scene.host.openSockets.length;
  const upstreams = [scene.config.upstreams[1]!];
  const prepared = scene.app.prepare({ ...scene.config, upstreams, listen: [plainListen(OTHER_SERVICE)] });
  assertEquals(scene.app.addresses, [SERVICE]);
  prepared.abort();
  await scene.settle();
  assertEquals(scene.host.openSockets.length, sockets);
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), ["203.0.113.53:53"]);
});

Deno.test("a program that stops while a configuration is made ready follows it no more", async () => {
  const { scene } = setUp();
  const prepared = scene.app.prepare({ ...scene.config, listen: [plainListen(OTHER_SERVICE)] });
  const stopped = scene.app.stop();
  prepared.commit();
  await scene.settle();
  await stopped;
  assertEquals([scene.host.openSockets, scene.world.time.timerCount], [[], 0]);
});

Deno.test("who has used up the rate gets no more at once from a higher rate, and fills up faster", async () => {
  const { scene, use } = setUp({ config: { rateLimit: 1 } });
  use([0], { rateLimit: 1 });
  const client = scene.client();
  const answeredOf = async (count: number) => {
    const before = client.replies.length;
    for (let i = 0; i < count; i++) client.ask([question("example.org")]);
    await scene.pass(0);
    return client.replies.slice(before).filter(({ message }) => !message.isTruncated).length;
  };
  assertEquals(await answeredOf(20), 10);
  use([0], { rateLimit: 100 });
  assertEquals(await answeredOf(20), 0);
  await scene.pass(100);
  assertEquals(await answeredOf(20), 10);
  use([0], { rateLimit: 0 });
  assertEquals(await answeredOf(20), 20);
});

Deno.test("a slow upstream is hedged with what was saved up, however often the configuration changes", async () => {
  const { scene, use } = setUp();
  const client = scene.client();
  const ask = async () => {
    client.ask([question("example.org")]);
    await scene.pass(1000);
  };
  for (let i = 0; i < 50; i++) {
    use([0, 1], { timeoutMs: 1000 + i });
    await ask();
  }
  // Others are answered at once meanwhile: it is this question alone that takes long.
  const [slow] = [question("slow.example.org")];
  scene.upstream.onQuery = (query) => {
    const isSlow = nameToText(query.message.questions[0]!.name).toLowerCase().startsWith("slow");
    scene.upstream.answer(query, { afterMs: isSlow ? 400 : 0 });
  };
  use([0, 1]);
  client.ask([slow]);
  for (let i = 0; i < 10; i++) {
    client.ask([question("example.org")]);
    await scene.pass(10);
  }
  assertEquals(scene.app.counters.upstreamHedges, 1);
});

Deno.test("a client that may not ask is told of once a minute, however often the configuration changes", async () => {
  const { scene, use } = setUp();
  const before = scene.world.lines.length;
  for (let i = 0; i < 20; i++) {
    use([0], { allow: ["192.0.2.77/32"], timeoutMs: 1000 + i });
    scene.client().ask([question("example.org")]);
    await scene.pass(1000);
  }
  assertEquals(scene.world.lines.slice(before).filter((line) => line.includes("--allow")).length, 1);
});

Deno.test("from the swap on, the log says as much as the new configuration wants", async () => {
  const { scene, use } = setUp();
  use([0], { logLevel: "error", allow: ["192.0.2.77/32"] });
  const before = scene.world.lines.length;
  scene.client().ask([question("example.org")]);
  await scene.settle();
  assertEquals(scene.world.lines.length, before);
});

Deno.test("swapped a thousand times, it holds what it held at first", async () => {
  const { scene, use } = setUp();
  const client = scene.client();
  for (let i = 0; i < 1000; i++) {
    use([i % 2], { timeoutMs: 1000 + i });
    client.ask([question("example.org")]);
    await scene.pass(0);
  }
  await scene.settle();
  assertEquals(client.replies.length, 1000);
  const { inFlight, deadlines, upstreamConnections } = scene.app.held;
  assertEquals([inFlight, deadlines, upstreamConnections], [0, 0, 0]);
  assertEquals(scene.app.state.upstreams.map(({ name }) => name), ["203.0.113.54:53"]);
  await scene.app.stop();
  assertEquals(scene.host.openSockets, []);
  assertEquals(scene.world.time.timerCount, 0);
});
