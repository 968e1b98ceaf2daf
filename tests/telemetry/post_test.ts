import { assertEquals, assertRejects } from "@std/assert";
import { Post, PostError } from "../../lib/telemetry/post.ts";
import { FakeHttp } from "../support/fake_http.ts";
import { FakeTime } from "../support/fake_time.ts";

const URL_TEXT = "https://alerts.example.org/hook?token=secret";
const CONTENT = { type: "application/json", body: "{}" };

function setUp(found: (() => Promise<readonly string[]>)[] = [], url = URL_TEXT) {
  const [http, time, names] = [new FakeHttp(), new FakeTime(), [] as string[]];
  http.answer(url, { status: 200 });
  const findAddresses = (name: string) => {
    names.push(name);
    return (found.length > 1 ? found.shift()! : found[0]!)();
  };
  const post = new Post(url, { http, network: http, findAddresses, timers: time });
  const { signal } = new AbortController();
  return { http, time, names, send: () => post.send(CONTENT, signal) };
}

Deno.test("Post sends to an address that this program has found, by the name that the URL has", async () => {
  const { http, time, names, send } = setUp([() => Promise.resolve(["192.0.2.9"])]);
  await send();
  assertEquals(http.seen, [{ url: URL_TEXT, address: "192.0.2.9:443", headers: {}, content: CONTENT }]);
  assertEquals([names, http.openConnections, http.openResponses, time.armedCount], [["alerts.example.org"], 0, 0, 0]);
});

Deno.test("Post looks for no name where the URL has an address", async () => {
  const { http, names, send } = setUp([], "http://[2001:db8::9]:8080/hook");
  await send();
  assertEquals([http.seen[0]!.address, names], ["2001:db8::9:8080", []]);
});

Deno.test("Post sends to where it was taken last when the name is not found: that is what it may have to tell", async () => {
  const { http, send } = setUp([
    () => Promise.resolve(["192.0.2.8", "192.0.2.9"]),
    () => Promise.reject(new Error("SERVFAIL")),
    () => Promise.resolve(["192.0.2.7"]),
  ]);
  http.refused.add("192.0.2.8");
  await send();
  await send();
  // What the name says now leads nowhere: somebody has taken it over, or nobody listens there yet.
  http.refused.add("192.0.2.7");
  await send();
  assertEquals(http.seen.map(({ address }) => address), ["192.0.2.9:443", "192.0.2.9:443", "192.0.2.9:443"]);
});

Deno.test("Post says why nothing can be sent, without the secrets of the URL", async () => {
  const { http, time, send } = setUp([() => Promise.reject(new Error("there is no upstream to be asked"))]);
  const error = await assertRejects(send, PostError);
  assertEquals(error.message, "the address of alerts.example.org is not found: there is no upstream to be asked");
  assertEquals([error.isFinal, http.seen, time.armedCount], [false, [], 0]);
});

Deno.test.each([
  { status: 204, isFinal: null },
  { status: 302, isFinal: true },
  { status: 404, isFinal: true },
  { status: 408, isFinal: false },
  { status: 429, isFinal: false },
  { status: 503, isFinal: false },
])("Post takes status $status as final: $isFinal", async ({ status, isFinal }) => {
  const { http, send } = setUp([() => Promise.resolve(["192.0.2.9"])]);
  http.answer(URL_TEXT, { status });
  const error = await send().then(() => null, (error) => error as PostError);
  assertEquals(error?.isFinal ?? null, isFinal);
  assertEquals([http.openConnections, http.openResponses], [0, 0]);
});

Deno.test("Post gives up what takes too long: a name, a connection, an answer", async () => {
  const never = () => new Promise<readonly string[]>(() => {});
  const nameless = setUp([never]);
  const first = assertRejects(nameless.send, PostError, "is not found: not within 6 s");
  await nameless.time.passAndSettle(6_000);
  await first;
  const silent = setUp([() => Promise.resolve(["192.0.2.9"])]);
  silent.http.answer(URL_TEXT, "silence");
  const second = assertRejects(silent.send, PostError, "it takes longer than 20 s");
  await silent.time.passAndSettle(20_000);
  await second;
  assertEquals([nameless.time.armedCount, silent.time.armedCount], [0, 0]);
});
