import { assertEquals, assertRejects } from "@std/assert";
import { HttpError } from "../../../lib/base/http/http_client.ts";
import { FileError } from "../../../lib/base/files.ts";
import { FetchError } from "../../../lib/lists/fetch/fetch_error.ts";
import { type FetchedText, fetchSource, type WantedSource } from "../../../lib/lists/fetch/fetch_source.ts";
import { EventTime } from "../../support/event_time.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeHttp, SILENCE } from "../../support/fake_http.ts";
import { FakeWritableFiles } from "../../support/fake_writable_files.ts";

const URL = "https://lists.example.org/ads.txt";
const PATH = "/state/1.new";
const TEXT = "ads.example\n";

class Rig {
  readonly time = new EventTime();
  readonly http = new FakeHttp();
  readonly files = new FakeFiles();
  readonly disk = new FakeWritableFiles(this.files);
  /** Names that were looked for. */
  readonly names: string[] = [];
  readonly stopping = new AbortController();
  addresses: readonly string[] = ["192.0.2.1"];

  async fetch(wanted: Partial<WantedSource> = {}): Promise<FetchedText> {
    const into = await this.disk.create(PATH);
    const all = { url: URL, via: null, token: null, maxSizeOctets: 1000, known: null, ...wanted };
    return await fetchSource(all, into, {
      http: this.http,
      network: this.http,
      findAddresses: async (name, via) => {
        await null;
        this.names.push(via === null ? name : `${name} via ${via}`);
        if (this.addresses.length === 0) throw new Error("NXDOMAIN");
        return this.addresses;
      },
      timers: this.time,
      signal: this.stopping.signal,
      wallClock: { epochSeconds: () => 1_735_689_600 + this.time.nowMs() / 1000 },
    });
  }

  /** Why it fails, while as much time passes as it takes. */
  async failure(wanted: Partial<WantedSource> = {}): Promise<FetchError> {
    const failing = assertRejects(() => this.fetch(wanted), FetchError);
    await this.time.settle();
    const error = await failing;
    assertEquals(this.left, { text: null, openConnections: 0, openResponses: 0, timers: 0 });
    return error;
  }

  get left(): Record<string, unknown> {
    const { openConnections, openResponses } = this.http;
    const text = this.files.texts.get(PATH);
    const shown = text === undefined ? null : new TextDecoder().decode(text as Uint8Array);
    return { text: shown, openConnections, openResponses, timers: this.time.timerCount };
  }
}

function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
}

Deno.test("fetchSource() writes the text of a list, and says what the server knows it again by", async () => {
  const rig = new Rig();
  const headers = { etag: 'W/"1"', "last-modified": "Mon, 30 Nov 2026 12:00:00 GMT" };
  rig.http.answer(URL, { headers, body: ["ads.", "example\n"] });
  assertEquals(await rig.fetch(), {
    etag: 'W/"1"',
    lastModified: "Mon, 30 Nov 2026 12:00:00 GMT",
    sizeOctets: 12,
    sha256: "0932e77963204ca33e6576860071b7b053f946f94fd0b4438053d3fc51c0bc40",
  });
  assertEquals(rig.left, { text: TEXT, openConnections: 0, openResponses: 0, timers: 0 });
  assertEquals(rig.http.seen, [{ url: URL, address: "192.0.2.1:443", headers: {} }]);
});

Deno.test("fetchSource() finds the server's address by the upstream group that is named, and looks for none where one is given", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { body: [TEXT] }).answer("http://[2001:db8::1]:8080/x", { body: [TEXT] });
  await rig.fetch({ via: "second" });
  await rig.fetch({ url: "http://[2001:db8::1]:8080/x" });
  assertEquals(rig.names, ["lists.example.org via second"]);
  assertEquals(rig.http.seen.map(({ address }) => address), ["192.0.2.1:443", "2001:db8::1:8080"]);
});

Deno.test("fetchSource() asks for what has changed alone, and knows that nothing has", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { status: 304 });
  const known = { etag: '"1"', lastModified: "Mon, 30 Nov 2026 12:00:00 GMT" };
  assertEquals(await rig.fetch({ known }), null);
  assertEquals(rig.http.seen[0]!.headers, { "if-none-match": known.etag, "if-modified-since": known.lastModified });
  assertEquals(rig.left, { text: null, openConnections: 0, openResponses: 0, timers: 0 });
  const { message } = await rig.failure();
  assertEquals(message, "its server answers with status 304");
});

Deno.test("fetchSource() keeps no validator that could not be sent back", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { headers: { etag: "x".repeat(2000), "last-modified": "é" }, body: [TEXT] });
  const { etag, lastModified } = (await rig.fetch())!;
  assertEquals({ etag, lastModified }, { etag: null, lastModified: null });
});

Deno.test("fetchSource() sends the token to the server that the configuration names, and to no other", async () => {
  const rig = new Rig();
  const there = "https://lists.example.org/b.txt";
  const elsewhere = "https://cdn.example.net/b.txt";
  rig.http.answer(URL, { status: 302, headers: { location: "/b.txt" } });
  rig.http.answer(there, { status: 307, headers: { location: elsewhere } });
  rig.http.answer(elsewhere, { body: [TEXT] });
  await rig.fetch({ token: "secret" });
  assertEquals(rig.http.seen.map(({ url, headers }) => [url, headers.authorization ?? null]), [
    [URL, "Bearer secret"],
    [there, "Bearer secret"],
    [elsewhere, null],
  ]);
  assertEquals(rig.names, ["lists.example.org", "lists.example.org", "cdn.example.net"]);
});

Deno.test.each([
  { to: "http://lists.example.org/ads.txt", why: "it is redirected from https to http" },
  { to: "ftp://lists.example.org/ads.txt", why: "it is redirected to ftp:" },
  { to: URL, why: "it is redirected in a circle" },
  { to: "https://[/", why: "it is redirected to nowhere" },
  { to: null, why: "it is redirected to nowhere" },
])("fetchSource() does not follow a redirect to $to", async ({ to, why }) => {
  const rig = new Rig();
  rig.http.answer(URL, { status: 301, headers: to === null ? {} : { location: to } });
  assertEquals((await rig.failure()).message, why);
});

Deno.test("fetchSource() follows five redirects and not six", async () => {
  const rig = new Rig();
  const urls = [URL, ...[1, 2, 3, 4, 5, 6].map((i) => `https://lists.example.org/${i}`)];
  urls.forEach((url, i) => rig.http.answer(url, { status: 308, headers: { location: urls[i + 1] ?? "/end" } }));
  assertEquals((await rig.failure()).message, "it is redirected more than 5 times");
  rig.http.answer(urls[5]!, { body: [TEXT] });
  assertEquals((await rig.fetch())!.sizeOctets, TEXT.length);
});

Deno.test.each([
  { headers: { "content-type": "text/html; charset=utf-8" }, body: ["ads.example\n"] },
  { headers: { "content-type": "Application/XHTML+xml" }, body: [""] },
  { headers: {}, body: ["\ufeff\r\n  ", "<!DOCTYPE html>"] },
  { headers: {}, body: ["<html>"] },
])("fetchSource() refuses a web page: $headers $body", async (answer) => {
  const rig = new Rig();
  rig.http.answer(URL, answer);
  const { message, isFinal } = await rig.failure();
  assertEquals({ message, isFinal }, { message: "it is a web page, not a list", isFinal: true });
});

Deno.test("fetchSource() stops at the size that is allowed", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { body: endless() });
  assertEquals((await rig.failure()).message, "it has more than 1000 octets");
  rig.http.answer(URL, { headers: { "content-length": "1001" }, body: [SILENCE] });
  assertEquals((await rig.failure()).message, "it has more than 1000 octets");
  rig.http.answer(URL, { headers: { "content-length": "1000" }, body: ["a".repeat(1000)] });
  assertEquals((await rig.fetch())!.sizeOctets, 1000);
});

Deno.test("fetchSource() unpacks a gzip file wherever it is cut, and stops a bomb at its unpacked size", async () => {
  const rig = new Rig();
  const packed = await gzip(TEXT.repeat(50));
  for (let cut = 0; cut <= 20; cut++) {
    rig.http.answer(URL, { body: [packed.slice(0, cut), packed.slice(cut)].filter(({ length }) => length > 0) });
    assertEquals((await rig.fetch())!.sizeOctets, 600);
  }
  const bomb = await gzip("\n".repeat(20_000_000));
  rig.http.answer(URL, { body: [bomb] });
  assertEquals((await rig.failure()).message, "it has more than 1000 octets");
  // No more was unpacked than a piece holds.
  assertEquals(rig.disk.steps.filter((step) => step.startsWith("write")).length < 30, true);
  rig.http.answer(URL, { body: [packed.slice(0, -9)] });
  assertEquals((await rig.failure()).message, "it is a broken gzip file");
});

Deno.test.each([
  {
    step: "finding the address",
    prepare: (rig: Rig) => void (rig.addresses = []),
    why: "the address of lists.example.org is not found: NXDOMAIN",
    afterMs: 0,
  },
  {
    step: "connecting",
    prepare: (rig: Rig) => void rig.http.refused.add("192.0.2.1"),
    why: "its server cannot be reached: Connection refused",
    afterMs: 0,
  },
  {
    step: "connecting in silence",
    prepare: (rig: Rig) => void rig.http.silent.add("192.0.2.1"),
    why: "its server does not answer within 15 s",
    afterMs: 15_000,
  },
  {
    step: "the answer",
    prepare: (rig: Rig) => void rig.http.answer(URL, "silence"),
    why: "its server has not answered for 60 s",
    afterMs: 60_000,
  },
  {
    step: "the body",
    prepare: (rig: Rig) => void rig.http.answer(URL, { body: [TEXT, SILENCE] }),
    why: "nothing has come for 30 s",
    afterMs: 30_000,
  },
  {
    step: "the body's end",
    prepare: (rig: Rig) => void rig.http.answer(URL, { body: cutOff() }),
    why: "the connection has ended",
    afterMs: 0,
  },
  {
    step: "TLS",
    prepare: (rig: Rig) => void rig.http.answer(URL, new HttpError("invalid peer certificate")),
    why: "invalid peer certificate",
    afterMs: 0,
  },
])("fetchSource() gives up at $step", async ({ prepare, why, afterMs }) => {
  const rig = new Rig();
  prepare(rig);
  const error = await rig.failure();
  assertEquals({ why: error.message, isFinal: error.isFinal, atMs: rig.time.nowMs() }, {
    why,
    isFinal: false,
    atMs: afterMs,
  });
});

Deno.test("fetchSource() gives up what drips on and on", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { body: dripping(rig.time) });
  assertEquals((await rig.failure()).message, "it takes longer than 10 min");
});

Deno.test("fetchSource() ends with the program, wherever it is", async () => {
  for (const answer of ["silence", { body: [TEXT, SILENCE] }] as const) {
    const rig = new Rig();
    rig.http.answer(URL, answer);
    const failing = assertRejects(() => rig.fetch(), FetchError);
    await rig.time.pass(10);
    rig.stopping.abort();
    assertEquals((await failing).message, "the program stops");
    await rig.time.settle();
    assertEquals(rig.left, { text: null, openConnections: 0, openResponses: 0, timers: 0 });
  }
});

Deno.test("fetchSource() connects to the address that answers, of either family", async () => {
  const rig = new Rig();
  rig.addresses = ["192.0.2.1", "192.0.2.2", "2001:db8::1"];
  rig.http.answer(URL, { body: [TEXT] });
  rig.http.silent.add("2001:db8::1");
  rig.http.refused.add("192.0.2.1");
  const fetching = rig.fetch();
  await rig.time.pass(250);
  await fetching;
  assertEquals(rig.http.seen[0]!.address, "192.0.2.2:443");
  assertEquals(rig.left, { text: TEXT, openConnections: 0, openResponses: 0, timers: 0 });
});

Deno.test.each([
  { status: 404, isFinal: true },
  { status: 429, isFinal: false },
  { status: 503, isFinal: false },
  { status: 206, isFinal: false },
])("fetchSource() takes status $status for none", async ({ status, isFinal }) => {
  const rig = new Rig();
  rig.http.answer(URL, { status, headers: { "retry-after": "120" }, body: [TEXT] });
  const error = await rig.failure();
  assertEquals(error.message, `its server answers with status ${status}`);
  assertEquals({ isFinal: error.isFinal, retryAfterMs: error.retryAfterMs }, { isFinal, retryAfterMs: 120_000 });
});

Deno.test("fetchSource() leaves nothing on a disk that is full", async () => {
  const rig = new Rig();
  rig.http.answer(URL, { body: [TEXT] });
  rig.disk.freeOctets = 5;
  const { message } = await assertRejects(() => rig.fetch(), FileError);
  assertEquals(message, "the disk is full");
  assertEquals(rig.left, { text: null, openConnections: 0, openResponses: 0, timers: 0 });
});

function* endless(): Generator<string> {
  for (;;) yield "ads.example\n".repeat(10);
}

async function* cutOff(): AsyncGenerator<string> {
  yield await Promise.resolve(TEXT);
  throw new HttpError("the connection has ended");
}

async function* dripping(time: EventTime): AsyncGenerator<string> {
  for (let i = 0; i < 100; i++) {
    yield "a";
    await new Promise<void>((resolve) => void time.after(29_000, resolve));
  }
}
