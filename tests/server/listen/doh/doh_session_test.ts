import { assertEquals, assertMatch } from "@std/assert";
import { QUERIES_PER_CONNECTION_MAX, WAITING_OCTETS_MAX } from "../../../../lib/server/limits.ts";
import { RCODE } from "../../../../lib/wire/iana.ts";
import { decode } from "../../../../lib/wire/message.ts";
import { settled } from "../../../support/byte_pipe.ts";
import { dohRig, type Got } from "../../../support/doh_rig.ts";
import { frame, FRAME_TYPES, rawRequest } from "../../../support/h2_frames.ts";
import { queryFor } from "../../../support/stream_rig.ts";

function base64url(octets: Uint8Array): string {
  return octets.toBase64({ alphabet: "base64url", omitPadding: true });
}

Deno.test("[8484_01] DohSession answers a message in the path of a GET, and one that is posted", async () => {
  const { ask, post, got, server, counters, session, ended } = dohRig();
  ask({ path: `/dns-query?dns=${base64url(queryFor(0))}` });
  post(queryFor(0, "b.example"));
  await settled();
  const answers = got as Got[];
  assertEquals(answers.map(({ status, field }) => [status, field("content-type"), field("cache-control")]), [
    [200, "application/dns-message", "max-age=9"],
    [200, "application/dns-message", "max-age=9"],
  ]);
  assertEquals(answers.map(({ content }) => decode(content).id), [0, 0]);
  assertEquals(server.asked, ["0 a.example. IN A", "0 b.example. IN A"]);
  assertEquals(server.clients.map(({ channel, hostname }) => [channel, hostname]), [
    ["https", "192.0.2.9"],
    ["https", "192.0.2.9"],
  ]);
  assertEquals(counters.replied, 2);
  session.close();
  await ended;
});

Deno.test("[8484_03] DohSession echoes whatever ID it was asked with", async () => {
  const { post, got, session } = dohRig();
  post(queryFor(0xbeef));
  await settled();
  assertEquals(decode((got[0] as Got).content).id, 0xbeef);
  session.close();
});

/** What is no question, and the status that says so. */
const REFUSED: Readonly<Record<string, readonly [number, Parameters<ReturnType<typeof dohRig>["ask"]>[0]]>> = {
  "another path": [404, { path: "/" }],
  "a path behind the path that is no name of a client": [404, { path: "/dns-query/a/b?dns=AAAA" }],
  "no message": [400, { path: "/dns-query" }],
  "no message among others": [400, { path: "/dns-query?dn=AAAA&xdns=AAAA" }],
  "what is not base64url": [400, { path: "/dns-query?dns=AA!A" }],
  "base64 of the other kind": [400, { path: "/dns-query?dns=AA+/" }],
  "what is shorter than a header": [400, { path: "/dns-query?dns=AAAA" }],
  "a response": [400, { path: `/dns-query?dns=${base64url(Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0))}` }],
  "content of another type": [415, {
    method: "POST",
    path: "/dns-query",
    fields: ["content-type", "application/json"],
    content: queryFor(0),
  }],
  "content of no type": [415, { method: "POST", path: "/dns-query", content: queryFor(0) }],
  "packed content": [415, {
    method: "POST",
    path: "/dns-query",
    fields: ["content-type", "application/dns-message", "content-encoding", "gzip"],
    content: queryFor(0),
  }],
  "content that is too long": [413, {
    method: "POST",
    path: "/dns-query",
    fields: ["content-type", "application/dns-message"],
    content: new Uint8Array(65_536),
  }],
  "content that is no message": [400, {
    method: "POST",
    path: "/dns-query",
    fields: ["content-type", "application/dns-message"],
    content: new Uint8Array(5),
  }],
};
for (const [what, [status, message]] of Object.entries(REFUSED)) {
  Deno.test(`[8484_02] DohSession answers ${what} with ${status}`, async () => {
    const { ask, statuses, counters, session, ended, deadlines } = dohRig();
    ask(message);
    await settled(2000);
    assertEquals([statuses(), counters.httpRefused], [[status], 1]);
    session.close();
    await ended;
    assertEquals(deadlines.size, 0);
  });
}

for (const [method, status] of [["PUT", 405], ["HEAD", 405], ["BREW", 501]] as const) {
  Deno.test(`[8484_02] DohSession answers ${method} with ${status}`, async () => {
    const { ask, statuses, got, session } = dohRig();
    ask({ method: method as "GET", path: "/dns-query" });
    await settled();
    assertEquals(statuses(), [status]);
    if (status === 405) assertEquals((got[0] as Got).field("allow"), "GET, POST");
    session.close();
  });
}

Deno.test("DohSession takes parameters of the type, padding of the path, and other parameters", async () => {
  const { ask, post, statuses, session } = dohRig();
  post(queryFor(0), ["content-type", "Application/DNS-Message; charset=x"]);
  const padded = queryFor(0, "aa.example").toBase64({ alphabet: "base64url" });
  assertMatch(padded, /=$/);
  ask({ path: `/dns-query?ct=application/dns-message&dns=${encodeURIComponent(padded)}` });
  ask({ path: `/dns-query?dns=${padded}&x` });
  await settled();
  assertEquals(statuses(), [200, 200, 200]);
  session.close();
});

Deno.test("DohSession knows a client by the label behind the path", async () => {
  const { ask, server, session } = dohRig();
  const query = base64url(queryFor(0));
  for (const path of ["/dns-query/Laptop", "/dns-query", "/dns-query/laptop"]) ask({ path: `${path}?dns=${query}` });
  await settled();
  assertEquals(server.clients.map(({ id }) => id), ["laptop", null, "laptop"]);
  assertEquals(server.clients[0] === server.clients[2], true);
  session.close();
});

Deno.test("DohSession believes X-Forwarded-For of trusted proxies alone: the right-most hop that is none", async () => {
  const { ask, server, session, lines } = dohRig({ trusted: ["192.0.2.0/24", "2001:db8::/32"] });
  const path = `/dns-query?dns=${base64url(queryFor(0))}`;
  const fields = [
    "198.51.100.7",
    "203.0.113.1, 198.51.100.8",
    "203.0.113.1, 198.51.100.9, 192.0.2.3,2001:db8::1",
    "192.0.2.3, 192.0.2.4",
    "198.51.100.10:4711",
    "[2001:db9::5]:4711",
    "::ffff:198.51.100.11",
    "203.0.113.1, unknown",
    "203.0.113.1, unknown, 192.0.2.3",
  ];
  for (const value of fields) ask({ path, fields: ["x-forwarded-for", value] });
  ask({ path, fields: ["x-forwarded-for", "203.0.113.1", "x-forwarded-for", "198.51.100.12"] });
  await settled();
  assertEquals(server.clients.map(({ hostname }) => hostname), [
    "198.51.100.7",
    "198.51.100.8",
    "198.51.100.9",
    "192.0.2.3",
    "198.51.100.10",
    "2001:db9::5",
    "198.51.100.11",
    "192.0.2.9",
    "192.0.2.3",
    "198.51.100.12",
  ]);
  assertEquals(lines, []);
  session.close();
});

Deno.test("DohSession ignores X-Forwarded-For of others, and says so once", async () => {
  const { ask, server, session, lines } = dohRig({ trusted: ["198.51.100.0/24"] });
  const path = `/dns-query?dns=${base64url(queryFor(0))}`;
  for (let i = 0; i < 3; i++) ask({ path, fields: ["x-forwarded-for", "203.0.113.1"] });
  await settled();
  assertEquals(new Set(server.clients.map(({ hostname }) => hostname)), new Set(["192.0.2.9"]));
  assertEquals(lines.length, 1);
  assertMatch(
    lines[0]!,
    /X-Forwarded-For from 192\.0\.2\.9 on https:\/\/192\.0\.2\.1:443 is ignored.*--trusted-proxy 192\.0\.2\.9/,
  );
  session.close();
});

Deno.test("DohSession works on so many queries at a time, whatever became of their streams", async () => {
  const { post, server, session, counters, ended, totals } = dohRig();
  server.isWaiting = true;
  for (let i = 0; i < 3 * QUERIES_PER_CONNECTION_MAX; i++) {
    const cancel = post(queryFor(0));
    await settled(20);
    cancel();
    await settled(20);
  }
  assertEquals(server.asked.length, QUERIES_PER_CONNECTION_MAX);
  await server.answer(0);
  await settled();
  // Nobody is answered who has given up; the next one is worked on.
  assertEquals([server.asked.length, counters.replied], [QUERIES_PER_CONNECTION_MAX + 1, 0]);
  session.close();
  await ended;
  assertEquals(totals.octets, 0);
});

Deno.test("DohSession ends a connection on which nothing is asked, and says that it goes away", async () => {
  const { time, http, session, ended, state, post, server } = dohRig();
  server.isWaiting = true;
  post(queryFor(0));
  await settled();
  await time.passAndSettle(100_000);
  await settled();
  assertEquals(state.hasEnded, false);
  await server.answer(0);
  await settled();
  await time.passAndSettle(31_000);
  await settled();
  assertEquals([state.hasEnded, http.isOpen], [true, false]);
  session.close();
  await ended;
});

Deno.test("DohSession ends a connection on which there is nothing but PING", async () => {
  const { time, near, session, ended, state } = dohRig();
  await settled();
  for (let i = 0; i < 4; i++) {
    await near.write(frame(FRAME_TYPES.PING, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]));
    await settled();
    await time.passAndSettle(10_000);
    await settled();
  }
  assertEquals(state.hasEnded, true);
  session.close();
  await ended;
});

Deno.test("DohSession gives up on content that does not come, with 408", async () => {
  const { time, near, session } = dohRig();
  await settled();
  // A request by hand: HEADERS without END_STREAM on stream 1, whose content never comes.
  const fields = [
    ":method",
    "POST",
    ":scheme",
    "https",
    ":path",
    "/dns-query",
    "content-type",
    "application/dns-message",
  ];
  await near.write(rawRequest(1, "POST", "/dns-query", false, fields));
  await settled();
  await time.passAndSettle(6000);
  await settled();
  const text = String.fromCharCode(...near.received);
  assertMatch(text, /408/);

  session.close();
});

Deno.test("DohSession.stop() answers what was taken, says that it goes away, and closes", async () => {
  const { post, server, session, state, statuses, http } = dohRig();
  server.isWaiting = true;
  post(queryFor(0));
  await settled();
  const stopped = session.stop();
  await settled();
  assertEquals([state.hasEnded, http.isOpen], [false, false]);
  await server.answer(0);
  await stopped;
  await settled();
  assertEquals([state.hasEnded, statuses()], [true, [200]]);
});

Deno.test("DohSession reads no more while much waits for its client, and closes when that is not read", async () => {
  const { post, server, session, ended, far, time, totals, state } = dohRig();
  server.recordCount = 1500;
  await settled();
  far.isStuck = true;
  for (let i = 0; i < 40; i++) post(queryFor(0));
  await settled(2000);
  assertEquals(server.asked.length < 8, true);
  assertEquals(totals.octets < 2 * WAITING_OCTETS_MAX.connection, true);
  await time.passAndSettle(31_000);
  await settled();
  assertEquals(state.hasEnded, true);
  assertEquals(totals.octets, 0);
  session.close();
  await ended;
});

Deno.test("DohSession makes replies again that had no room, when their client has read the others", async () => {
  const { post, server, session, counters, statuses, far, time } = dohRig();
  server.recordCount = 2000;
  server.isWaiting = true;
  await settled();
  for (let i = 0; i < 6; i++) post(queryFor(0));
  await settled();
  far.isStuck = true;
  server.isWaiting = false;
  for (let i = 0; i < 6; i++) await server.answer(i);
  await settled();
  assertEquals(counters.postponed > 0, true);
  far.goOn();
  for (let i = 0; i < 20; i++) {
    await settled(2000);
    await time.passAndSettle(20);
  }
  assertEquals(statuses(), [200, 200, 200, 200, 200, 200]);
  session.close();
});

Deno.test("[8484_05] DohSession answers with 200 whatever DNS says", async () => {
  for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED, RCODE.FORMERR, RCODE.NXDOMAIN]) {
    const { post, got, server, session } = dohRig();
    Object.assign(server, { recordCount: 0, rcode });
    post(queryFor(0));
    await settled();
    const [{ status, field, content }] = got as [Got];
    assertEquals([status, field("cache-control"), decode(content).rcode], [200, "max-age=0", rcode]);
    session.close();
  }
});

Deno.test("[8484_06] DohSession answers with what has many records, the whole of it", async () => {
  const { post, got, server, session } = dohRig();
  server.recordCount = 2000;
  post(queryFor(0));
  await settled(2000);
  const { answers, isTruncated } = decode((got[0] as Got).content);
  assertEquals([answers.length, isTruncated], [2000, false]);
  session.close();
});
