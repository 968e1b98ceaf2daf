import { assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../../lib/base/files.ts";
import { FetchError } from "../../../lib/lists/fetch/fetch_error.ts";
import type { WantedSource } from "../../../lib/lists/fetch/fetch_source.ts";
import { fetchInProcess } from "../../../lib/system/lists/fetch_process.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).href;
const ignore = ["run", "write"].some((name) => {
  return Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state !== "granted";
});

function test(fact: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${fact} (needs --allow-run and --allow-write)`,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function wanted(url: string): WantedSource {
  return { url, via: "second", token: "secret", maxSizeOctets: 1000, known: null };
}

function serve(handle: (request: Request) => Response | Promise<Response>): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, handle);
}

test("fetchInProcess() brings what a process of its own has fetched, which asks for addresses here", async (folder) => {
  const tokens: (string | null)[] = [];
  const asked: string[] = [];
  const server = serve(({ url, headers }) => {
    tokens.push(headers.get("authorization"));
    if (url.endsWith("/a")) return Response.redirect(`http://two.example.test:${server.addr.port}/b`);
    return new Response("ads.example\n", { headers: { etag: '"1"' } });
  });
  const findAddresses = (name: string, via: string | null) => {
    asked.push(`${name} via ${via}`);
    return Promise.resolve(["127.0.0.1"]);
  };
  const { signal } = new AbortController();
  const source = wanted(`http://one.example.test:${server.addr.port}/a`);
  const text = await fetchInProcess(MAIN, source, `${folder}/1.new`, { findAddresses, signal });
  assertEquals([text!.etag, text!.sizeOctets, await Deno.readTextFile(`${folder}/1.new`)], [
    '"1"',
    12,
    "ads.example\n",
  ]);
  assertEquals(asked, ["one.example.test via second", "two.example.test via second"]);
  assertEquals(tokens, ["Bearer secret", null]);
  await server.shutdown();
});

test("fetchInProcess() tells why it has failed, and what that means for another try", async (folder) => {
  const server = serve(() => new Response(null, { status: 404, headers: { "retry-after": "60" } }));
  const { signal } = new AbortController();
  const there = { findAddresses: () => Promise.resolve(["127.0.0.1"]), signal };
  const source = wanted(`http://one.example.test:${server.addr.port}/a`);
  const refused = await assertRejects(() => fetchInProcess(MAIN, source, `${folder}/1.new`, there), FetchError);
  assertEquals([refused.message, refused.isFinal, refused.retryAfterMs], [
    "its server answers with status 404",
    true,
    60_000,
  ]);
  const nowhere = { findAddresses: () => Promise.reject(new Error("there is no such name")), signal };
  const unknown = await assertRejects(() => fetchInProcess(MAIN, source, `${folder}/1.new`, nowhere), FetchError);
  assertEquals(
    [unknown.message, unknown.isFinal],
    ["the address of one.example.test is not found: there is no such name", false],
  );
  const unwritten = await assertRejects(() => fetchInProcess(MAIN, source, `${folder}/gone/1.new`, there), FileError);
  assertEquals(unwritten.message, "there is no such file");
  await server.shutdown();
});

test("fetchInProcess() ends its process when it is to end", async (folder) => {
  const controller = new AbortController();
  const answer = Promise.withResolvers<Response>();
  const server = serve(() => {
    controller.abort();
    return answer.promise;
  });
  const options = { findAddresses: () => Promise.resolve(["127.0.0.1"]), signal: controller.signal };
  const source = wanted(`http://one.example.test:${server.addr.port}/a`);
  const ended = await assertRejects(() => fetchInProcess(MAIN, source, `${folder}/1.new`, options), FetchError);
  assertEquals(ended.message, "its process has ended (SIGTERM)");
  answer.resolve(new Response());
  await server.shutdown();
});
