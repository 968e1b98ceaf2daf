import { assert, assertEquals, assertRejects } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { ForgeryError } from "../../lib/upstream/upstream_error.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { HEADER_OCTETS, putId } from "../../lib/wire/header.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import type { FakeSocket } from "../support/fake_socket.ts";
import { settled } from "../support/fake_time.ts";
import { ednsOf, hex, opt, question, record, wire } from "../support/messages.ts";
import {
  registryRig,
  requestFor,
  responseTo,
  streamResponseTo,
  UPSTREAM,
  upstreamRig,
} from "../support/upstream_rig.ts";
import { exchangeOver } from "../support/promised_query.ts";

const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];
const FLOOD_COUNT = 100;
const COOKIE = 10;

const QUERY = wire({ questions: [question("example.org")] });

/** Lets guesses come in: the right question under `count` wrong IDs. */
async function guess(socket: FakeSocket, count: number): Promise<void> {
  const good = responseTo(socket);
  for (let i = 1; i <= count; i++) {
    const guessed = good.slice();
    putId(guessed, (uint16At(good, 0) + i) & 0xffff);
    socket.deliver(guessed, UPSTREAM);
    await settled();
  }
}

Deno.test("[5452_08] DatagramTransport gives a socket up when a hundred forged replies come in within a second", async () => {
  const { datagram, network, counters, pool } = upstreamRig();
  const reply = exchangeOver(datagram, QUERY.slice(), QUERY.slice(HEADER_OCTETS), requestFor("example.org"));
  const failed = assertRejects(() => reply, ForgeryError);
  await settled();
  const socket = network.sockets[0]!;
  await guess(socket, FLOOD_COUNT - 1);
  assertEquals([socket.isClosed, counters.upstreamFloods], [false, 0]);
  await guess(socket, 1);
  await failed;
  assertEquals([socket.isClosed, counters.upstreamFloods, counters.upstreamUnsolicited], [true, 1, 100]);
  pool.close();
});

Deno.test("[5452_08] DatagramTransport stays with a socket on which forged replies are few, however long that lasts", async () => {
  const { datagram, network, pool, time } = upstreamRig({ tombstoneMs: 60_000 });
  const request = requestFor("example.org", 0, { deadlineMs: 60_000 });
  const reply = exchangeOver(datagram, QUERY.slice(), QUERY.slice(HEADER_OCTETS), request);
  await settled();
  const socket = network.sockets[0]!;
  for (let i = 0; i < 5; i++) {
    await guess(socket, FLOOD_COUNT - 1);
    await time.passAndSettle(1100);
  }
  socket.deliver(responseTo(socket, { answers: ANSWERS }), UPSTREAM);
  assert((await reply).octets.length > 12);
  pool.close();
});

Deno.test("[5452_08] DatagramTransport does not take the copies of an honest reply for a flood of forged ones", async () => {
  const { datagram, network, counters, pool } = upstreamRig();
  const reply = exchangeOver(datagram, QUERY.slice(), QUERY.slice(HEADER_OCTETS), requestFor("example.org"));
  await settled();
  const socket = network.sockets[0]!;
  for (let i = 0; i <= 2 * FLOOD_COUNT; i++) {
    socket.deliver(responseTo(socket, { answers: ANSWERS }), UPSTREAM);
    await settled();
  }
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  assertEquals([socket.isClosed, counters.upstreamFloods, counters.upstreamLate], [false, 0, 2 * FLOOD_COUNT]);
  pool.close();
});

Deno.test("[5452_08] UpstreamGroup asks over TCP what forged replies pour in for", async () => {
  const { upstreams, network } = upstreamRig();
  const reply = upstreams.exchange(requestFor("example.org"));
  await settled();
  await guess(network.sockets[0]!, FLOOD_COUNT);
  const [stream] = network.streams;
  stream!.deliverMessages(streamResponseTo(stream!, { answers: ANSWERS }));
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  upstreams.close();
});

Deno.test("[5452_08] UpstreamGroup asks nobody over TCP when forged replies pour in behind the answer, and blames nobody", async () => {
  const { upstreams, upstream, network, time, counters } = upstreamRig();
  const reply = upstreams.exchange(requestFor("example.org"));
  await time.passAndSettle(700);
  const [first, second] = network.sockets.filter(({ sent }) => sent.length > 0);
  second!.deliver(responseTo(second!, { answers: ANSWERS }), UPSTREAM);
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  const { failureCount } = upstream;
  await guess(first!, FLOOD_COUNT);
  assertEquals([counters.upstreamFloods, network.streams.length, upstream.failureCount], [1, 0, failureCount]);
  upstreams.close();
});

/** A group as the program opens it: with cookies. */
function withCookies(address: SocketAddress = UPSTREAM) {
  const { registry, network, time, counters } = registryRig();
  const upstreams = registry.openGroup({ endpoints: [endpointAt(address)], strategy: "sequential", socketCount: 2 });
  const ask = async () => {
    const reply = upstreams.exchange(requestFor("example.org", time.nowMs()));
    await settled();
    const socket = network.sockets.findLast(({ sent }) => sent.length > 0)!;
    return { reply, socket, cookie: cookieIn(socket) };
  };
  return { upstreams, network, counters, time, ask };
}

/** The COOKIE option of what was sent last. */
function cookieIn({ sent }: FakeSocket): Uint8Array<ArrayBuffer> {
  return cookieOf(sent.at(-1)!.octets);
}

function cookieOf(query: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return ednsOf(decode(query))!.options.find(({ code }) => code === COOKIE)!.data;
}

function cookieOpt(...parts: readonly Uint8Array[]) {
  return opt({ options: [{ code: COOKIE, data: Uint8Array.from(parts.flatMap((part) => [...part])) }] });
}

Deno.test("[7873_03] [5452_02] UpstreamGroup waits on after a reply with a wrong cookie", async () => {
  const { upstreams, counters, ask } = withCookies();
  const { reply, socket, cookie } = await ask();
  assertEquals(cookie.length, 8);
  const wrong = cookie.map((octet) => octet ^ 1);
  socket.deliver(responseTo(socket, { answers: ANSWERS, additionals: [cookieOpt(wrong)] }), UPSTREAM);
  await settled();
  assertEquals([counters.upstreamWrongCookie, counters.upstreamReplies], [1, 0]);
  socket.deliver(responseTo(socket, { answers: ANSWERS, additionals: [cookieOpt(cookie)] }), UPSTREAM);
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  upstreams.close();
});

Deno.test("[7873_04] UpstreamGroup asks once more with the cookie that BADCOOKIE brings", async () => {
  const { upstreams, network, ask } = withCookies();
  const { reply, socket, cookie } = await ask();
  const server = hex("1112131415161718");
  const additionals = [{ ...cookieOpt(cookie, server), ttl: 0x0100_0000 }];
  socket.deliver(responseTo(socket, { rcode: 7, additionals }), UPSTREAM);
  await settled();
  const again = network.sockets.find((other) => other !== socket && other.sent.length > 0)!;
  assertEquals(cookieIn(again), Uint8Array.from([...cookie, ...server]));
  again.deliver(responseTo(again, { answers: ANSWERS, additionals: [cookieOpt(cookie, server)] }), UPSTREAM);
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  upstreams.close();
});

Deno.test("[7873_03] [7873_04] UpstreamGroup learns the server's cookie over TCP, where nobody can forge and another's does no harm", async () => {
  const { upstreams, network, counters, time } = withCookies({ ...UPSTREAM, transport: "tcp" });
  const pending = upstreams.exchange(requestFor("example.org", time.nowMs()));
  await settled();
  const stream = network.streams[0]!;
  const client = cookieOf(stream.messages[0]!);
  const server = hex("1112131415161718");
  const badCookie = { ...cookieOpt(client, server), ttl: 0x0100_0000 };
  stream.deliverMessages(streamResponseTo(stream, { rcode: 7, additionals: [badCookie] }));
  await settled();
  assertEquals(cookieOf(stream.messages[1]!), Uint8Array.from([...client, ...server]));
  const others = client.map((octet) => octet ^ 1);
  stream.deliverMessages(streamResponseTo(stream, { answers: ANSWERS, additionals: [cookieOpt(others, server)] }));
  assertEquals(decode((await pending).octets).answers, ANSWERS);
  const next = upstreams.exchange(requestFor("example.net", time.nowMs()));
  await settled();
  assertEquals(cookieOf(stream.messages[2]!), Uint8Array.from([...client, ...server]));
  stream.deliverMessages(streamResponseTo(stream, { answers: ANSWERS }));
  await next;
  assertEquals(counters.upstreamWrongCookie, 0);
  upstreams.close();
});

/** Asks once, and has the upstream give its cookie with the answer. */
async function learnCookie({ ask }: ReturnType<typeof withCookies>): Promise<void> {
  const { reply, socket, cookie } = await ask();
  const additionals = [cookieOpt(cookie, hex("1112131415161718"))];
  socket.deliver(responseTo(socket, { answers: ANSWERS, additionals }), UPSTREAM);
  await reply;
}

const FORGED = [record("example.org 9 IN A 203.0.113.66")];
for (
  const [what, fields] of [
    ["an answer without OPT record", { answers: FORGED }],
    ["an answer with an OPT record and no cookie", { answers: FORGED, additionals: [opt()] }],
    ["FORMERR without OPT record", { rcode: RCODE.FORMERR }],
  ] as const
) {
  Deno.test(`[7873_03] UpstreamGroup asks over TCP when ${what} comes from a server that gives cookies`, async () => {
    const group = withCookies();
    await learnCookie(group);
    const { reply, socket, cookie } = await group.ask();
    assertEquals(cookie.length, 16);
    socket.deliver(responseTo(socket, fields), UPSTREAM);
    await settled();
    const [stream] = group.network.streams;
    assertEquals(ednsOf(decode(stream!.messages[0]!))?.options.length, 1);
    stream!.deliverMessages(streamResponseTo(stream!, { answers: ANSWERS, additionals: [cookieOpt(cookie)] }));
    assertEquals(decode((await reply).octets).answers, ANSWERS);
    assertEquals(group.counters.upstreamNoCookie, 1);
    group.upstreams.close();
  });
}

Deno.test("UpstreamGroup believes a server that has stopped giving cookies, once it has been asked over TCP", async () => {
  const group = withCookies();
  await learnCookie(group);
  const first = await group.ask();
  first.socket.deliver(responseTo(first.socket, { answers: ANSWERS }), UPSTREAM);
  await settled();
  const [stream] = group.network.streams;
  stream!.deliverMessages(streamResponseTo(stream!, { answers: ANSWERS }));
  await first.reply;
  const second = await group.ask();
  assertEquals(second.cookie.length, 8);
  second.socket.deliver(responseTo(second.socket, { answers: ANSWERS }), UPSTREAM);
  assertEquals(decode((await second.reply).octets).answers, ANSWERS);
  assertEquals(stream!.messages.length, 1);
  group.upstreams.close();
});

Deno.test("UpstreamGroup asks over UDP once more when a server has stopped giving cookies and does not speak TCP", async () => {
  const group = withCookies();
  await learnCookie(group);
  group.network.dial = () => Promise.reject(new Error("Connection refused"));
  const { reply, socket } = await group.ask();
  socket.deliver(responseTo(socket, { answers: ANSWERS }), UPSTREAM);
  await settled();
  const again = group.network.sockets.find((other) => other !== socket && other.sent.length > 0)!;
  again.deliver(responseTo(again, { answers: ANSWERS }), UPSTREAM);
  assertEquals(decode((await reply).octets).answers, ANSWERS);
  group.upstreams.close();
});
