import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { isSameAddress } from "../../lib/base/net/address.ts";
import { lines, question } from "../support/messages.ts";
import { Scene, SERVICE } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** Identical questions would share one exchange. */
function distinct(number: number) {
  return question(`n${number}.example.org`);
}

function upstreamPorts(scene: Scene): number[] {
  return scene.host.openSockets.map(({ address }) => address).filter((address) => !isSameAddress(address, SERVICE))
    .map(({ port }) => port);
}

Deno.test("queries leave from several random ports, none of them below 1024 and none a client talks to [5452_03]", async () => {
  const scene = new Scene({ config: { upstreamSockets: 16 } });
  const client = scene.client();
  for (let i = 0; i < 400; i++) client.ask([distinct(i)], { id: i });
  await scene.settle();
  const ports = scene.upstream.queries.map(({ peer }) => peer.port);
  assertEquals(new Set(ports).size, 16);
  assertGreater(Math.min(...ports), 1023);
  assertEquals(ports.includes(SERVICE.port), false);
});

Deno.test("IDs are spread over all 16 bits [5452_04]", async () => {
  const scene = new Scene();
  const client = scene.client();
  for (let i = 0; i < 1000; i++) client.ask([distinct(i)], { id: i });
  await scene.settle();
  const ids = scene.upstream.queries.map(({ message }) => message.id);
  for (let bit = 0; bit < 16; bit++) {
    const setCount = ids.filter((id) => ((id >> bit) & 1) === 1).length;
    // 1,000 fair coins or more: outside of 40–60 % once in ten billion.
    assertGreater(setCount, 0.4 * ids.length, `bit ${bit}`);
    assertGreater(0.6 * ids.length, setCount, `bit ${bit}`);
  }
});

Deno.test("an ID is not used again from the same port while a reply to it may still come [5452_06]", async () => {
  const scene = new Scene({ config: { upstreamSockets: 2, timeoutMs: 500 } });
  scene.upstream.onQuery = () => {};
  const client = scene.client();
  for (let i = 0; i < 2000; i++) client.ask([distinct(i)], { id: i });
  await scene.pass(900);
  const keys = scene.upstream.queries.map(({ peer, message }) => `${peer.port} ${message.id}`);
  assertEquals(keys.length, 4000);
  assertEquals(new Set(keys).size, keys.length);
  await scene.settle();
});

Deno.test("source ports change every minute, and the old sockets close when they are idle [5452_03]", async () => {
  const scene = new Scene();
  const client = scene.client();
  const askMany = async () => {
    for (let i = 0; i < 40; i++) client.ask([distinct(i)]);
    await scene.pass(100);
    return upstreamPorts(scene);
  };
  const before = await askMany();
  await scene.pass(61_000);
  const after = await askMany();
  await scene.settle();
  assertEquals([before.length, after.length], [4, 4]);
  assertEquals(before.filter((port) => after.includes(port)), []);
  assertEquals(scene.app.held, {
    inFlight: 0,
    deadlines: 0,
    upstreamSockets: 4,
    upstreamConnections: 0,
    connections: 0,
    connectionOctets: 0,
  });
});

Deno.test("a replaced socket still takes the reply that it waits for, then closes", async () => {
  const scene = new Scene({ config: { upstreamSockets: 2, timeoutMs: 10_000 } });
  scene.upstream.onQuery = (query) => {
    scene.upstream.answer(query, { afterMs: scene.upstream.queries.length === 1 ? 4000 : 0 });
  };
  await scene.pass(1);
  // Opened now, so that it is a minute old while its query waits.
  const slow = scene.client();
  slow.ask([question("example.org")]);
  await scene.pass(1);
  const [slowPort] = upstreamPorts(scene);
  const busy = scene.client();
  for (let i = 0; i < 4400; i++) busy.ask([distinct(i)]);
  await scene.pass(100);
  assertEquals(upstreamPorts(scene).includes(slowPort!), true);
  await scene.pass(4000);
  assertEquals(lines(slow.reply.message.answers), ANSWER);
  await scene.settle();
  assertEquals(upstreamPorts(scene).includes(slowPort!), false);
  assertEquals(busy.replies.length, 4400);
});

Deno.test("ever more queries to a silent upstream do not open ever more sockets", async () => {
  const scene = new Scene({ config: { upstreamSockets: 2, timeoutMs: 1000 } });
  scene.upstream.onQuery = () => {};
  const client = scene.client();
  let mostOpen = 0;
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 1500; i++) client.ask([distinct(round * 1500 + i)]);
    await scene.pass(500);
    mostOpen = Math.max(mostOpen, scene.app.held.upstreamSockets);
  }
  // 18,000 sends at 2,000 a socket; each rests until two timeouts have passed. 16 are opened because of silence, and 8 more
  // each second.
  assertLessOrEqual(mostOpen, 9 + 2 + 16 + 3 * 8);
  assertGreater(mostOpen, 2);
  await scene.settle();
  assertEquals(scene.app.held, {
    inFlight: 0,
    deadlines: 0,
    upstreamSockets: 2,
    upstreamConnections: 0,
    connections: 0,
    connectionOctets: 0,
  });
});
