import { assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { isSameAddress } from "../../lib/base/net/address.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { Scene, SERVICE, UPSTREAM } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

Deno.test("a query that the system will not send goes out at once from another socket", async () => {
  const scene = new Scene();
  const refusedPorts: number[] = [];
  scene.host.sendFault = (from, to) => {
    if (!isSameAddress(to, UPSTREAM) || refusedPorts.length > 0) return null;
    refusedPorts.push(from.port);
    return new Error("No buffer space available");
  };
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals(client.reply.atMs, startMs);
  assertEquals(scene.app.counters.upstreamUnsendable, 1);
  assertNotEquals(scene.upstream.queries[0]!.peer.port, refusedPorts[0]);
});

Deno.test("when nothing can be sent upstream, the client hears of it at once (EDE 23)", async () => {
  const scene = new Scene();
  scene.host.sendFault = (_, to) => isSameAddress(to, UPSTREAM) ? new Error("Network is unreachable") : null;
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")], { additionals: [opt()] });
  await scene.settle();
  const { message, atMs } = client.reply;
  assertEquals(atMs, startMs);
  assertEquals(message.rcode, RCODE.SERVFAIL);
  const [error] = ednsOf(message)!.options.map(readExtendedError);
  assertEquals(error, { infoCode: EDE.NETWORK_ERROR, text: "Cannot send to 203.0.113.53:53" });
  assertEquals(scene.app.counters.upstreamUnsendable, 2);
});

Deno.test("when an upstream socket breaks, its queries are asked again at once from another one", async () => {
  const scene = new Scene();
  scene.upstream.onQuery = () => {
    scene.upstream.onQuery = (query) => scene.upstream.answer(query);
    const [socket] = scene.host.openSockets.filter(({ address }) => !isSameAddress(address, SERVICE));
    socket!.failReceive(new Error("Input/output error"));
  };
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals(client.reply.atMs, startMs);
  assertEquals(scene.app.held, {
    inFlight: 0,
    deadlines: 0,
    upstreamSockets: 1,
    upstreamConnections: 0,
    connections: 0,
    connectionOctets: 0,
  });
});

Deno.test("when no upstream socket can be opened, clients get SERVFAIL; when one can, answers", async () => {
  const scene = new Scene();
  scene.host.openFault = () => new Error("Too many open files");
  const unlucky = scene.client();
  unlucky.ask([question("example.org")]);
  await scene.pass(1);
  assertEquals(unlucky.reply.message.rcode, RCODE.SERVFAIL);
  scene.host.openFault = () => null;
  const lucky = scene.client();
  lucky.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(lucky.reply.message.answers), ANSWER);
  assertEquals(scene.app.counters.broken, 0);
});

Deno.test("a listener that cannot receive tries on after a moment, and serves again", async () => {
  const scene = new Scene();
  await scene.pass(1);
  const listener = scene.host.openSockets.find(({ address }) => isSameAddress(address, SERVICE))!;
  listener.failReceive(new Error("Out of memory"));
  await scene.pass(1);
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertStringIncludes(scene.world.lines.join("\n"), "Cannot receive on 192.0.2.53:2053: Error: Out of memory");
});

Deno.test("a reply that the system will not send is counted, and holds nothing", async () => {
  const scene = new Scene();
  scene.host.sendFault = (from) => isSameAddress(from, SERVICE) ? new Error("Operation not permitted") : null;
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(client.replies, []);
  assertEquals(scene.app.counters.unsendable, 1);
  assertEquals(scene.app.held.inFlight, 0);
});
