import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

/**
 * The layers from top to bottom. A file may import from its own layer and from those below; `config` comes before
 * `server`, for it names the option types of what it configures.
 */
const LAYERS = [
  "main",
  "system",
  "program",
  "app",
  "workers",
  "reload",
  "config",
  "web",
  "telemetry",
  "operator",
  "probe",
  "server",
  "fast",
  "resolver",
  "upstream",
  "cache",
  "lists",
  "local",
  "names",
  "response",
  "observe",
  "native",
  "wire",
  "http",
  "base",
];
/**
 * The same within the layers that have rooms of their own. `"*"` is where the other files of the layer stand; without it they
 * are free.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  system: ["deno_system.ts", "history", "lists", "*", "certificates", "network", "process", "loop"],
  program: [
    "run_program.ts",
    "supervise.ts",
    "serve_alone.ts",
    "serve_as_worker.ts",
    "telemetry",
    "queries",
    "top",
    "admin",
    "check",
    "probe",
    "config",
    "certificates",
    "lists",
    "*",
  ],
  app: ["app.ts", "app_state.ts", "explain", "asking", "build_pipeline.ts", "chain.ts", "policy", "*"],
  reload: ["*", "changes"],
  web: ["*", "page", "api", "auth"],
  config: ["load_config.ts", "file", "flags", "import", "read_config.ts", "settings.ts", "settings", "*"],
  telemetry: ["history", "log_search", "query_log", "otlp", "metrics", "alerts", "health", "dnstap", "*", "privacy"],
  operator: ["admin", "explain", "*"],
  probe: ["probe.ts", "probe_server.ts", "probe_text.ts", "rank.ts", "findings", "line", "*"],
  server: ["listen", "certificates", "observation_writer.ts", "server.ts", "pipeline.ts", "admission", "reply", "*"],
  resolver: ["blocking", "route", "filter", "cache", "sharing", "local", "questions", "*"],
  upstream: [
    "registry.ts",
    "members",
    "secure",
    "group",
    "discovery",
    "upstream.ts",
    "udp",
    "http",
    "quic",
    "stream",
    "exchange",
    "health",
    "*",
    "matching",
  ],
  observe: ["ring", "*", "tally"],
  response: ["*", "records"],
  cache: ["*", "store"],
  lists: ["keeper", "compile", "fetch", "store", "formats", "build", "set", "patterns", "schedule", "*"],
  local: ["client_directory.ts", "files", "neighbours.ts", "leases", "*"],
  native: ["*", "stream", "reactor", "kernel"],
  // Messages and records name one another, and so do their rooms and they.
  wire: ["quic", "text", "edns", "rdata"],
  http: ["exchanges.ts", "h1", "h2", "hpack", "frames", "*"],
  base: ["time", "random", "octets", "*", "http", "sockets", "certificates", "net"],
};
/** What every layer may name. */
const LEAVES = ["version"];

/** What only `main.ts` and `lib/system/` may touch: the rest gets the world as a `Runtime`, so that all of it can be tested in fake time. */
const WORLD = [
  /\bDeno\b/,
  /["']node:/,
  /\bperformance\b/,
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bcrypto\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bMath\.random\b/,
  /\bfetch\(/,
  /\bconsole\b/,
  /\bprocess\./,
];

/** The room where the operating system is what Deno makes of it. */
const SYSTEM = "lib/system/";

/** The room where the operating system is called past Deno, and what of Deno it takes for that. */
const NATIVE = "lib/native/";
const NATIVE_WORLD = /\bDeno\.(?:dlopen|UnsafePointer(?:View)?|PointerValue|build)\b/g;

/** A channel by name, or a comparison with what says it. */
const CHANNEL_NAMED = /["'`](?:tcp|tls|https|quic)["'`]|\.(?:channel|transport)\b\s*[!=]==?/;

/** Where channels are named: what a client is and who makes one; endpoints of upstreams, and addresses of sockets. */
const CHANNEL_ROOMS = [
  "lib/resolver/client.ts",
  "lib/server/listen/",
  "lib/app/listener_parts.ts",
  "lib/upstream/",
  "lib/probe/",
  "lib/http/",
  "lib/lists/fetch/dial.ts",
  "lib/telemetry/post.ts",
  "lib/config/",
  "lib/system/",
  "lib/base/net/address.ts",
];

/** What stands beside the layers and does the same has to stay small: no rule is its own, it asks them. */
const FAST_ROOM = "lib/fast/";
const FAST_LINES_MAX = 900;

const LINES_MAX = 250;
/** Of main.ts: it hands the operating system over, and does nothing itself. */
const MAIN_LINES_MAX = 100;
/** More than can be looked through in one glance are a room in want of rooms. */
const FILES_MAX = 15;

interface SourceFile {
  /** Relative to the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** The text without comments. */
  readonly code: string;
}

const ignore = Deno.permissions.querySync({ name: "read", path: ROOT }).state !== "granted";

function test(fact: string, fn: () => void): void {
  Deno.test({ name: `${fact} (needs --allow-read)`, ignore, fn });
}

test("lib/ is there to be looked at", () => {
  assertEquals(sourceFiles().some(({ path }) => path === "lib/wire/scan.ts"), true);
});

test("lib/ imports downwards only", () => {
  assertEquals(sourceFiles().flatMap(upwardImports), []);
});

test("rooms within the layers of lib/ import downwards only", () => {
  assertEquals(sourceFiles().flatMap((file) => upwardRoomImports(file)), []);
});

test("each room within a layer of lib/ has its place among the others", () => {
  const rooms = new Set(sourceFiles().map(({ path }) => /^lib\/\w+\/\w+(?=\/)/.exec(path)?.[0] ?? "lib/wire/text"));
  assertEquals([...rooms].filter((room) => Number.isNaN(placeOf(`${room}/a.ts`))), []);
});

test("no file of lib/ imports itself, by way of whatever others", () => {
  assertEquals(circles(new Map(sourceFiles().map((file) => [file.path, imports(file)]))), []);
});

test("lib/ touches nothing of the world but what it is given", () => {
  const bound = sourceFiles().filter(({ path }) => path.startsWith("lib/") && !path.startsWith(SYSTEM));
  const uses = bound.flatMap(({ path, code }) => {
    const rest = path.startsWith(NATIVE) ? code.replaceAll(NATIVE_WORLD, "") : code;
    return WORLD.filter((forbidden) => forbidden.test(rest)).map((forbidden) => `${path}: ${forbidden}`);
  });
  assertEquals(uses, []);
});

test(`nothing but main.ts and ${SYSTEM} imports ${NATIVE} and ${SYSTEM}`, () => {
  const isSpecial = (path: string) => path.startsWith(NATIVE) || path.startsWith(SYSTEM);
  const importers = sourceFiles().filter(({ path }) => path !== "main.ts" && !isSpecial(path));
  assertEquals(importers.filter((file) => imports(file).some(isSpecial)), []);
});

test("lib/ asks for what a client's channel means, and not which one it is, but for where clients are made", () => {
  const asking = sourceFiles().filter(({ path }) => !CHANNEL_ROOMS.some((room) => path.startsWith(room)));
  assertEquals(asking.filter(({ code }) => CHANNEL_NAMED.test(code)).map(({ path }) => path), []);
});

test(`lib/ has no file of more than ${LINES_MAX} lines`, () => {
  const long = sourceFiles().map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  assertEquals(long.filter(({ lines }) => lines > LINES_MAX), []);
});

test(`${FAST_ROOM} has at most ${FAST_LINES_MAX} lines, and reads no octets of messages itself`, () => {
  const files = sourceFiles().filter(({ path }) => path.startsWith(FAST_ROOM));
  const lines = files.reduce((sum, { text }) => sum + text.split("\n").length - 1, 0);
  assertEquals(lines > 0 && lines <= FAST_LINES_MAX, true, `${lines} lines`);
  // What a message says is for the functions of the layers to tell.
  const wire = files.flatMap((file) => imports(file)).filter((path) => path.startsWith("lib/wire/"));
  assertEquals(wire.filter((path) => path !== "lib/wire/header.ts"), []);
});

test(`main.ts has at most ${MAIN_LINES_MAX} lines`, () => {
  const main = sourceFiles().find(({ path }) => path === "main.ts")!;
  assertEquals(main.text.split("\n").length - 1 <= MAIN_LINES_MAX, true);
});

test(`no room of lib/ has more than ${FILES_MAX} files side by side`, () => {
  const rooms = Map.groupBy(sourceFiles(), ({ path }) => path.slice(0, path.lastIndexOf("/")));
  assertEquals([...rooms].filter(([, files]) => files.length > FILES_MAX).map(([room]) => room), []);
});

test("docs/architecture.md says of each room of lib/ what lives in it", () => {
  const rows = Deno.readTextFileSync(new URL("docs/architecture.md", ROOT)).matchAll(/^\| `(lib\/.*)\/` /gm);
  const rooms = sourceFiles().map(({ path }) => path.slice(0, path.lastIndexOf("/"))).filter((room) => room !== "lib");
  assertEquals(
    [...rows].map(([, room]) => room!).toSorted(),
    [...new Set(rooms)].filter((room) => room.startsWith("lib/")).toSorted(),
  );
});

Deno.test("upwardImports() finds imports of every form, and names those that lead upwards", () => {
  const code = `
    import { a } from "../server/server.ts";
    import type { b } from "../base/ip.ts";
    export { c } from "../resolver/query.ts";
    import "../app/app.ts";
    const d = await import("../config/flags/cli.ts");
    import { e } from "./name.ts";
    import { f } from "@std/assert";
  `;
  assertEquals(upwardImports({ path: "lib/wire/scan.ts", text: code, code }), [
    "lib/wire/scan.ts imports lib/server/server.ts",
    "lib/wire/scan.ts imports lib/resolver/query.ts",
    "lib/wire/scan.ts imports lib/app/app.ts",
    "lib/wire/scan.ts imports lib/config/flags/cli.ts",
  ]);
});

Deno.test("upwardRoomImports() names what leads upwards between the rooms of one layer", () => {
  const code = `
    import { a } from "../group/race.ts";
    import { b } from "../matching/correlator.ts";
    import { c } from "../request.ts";
    import { d } from "../upstream.ts";
    import { e } from "./breaker.ts";
    import { f } from "../../server/reply/finish.ts";
  `;
  assertEquals(upwardRoomImports({ path: "lib/upstream/health/path.ts", text: code, code }), [
    "lib/upstream/health/path.ts imports lib/upstream/group/race.ts",
    "lib/upstream/health/path.ts imports lib/upstream/upstream.ts",
  ]);
  assertEquals(upwardRoomImports({ path: "lib/upstream/request.ts", text: "", code: 'import "./health/path.ts";' }), [
    "lib/upstream/request.ts imports lib/upstream/health/path.ts",
  ]);
  assertEquals(upwardRoomImports({ path: "lib/wire/message.ts", text: "", code: 'import "./text/tokens.ts";' }), []);
});

Deno.test("circles() finds the shortest way back of each file that has one", () => {
  const graph = new Map([["a", ["b", "c"]], ["b", ["c"]], ["c", ["d"]], ["d", ["b"]], ["e", ["a"]]]);
  assertEquals(circles(graph), ["b → c → d → b", "c → d → b → c", "d → b → c → d"]);
});

Deno.test("withoutComments() leaves strings that look like comments, and takes comments that look like strings", () => {
  const text = 'const a = "https://example.org/*"; // it\'s "crypto"\n/* performance */ const b = `//${a}`;\n';
  assertEquals(withoutComments(text), 'const a = "https://example.org/*"; \n const b = `//${a}`;\n');
});

function upwardImports(file: SourceFile): string[] {
  const upward = imports(file).filter((target) => layerOf(target) < layerOf(file.path));
  return upward.map((target) => `${file.path} imports ${target}`);
}

function upwardRoomImports(file: SourceFile): string[] {
  const place = placeOf(file.path);
  // What is free has no place, and no number is less or more than NaN.
  const upward = imports(file).filter((target) => layerOf(target) === layerOf(file.path) && placeOf(target) < place);
  return upward.map((target) => `${file.path} imports ${target}`);
}

/** Position in the layer's list of `ROOMS`; NaN for what has none. */
function placeOf(path: string): number {
  const [, layer, room, isFile] = /^lib\/(\w+)\/(\w+)(\.ts)?/.exec(path) ?? [];
  const rooms = ROOMS[layer!] ?? [];
  const named = rooms.indexOf(isFile === undefined ? room! : `${room}.ts`);
  const place = named === -1 && isFile !== undefined ? rooms.indexOf("*") : named;
  return place === -1 ? NaN : place;
}

/** For each file that imports itself by way of others, the shortest way. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  return [...graph.keys()].flatMap((start) => {
    const ways = [[start]];
    const seen = new Set<string>();
    // Grows while it is walked: from near to far.
    for (const way of ways) {
      for (const next of graph.get(way.at(-1)!) ?? []) {
        if (next === start) return [[...way, start].join(" → ")];
        if (seen.has(next)) continue;
        seen.add(next);
        ways.push([...way, next]);
      }
    }
    return [];
  });
}

/** The files of the project that a file imports, relative to the project's root. */
function imports({ path, code }: SourceFile): string[] {
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*["'](\.[^"']+\.ts)["']/g)].map(([, target]) => {
    return new URL(target!, new URL(path, "file:///")).pathname.slice(1);
  });
}

/** Position in `LAYERS`; what is in none of them stands above all. */
function layerOf(path: string): number {
  const name = /^(?:lib\/)?(\w+)/.exec(path)![1]!;
  return LEAVES.includes(name) ? LAYERS.length : LAYERS.indexOf(name);
}

function withoutComments(text: string): string {
  const strings = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/;
  const comments = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
  return text.replaceAll(new RegExp(`(${strings.source})|${comments.source}`, "g"), (_, string) => string ?? "");
}

function sourceFiles(): SourceFile[] {
  return ["main.ts", ...typescriptIn("lib/")].map((path) => {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    return { path, text, code: withoutComments(text) };
  });
}

function typescriptIn(directory: string): string[] {
  return [...Deno.readDirSync(new URL(directory, ROOT))].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return typescriptIn(`${directory}${name}/`);
    return name.endsWith(".ts") ? [`${directory}${name}`] : [];
  }).sort();
}
