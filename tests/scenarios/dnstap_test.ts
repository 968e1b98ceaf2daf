import { assert, assertEquals } from "@std/assert";
import { NOTHING_HIDDEN, type PrivacySettings } from "../../lib/telemetry/privacy/levels.ts";
import { Dnstap } from "../../lib/telemetry/dnstap/dnstap.ts";
import { MESSAGE_TYPE, SOCKET_PROTOCOL } from "../../lib/telemetry/dnstap/message_frame.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import { writeOptions } from "../../lib/wire/edns/edns.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { type ReadFrame, readFrame, StreamReader } from "../support/dnstap_frames.ts";
import { FakeStream } from "../support/fake_local_sockets.ts";
import { ednsOf, opt, question, questionLines } from "../support/messages.ts";
import { Scene, SERVICE, UPSTREAM } from "../support/scene.ts";

const CLIENT_ADDRESS = Uint8Array.of(198, 51, 100, 7);
const { clientQuery, clientResponse, forwarderQuery, forwarderResponse } = MESSAGE_TYPE;

/** A scene with somebody who reads dnstap. */
async function setUp(privacy: Partial<PrivacySettings> = {}) {
  const scene = new Scene();
  const [near, far] = FakeStream.pair();
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  const dnstap = new Dnstap({
    connect: () => Promise.resolve(near),
    to: "unix:/run/dnstap.sock",
    identity: "ns1",
    version: "",
    privacy: { ...NOTHING_HIDDEN, ...privacy },
    hiddenGroups: [],
    clock: scene.app.taps.clock,
    runtime: scene.world.runtimeOn(scene.host),
    log,
  });
  scene.app.taps.show({
    clients: dnstap.clients,
    upstreams: dnstap.upstreams,
    sink: { name: "dnstap", recordCount: 0, droppedCount: 0 },
  });
  const reader = new StreamReader(far);
  await reader.accept();
  /** What was told, when nothing more happens. */
  const frames = async (): Promise<ReadFrame[]> => {
    await scene.settle();
    const read: ReadFrame[] = [];
    for (let i = dnstap.frameCount; i > 0; i--) {
      const heard = await reader.next();
      assert(heard !== null && "payload" in heard);
      read.push(readFrame(heard.payload));
    }
    return read;
  };
  return { scene, frames };
}

/** Whose first name, and of which kind, a message asks for. */
const asks = (message: Uint8Array<ArrayBuffer> | null) =>
  message && questionLines(decode(message).questions)[0]!.toLowerCase();

Deno.test("dnstap tells of a question from its client to the upstream and back, with addresses, ports and times", async () => {
  const { scene, frames } = await setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 20 });
  const client = scene.client();
  const sentAtMs = scene.nowMs;
  client.ask([question("example.org")], { id: 77 });
  const [fq, fr, cq, cr, ...rest] = await frames();
  assertEquals(rest, []);
  assertEquals([fq, fr, cq, cr].map((frame) => frame!.type), [
    forwarderQuery,
    forwarderResponse,
    clientQuery,
    clientResponse,
  ]);
  for (const frame of [fq!, fr!, cq!, cr!]) {
    assertEquals([frame.identity, frame.version, frame.family, frame.protocol], ["ns1", null, 1, SOCKET_PROTOCOL.udp]);
    assertEquals(asks(frame.query ?? frame.response), "example.org. in a");
  }
  for (const frame of [cq!, cr!]) {
    assertEquals([frame.queryAddress, frame.queryPort], [CLIENT_ADDRESS, client.address.port]);
    assertEquals([frame.responseAddress, frame.responsePort], [Uint8Array.of(192, 0, 2, 53), SERVICE.port]);
    assertEquals(uint16At(frame.query ?? frame.response!, 0), 77);
  }
  for (const frame of [fq!, fr!]) {
    assertEquals([frame.responseAddress, frame.responsePort], [Uint8Array.of(203, 0, 113, 53), UPSTREAM.port]);
    assertEquals([frame.queryAddress, frame.queryPort], [null, scene.upstream.queries[0]!.peer.port]);
    assertEquals(uint16At(frame.query ?? frame.response!, 0), scene.upstream.queries[0]!.message.id);
  }
  const epochMs = 1000 * scene.world.runtimeOn(scene.host).wallClock.epochSeconds() - scene.nowMs;
  const ms = ([seconds, nanoseconds]: readonly [number, number]) => seconds * 1000 + nanoseconds / 1e6 - epochMs;
  const near = (at: readonly [number, number] | null, expected: number) =>
    assert(Math.abs(ms(at!) - expected) < 1000, `${ms(at!)} is not ${expected}`);
  near(cq!.queryAt, sentAtMs);
  assertEquals(cr!.queryAt, cq!.queryAt);
  assertEquals(Math.round(ms(cr!.responseAt!) - ms(cr!.queryAt!)), 20);
  assertEquals(Math.round(ms(fr!.responseAt!) - ms(fr!.queryAt!)), 20);
});

Deno.test("dnstap tells the port of each of several questions that wait at the same time, and of connections their own", async () => {
  const { scene, frames } = await setUp();
  scene.upstream.onQuery = (query) => scene.upstream.answer(query, { afterMs: 20 });
  const clients = [scene.client(), scene.client(), scene.client()];
  clients.forEach((client, i) => client.ask([question(`n${i}.example.org`)]));
  const stream = await scene.streamClient();
  stream.ask([question("stream.example.org")]);
  const told = (await frames()).filter(({ type }) => type === clientResponse);
  const ports = new Map(told.map((frame) => [asks(frame.response), frame.queryPort]));
  clients.forEach((client, i) => assertEquals(ports.get(`n${i}.example.org. in a`), client.address.port));
  const overTcp = told.find((frame) => asks(frame.response) === "stream.example.org. in a")!;
  assertEquals([overTcp.protocol, overTcp.queryPort! > 0], [SOCKET_PROTOCOL.tcp, true]);
});

const SUBNET = { code: 8, data: Uint8Array.of(0, 1, 24, 0, 198, 51, 100) };
const COOKIE = { code: EDNS_OPTION.COOKIE, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };

for (
  const [clients, address] of [
    ["full", [198, 51, 100, 7]],
    ["network", [198, 51, 100, 0]],
    ["none", null],
  ] as const
) {
  Deno.test(`dnstap with clients = "${clients}" tells the address, and EDNS options, as far as it may`, async () => {
    const { scene, frames } = await setUp({ clients });
    scene.client().ask([question("example.org")], {
      additionals: [{ ...opt(), rdata: writeOptions([SUBNET, COOKIE]) }],
    });
    const told = (await frames()).filter(({ type }) => type === clientQuery || type === clientResponse);
    assertEquals(told.length, 2);
    for (const { queryAddress, queryPort, query, response } of told) {
      assertEquals(queryAddress, address && Uint8Array.from(address));
      assertEquals(queryPort === null, clients === "none");
      const edns = ednsOf(decode((query ?? response)!))!;
      assertEquals(edns.options.length > 0, clients === "full");
    }
  });
}

Deno.test('dnstap with clients = "pseudonym" tells an address that nobody has, the same for the same client', async () => {
  const { scene, frames } = await setUp({ clients: "pseudonym" });
  for (const hostname of ["198.51.100.7", "198.51.100.7", "203.0.113.7"]) {
    scene.client(hostname).ask([question("example.org")]);
  }
  const told = (await frames()).filter(({ type }) => type === clientQuery);
  for (const { queryAddress, responseAddress, family } of told) {
    assertEquals([queryAddress!.length, family, responseAddress], [16, 2, null]);
    assertEquals(queryAddress!.slice(0, 8), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  }
  const [first, again, other] = told.map(({ queryAddress }) => queryAddress!.toHex());
  assertEquals([first === again, first === other], [true, false]);
});

Deno.test("dnstap tells no message where names are not told in full, and nothing of domains that are not told of", async () => {
  for (const names of ["domain", "none"] as const) {
    const { scene, frames } = await setUp({ names });
    scene.client().ask([question("example.org")]);
    const told = await frames();
    assertEquals(told.length, 4);
    for (const { query, response } of told) assertEquals([query, response], [null, null]);
  }
  const { scene, frames } = await setUp({ ignore: ["example.org"] });
  for (const name of ["example.org", "a.EXAMPLE.org", "notexample.org"]) scene.client().ask([question(name)]);
  const told = await frames();
  assertEquals(new Set(told.map(({ query, response }) => asks(query ?? response))), new Set(["notexample.org. in a"]));
});

Deno.test("dnstap leaves a message out that it cannot read where options are to be left out", async () => {
  for (const [clients, isTold] of [["full", true], ["network", false]] as const) {
    const { scene, frames } = await setUp({ clients });
    const client = scene.client();
    // One record is said to follow, and cannot be read.
    client.send(Uint8Array.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0xc0]));
    const [query] = await frames();
    assertEquals([query!.type, query!.query !== null], [clientQuery, isTold]);
  }
});
