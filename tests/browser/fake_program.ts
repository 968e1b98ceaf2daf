import type { LiveAnswer, QueryRow } from "../../lib/web/api/answers.ts";
import type {
  ListsAnswer,
  PauseAnswer,
  Scope,
  SeriesAnswer,
  StatusAnswer,
  TopKind,
  UpstreamsAnswer,
} from "../../lib/web/api/answers.ts";
import { assetResponse, CONTENT_SECURITY_POLICY, packPage } from "../../lib/web/page/assets.ts";
import * as answers from "./fake_answers.ts";

/** The token that is good. */
export const TOKEN = "a-good-token";

const PAGE = packPage();

type Body = Readonly<Record<string, unknown>>;
type Action = (body: Body, subject: string) => unknown;

/**
 * A program behind the page that says what a test wants: routes and bodies as `answers.ts` has them. What happens, happens when the test
 * says so.
 */
export class FakeProgram {
  /** Every action, in order: `POST policy/pause {"seconds":1800}`. */
  readonly actions: string[] = [];
  /** Parameters of each stream that was asked for. */
  readonly streams: string[] = [];
  /** Streams are refused: all places are taken. */
  isFull = false;
  /** Nobody has asked anything yet. */
  isFresh = false;
  nowAtMs: number = Date.now();
  lists: ListsAnswer = answers.LISTS;
  upstreams: UpstreamsAnswer = answers.UPSTREAMS;
  health: StatusAnswer["health"] = "impaired";
  rows: QueryRow[];
  readonly #readers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  #scope: Scope | null = null;
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #port = 0;

  constructor() {
    this.rows = [
      ...answers.rows(200, this.nowAtMs),
      ...Array.from({ length: 7 }, (_, i) => answers.failedRow(900_000 - i, this.nowAtMs - 4000 - i * 5200)),
    ].sort((a, b) => b.atMs - a.atMs);
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<void> {
    const assets = await PAGE;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: this.#port, onListen: () => {} }, async (request) => {
      const asset = assets.get(new URL(request.url).pathname);
      const response = asset === undefined ? await this.#answer(request) : assetResponse(asset, request);
      response.headers.set("content-security-policy", CONTENT_SECURITY_POLICY);
      response.headers.set("x-content-type-options", "nosniff");
      return response;
    });
    this.#port = this.#server.addr.port;
  }

  /** Goes away; `start` brings it back at the same port. */
  async stop(): Promise<void> {
    for (const reader of this.#readers) reader.close();
    this.#readers.clear();
    const server = this.#server;
    this.#server = null;
    await server?.shutdown();
  }

  /** How many read the stream. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Lets somebody in without a login. */
  admit(scope: Scope): void {
    this.#scope = scope;
  }

  /** Forgets who has logged in. */
  revoke(): void {
    this.#scope = null;
  }

  /** Tells all who read: a second has passed, with these rows. */
  tell(rows: readonly QueryRow[] = [], more = 0): void {
    this.nowAtMs = Math.max(this.nowAtMs + 1000, Date.now());
    this.rows.unshift(...rows);
    const octets = new TextEncoder().encode(`event: live\ndata: ${JSON.stringify(this.live(rows, more))}\n\n`);
    for (const reader of this.#readers) reader.enqueue(octets);
  }

  live(rows: readonly QueryRow[], more = 0): LiveAnswer {
    const { problems } = answers.status(this.nowAtMs);
    return {
      nowAtMs: this.nowAtMs,
      cursor: this.rows[0]?.id ?? "",
      rows,
      more,
      queriesPerSecond: 104.5 + rows.length,
      counts: { cache: 81, upstream: 14, blocked: 9, local: 2 },
      health: this.health,
      problems: this.health === "well" ? [] : problems,
      upstreams: this.upstreams.upstreams,
      pauses: this.lists.pauses,
    };
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace("/api/v1/", "");
    if (request.method === "POST") return await this.#act(path, request);
    if (this.#scope === null) return problem(401, "This takes a token");
    if (path === "events") return this.#stream(request);
    const given = (name: string) => searchParams.get(name) ?? "";
    switch (path) {
      case "session":
        return Response.json(this.#session());
      case "status":
        return Response.json(this.#status());
      case "upstreams":
        return Response.json(this.upstreams);
      case "lists":
        return Response.json(this.lists);
      case "top":
        return Response.json({
          ...answers.top(given("by") as TopKind, Number(given("window"))),
          ...(this.isFresh && { total: 0, rows: [] }),
        });
      case "series":
        return Response.json(this.#series(Number(given("window"))));
      case "queries":
        return Response.json(
          this.isFresh ? { ...this.#queries(searchParams), rows: [], next: null } : this.#queries(searchParams),
        );
      case "live":
        return Response.json(this.live([]));
      case "config":
        return Response.json(answers.CONFIG);
      case "explain":
        if (given("name").includes("..")) {
          return problem(400, `Cannot read the name "${given("name")}": a label is empty`);
        }
        return Response.json(answers.explain(given("name"), given("type"), given("client")));
      default:
        return problem(404, "There is nothing here");
    }
  }

  #status(): StatusAnswer {
    const status = { ...answers.status(this.nowAtMs), health: this.health, pauses: this.lists.pauses };
    if (!this.isFresh) return status;
    const replies = { total: 0, bySource: {}, byRcode: {}, byChannel: {}, blocked: 0, failed: 0 };
    return { ...status, health: "well", problems: [], queriesPerSecond: null, replies, times: [] };
  }

  #series(windowSeconds: number): SeriesAnswer {
    const series = answers.series(windowSeconds, this.nowAtMs);
    return this.isFresh ? { ...series, counts: series.counts.map((row) => row.map(() => 0)) } : series;
  }

  #session() {
    return { name: "laptop", scope: this.#scope, endsAtMs: this.nowAtMs + 12 * 3_600_000 };
  }

  #stream(request: Request): Response {
    if (this.isFull) return problem(503, "8 read events already; close a page");
    this.streams.push(new URL(request.url).search);
    const readers = this.#readers;
    const first = `retry: 2000\n\nevent: live\ndata: ${JSON.stringify(this.live([]))}\n\n`;
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller;
        readers.add(own);
        own.enqueue(new TextEncoder().encode(first));
      },
      cancel: () => void readers.delete(own),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  }

  #queries(given: URLSearchParams) {
    const limit = Number(given.get("limit") ?? 50);
    const before = given.get("before");
    const isWanted = (row: QueryRow) => {
      const contains = (own: string, name: string) => own.includes((given.get(name) ?? "").toLowerCase());
      const equals = (own: string | null, name: string) => {
        return !given.has(name) || given.get(name)!.split(",").includes(own ?? "");
      };
      return contains(row.name.toLowerCase(), "name") && contains(row.client, "client") &&
        equals(row.source, "source") &&
        equals(row.rcode, "rcode") && equals(row.type, "type") && equals(row.upstream, "upstream");
    };
    const all = this.rows.filter(isWanted);
    const from = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
    const rows = all.slice(from, from + limit);
    const isEnd = from + limit >= all.length;
    return {
      rows,
      next: isEnd ? null : rows.at(-1)!.id,
      searchedBackToAtMs: rows.at(-1)?.atMs ?? null,
      from: "memory",
    };
  }

  async #act(path: string, request: Request): Promise<Response> {
    const text = await request.text();
    this.actions.push(`${path} ${path === "login" ? "" : text}`);
    const body = JSON.parse(text === "" ? "{}" : text) as Body;
    if (path === "login") {
      if (body["token"] !== TOKEN) return problem(401, "No such token");
      this.#scope = "admin";
      return Response.json(this.#session());
    }
    if (path === "logout") return this.#scope = null, Response.json({});
    if (this.#scope !== "admin") return problem(403, "The token laptop may look, and no more");
    const [, name, act] = /^upstreams\/([^/]+)\/(disable|enable)$/.exec(path) ?? [];
    if (name !== undefined) {
      return Response.json(this.#switch(decodeURIComponent(name), act === "disable" ? Number(body["seconds"]) : null));
    }
    const action = this.#deeds[path];
    return action === undefined ? problem(404, "There is nothing here") : Response.json(action(body, ""));
  }

  #switch(name: string, seconds: number | null): UpstreamsAnswer {
    const upstreams = this.upstreams.upstreams.map((upstream) => {
      if (upstream.name !== name) return upstream;
      return { ...upstream, state: seconds === null ? "up" : "disabled", disabledSeconds: seconds, reason: "" };
    });
    return this.upstreams = { ...this.upstreams, upstreams };
  }

  readonly #deeds: Readonly<Record<string, Action>> = {
    "policy/pause": (body) =>
      this.#pauses([{
        leftSeconds: body["seconds"] as number | undefined ?? null,
        clients: body["clients"] as string[] | undefined ?? null,
        lists: body["lists"] as string[] | undefined ?? null,
      }]),
    "policy/resume": () => this.#pauses([]),
    "lists/refresh": () => this.lists,
    "reload": () => ({
      kind: "applied",
      text: "The configuration was read again, and holds.",
      changes: ["cache.max-ttl: 1d → 2d"],
      needsRestart: ["cache.size: 64MiB → 128MiB"],
      warnings: [],
      problems: [],
    }),
    "config/check": (body) => {
      const isGood = !`${body["text"]}`.includes("wrong");
      const problem =
        'Line 2, column 1: "wrong" is no setting of [server]\n2 | wrong = 1\n    ^ did you mean "listen"?';
      return { isGood, problems: isGood ? [] : [problem], warnings: [], changes: ["cache.size"], needsRestart: [] };
    },
    "cache/flush": () => ({ removed: 3 }),
    "log/level": (body) => body,
  };

  #pauses(pauses: readonly PauseAnswer[]) {
    this.lists = { ...this.lists, pauses };
    return { pauses, resumed: 0 };
  }
}

function problem(status: number, detail: string): Response {
  const body = { type: "about:blank", title: `HTTP ${status}`, status, detail };
  return Response.json(body, { status, headers: { "content-type": "application/problem+json" } });
}
