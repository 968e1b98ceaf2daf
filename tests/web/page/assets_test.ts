import { assert, assertEquals, assertMatch } from "@std/assert";
import { assetResponse, CONTENT_SECURITY_POLICY, packPage } from "../../../lib/web/page/assets.ts";
import { BROWSER_FILES } from "../../../lib/web/page/browser_files.ts";

const BROWSER = new URL("../../../page/", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: BROWSER }).state === "granted";

const page = await packPage();

function text(path: string): string {
  return new TextDecoder().decode(page.get(path)!.octets);
}

function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Response {
  return assetResponse(page.get(path)!, new Request(`http://192.0.2.1${path}`, { headers, method }));
}

Deno.test("packPage() has every file that another one of its files names", () => {
  const named = [...page.keys()].flatMap((path) => {
    const links = [...text(path).matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, link]) => link!);
    if (!path.endsWith(".js")) return links;
    // Types stand in comments, and are not for browsers.
    const code = text(path).replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
    const imports = [...code.matchAll(/\b(?:from\s*|import\s*)"([^"\n]+)"/g)];
    return [...links, ...imports.map(([, name]) => new URL(name!, `http://192.0.2.1${path}`).pathname)];
  });
  assert(named.length > 100);
  assertEquals(named.filter((path) => !page.has(path)), []);
});

Deno.test("packPage() keeps nothing of a name of a package: browsers know no such names", () => {
  const bare = [...page.keys()].filter((path) => path.endsWith(".js") && /\bfrom\s*"[a-z]/.test(text(path)));
  assertEquals(bare, []);
});

Deno.test({
  name: "BROWSER_FILES has all files of page/ (needs --allow-read)",
  ignore: !MAY_READ,
  fn: () => assertEquals(Object.keys(BROWSER_FILES).sort(), [...filesIn("")].sort()),
});

Deno.test("packPage() has nothing in it that comes from somewhere else", () => {
  const foreign = [...page.keys()].filter((path) => {
    if (path.startsWith("/page/lib/")) return false;
    return /\b(?:src|href)="(?:https?:)?\/\/|url\(["']?(?:https?:)?\/\/|import\(["'](?:https?:)?\/\//.test(text(path));
  });
  assertEquals(foreign, []);
});

Deno.test("packPage() has no markup that is made of text", () => {
  // Preact sets it where it is asked to by this name; nothing here does.
  const own = [...page.keys()].filter((path) => !path.startsWith("/page/lib/"));
  const making = /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/i;
  assertEquals(own.filter((path) => making.test(text(path))), []);
});

Deno.test("assetResponse() sends gzip to who takes it, and the same octets to who does not", async () => {
  for (const encoding of ["gzip", "deflate, gzip;q=0.5", "GZIP"]) {
    const response = ask("/", { "accept-encoding": encoding });
    assertEquals(response.headers.get("content-encoding"), "gzip");
    const unpacked = response.body!.pipeThrough(new DecompressionStream("gzip"));
    assertEquals(await new Response(unpacked).text(), text("/"));
  }
  for (const encoding of ["", "identity", "gzip;q=0", "gzip; q=0.0, br"]) {
    const response = ask("/", { "accept-encoding": encoding });
    assertEquals(response.headers.get("content-encoding"), null);
    assertEquals(await response.text(), text("/"));
    assertEquals(response.headers.get("vary"), "accept-encoding");
  }
});

Deno.test("assetResponse() says 304 to who has the same already (RFC 9110 §13.1.2)", async () => {
  const { etag } = page.get("/page/main.js")!;
  assertMatch(etag, /^"[0-9a-f-]+"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const response = ask("/page/main.js", { "if-none-match": known });
    assertEquals([response.status, await response.text(), response.headers.get("etag")], [304, "", etag]);
  }
  assertEquals(ask("/page/main.js", { "if-none-match": '"other"' }).status, 200);
});

Deno.test("assetResponse() answers HEAD with the fields of GET", async () => {
  const response = ask("/page/icon.svg", {}, "HEAD");
  assertEquals(response.headers.get("content-type"), "image/svg+xml");
  assertEquals(response.headers.get("content-length"), `${page.get("/page/icon.svg")!.octets.length}`);
  assertEquals(await response.text(), "");
});

Deno.test("each file of the page has a tag of its own", () => {
  assertEquals(new Set([...page.values()].map(({ etag }) => etag)).size, page.size);
});

Deno.test("CONTENT_SECURITY_POLICY lets in scripts of this server alone, and makes none of text", () => {
  const rules = new Map(
    CONTENT_SECURITY_POLICY.split("; ").map((rule) => {
      const [name, ...values] = rule.split(" ");
      return [name!, values.join(" ")];
    }),
  );
  assertEquals(rules.get("default-src"), "'none'");
  assertEquals(rules.get("script-src"), "'self'");
  assertEquals(rules.get("frame-ancestors"), "'none'");
  assertEquals(rules.get("require-trusted-types-for"), "'script'");
  assertEquals(CONTENT_SECURITY_POLICY.includes("unsafe"), false);
});

function* filesIn(folder: string): Iterable<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, BROWSER))) {
    if (isDirectory) yield* filesIn(`${folder}${name}/`);
    else if (name !== "deno.json") yield `${folder}${name}`;
  }
}
