// Who may ask for what: each route, in each way that it may not be asked for.

import { assert, assertEquals } from "@std/assert";
import { ROUTES } from "../../lib/web/api/routes.ts";
import type { Route } from "../../lib/web/api/route.ts";
import { ADMIN, cookieOf, JSON_BODY, ORIGIN, READ, UPSTREAM_NAME, webRig } from "./web_rig.ts";

/** What each route is asked with. */
const GIVEN: Readonly<Record<string, { readonly query?: string; readonly body?: unknown }>> = {
  "top": { query: "?by=name" },
  "explain": { query: "?name=example.org" },
  "upstreams/{name}/disable": { body: { seconds: 60 } },
  "log/level": { body: { level: "debug" } },
  "config/check": { body: { text: "" } },
};

function pathOf({ path }: Pick<Route, "path">): string {
  const { query = "" } = GIVEN[path] ?? {};
  return `/api/v1/${path.replace("{name}", encodeURIComponent(UPSTREAM_NAME))}${query}`;
}

function initOf({ method, path }: Pick<Route, "method" | "path">, headers: Record<string, string>): RequestInit {
  if (method === "GET") return { headers };
  return { method, headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(GIVEN[path]?.body ?? {}) };
}

type Rig = ReturnType<typeof webRig>;

/** Login and logout are no routes: they are for who has no login yet. */
const LOGIN: Pick<Route, "method" | "path" | "scope">[] = [
  { method: "POST", path: "login", scope: "read" },
  { method: "POST", path: "logout", scope: "read" },
];

Deno.test("a host that is no host is refused like that of somebody else, and is no fault of the program", async () => {
  const { handler, lines } = webRig();
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 50_000 } as const;
  const peer = { address, isSecure: false, closing: new AbortController().signal };
  for (const host of ["127.0.0.1:8053,evil.test", "a b", "[zz", "127.0.0.1:99999"]) {
    // The server makes the URL of whatever the field says.
    const request = new Request(ORIGIN, { headers: { ...ADMIN, host } });
    Object.defineProperty(request, "url", { value: `http://${host}/api/v1/status` });
    assertEquals((await handler.handle(request, peer)).status, 421, host);
  }
  assertEquals(lines, []);
});

const REFUSED: readonly {
  readonly what: string;
  readonly status: number | ((route: Pick<Route, "scope">) => number);
  readonly ask: (rig: Rig, route: Route) => Promise<Response>;
}[] = [
  { what: "no token", status: 401, ask: (rig, route) => rig.ask(pathOf(route), initOf(route, {})) },
  {
    what: "a wrong token",
    status: 401,
    ask: (rig, route) => rig.ask(pathOf(route), initOf(route, { authorization: "Bearer dnsf_wrong" })),
  },
  {
    what: "a token in another scheme",
    status: 401,
    ask: (rig, route) =>
      rig.ask(pathOf(route), initOf(route, { authorization: ADMIN.authorization.replace("Bearer", "Basic") })),
  },
  {
    what: "a token that may only look",
    status: ({ scope }) => scope === "admin" ? 403 : 200,
    ask: (rig, route) => rig.ask(pathOf(route), initOf(route, READ)),
  },
  ...["http://127.evil.com:8053", "http://evil.test:8053", "http://127.0.0.1.evil.test", "http://192.0.2.7:8053"].map(
    (origin) => ({
      what: `the host ${origin}`,
      status: 421,
      ask: (rig: Rig, route: Route) => rig.ask(pathOf(route), initOf(route, ADMIN), { origin }),
    }),
  ),
  {
    what: "one host in the request line and another in the field",
    status: 421,
    ask: (rig, route) => rig.ask(pathOf(route), initOf(route, { ...ADMIN, host: "evil.test" })),
  },
  ...["http://127.0.0.1:9999", "http://evil.test", "https://127.0.0.1:8053", "null"].map((origin) => ({
    what: `a page of ${origin}`,
    status: 403,
    ask: (rig: Rig, route: Route) => rig.ask(pathOf(route), initOf(route, { ...ADMIN, origin })),
  })),
  ...["same-site", "cross-site", null].map((site) => ({
    what: `a cookie with Sec-Fetch-Site ${site}`,
    status: 403,
    ask: async (rig: Rig, route: Route) => {
      const cookie = await cookieOf(await rig.post("/api/v1/login", { token: ADMIN.authorization.slice(7) }));
      return await rig.ask(
        pathOf(route),
        initOf(route, { cookie, ...(site === null ? {} : { "sec-fetch-site": site }) }),
      );
    },
  })),
  {
    what: "two cookies of that name",
    status: 401,
    ask: async (rig, route) => {
      const cookie = await cookieOf(await rig.post("/api/v1/login", { token: ADMIN.authorization.slice(7) }));
      const headers = { cookie: `${cookie}; ${rig.cookieName}=x`, "sec-fetch-site": "same-origin" };
      return await rig.ask(pathOf(route), initOf(route, headers));
    },
  },
];

for (const { what, status, ask } of REFUSED) {
  Deno.test(`WebHandler refuses each route to ${what}`, async () => {
    for (const route of ROUTES) {
      const rig = webRig();
      const response = await ask(rig, route);
      const expected = typeof status === "number" ? status : status(route);
      assertEquals(response.status, expected, `${route.method} ${route.path}`);
      assertHeaders(response);
      await response.body?.cancel();
      if (expected !== 200) {
        assertEquals(rig.asked.filter(({ command }) => command !== "status"), [], route.path);
        assertEquals(rig.done, [], route.path);
      }
      rig.context.watching.stop();
    }
  });
}

Deno.test("WebHandler answers each route to who may ask for it, by token and by cookie", async () => {
  for (const route of ROUTES) {
    const rig = webRig();
    const cookie = await cookieOf(await rig.post("/api/v1/login", { token: ADMIN.authorization.slice(7) }));
    const own = { cookie, "sec-fetch-site": "same-origin", ...(route.method === "POST" ? { origin: ORIGIN } : {}) };
    for (const headers of [ADMIN, { ...ADMIN, origin: ORIGIN }, own]) {
      const response = await rig.ask(pathOf(route), initOf(route, headers));
      assertEquals(response.status, 200, `${route.path}: ${response.status === 200 ? "" : await response.text()}`);
      assertHeaders(response);
      await response.body?.cancel();
    }
    rig.context.watching.stop();
  }
});

Deno.test("WebHandler changes nothing for a cookie without an own origin, and for what is no JSON", async () => {
  for (const route of ROUTES.filter(({ method }) => method === "POST")) {
    const rig = webRig();
    const cookie = await cookieOf(await rig.post("/api/v1/login", { token: ADMIN.authorization.slice(7) }));
    const without = await rig.ask(pathOf(route), initOf(route, { cookie, "sec-fetch-site": "same-origin" }));
    assertEquals(without.status, 403, route.path);
    for (
      const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
      ]
    ) {
      const response = await rig.ask(pathOf(route), initOf(route, { ...ADMIN, "content-type": type }));
      assertEquals(response.status, 415, `${route.path} ${type}`);
    }
    assertEquals(rig.done, []);
  }
});

Deno.test("WebHandler knows no other methods, and says which there are", async () => {
  const rig = webRig();
  for (const route of ROUTES) {
    for (const method of ["PUT", "DELETE", "OPTIONS", "PATCH", "BREW", route.method === "GET" ? "POST" : "GET"]) {
      const body = method === "POST" ? { body: "{}" } : {};
      const response = await rig.ask(pathOf(route), { method, headers: { ...ADMIN, ...JSON_BODY }, ...body });
      assertEquals(response.status, 405, `${method} ${route.path}`);
      assertEquals(response.headers.get("allow"), route.method === "GET" ? "GET, HEAD" : "POST");
      assertEquals(response.headers.has("access-control-allow-origin"), false);
      assertHeaders(response);
    }
    const head = await rig.ask(pathOf(route), { method: "HEAD", headers: ADMIN });
    assertEquals([head.status, await head.text()], [route.method === "GET" ? 200 : 405, ""], route.path);
  }
  for (const method of ["PUT", "OPTIONS", "BREW", "HEAD"]) {
    assertEquals((await rig.ask("/api/v1/status", { method })).status, 401);
  }
  assertEquals(rig.done.filter((what) => what !== "watches"), []);
  rig.context.watching.stop();
});

Deno.test("WebHandler takes no path for another one", async () => {
  const rig = webRig();
  const paths = [
    "//api/v1/status",
    "/api//v1/status",
    "/api/v1//status",
    "/api/v1/status/",
    "/api/v1/%73tatus",
    "/api/v1/status%2f",
    "/api/v1/status%00",
    "/API/v1/status",
    "/api/v1",
    "/api/v1/",
    "/api/v2/status",
    "/api/v1/upstreams/a/b/disable",
    "/api/v1/upstreams//disable",
    "/api/v1/upstreams/%ff/disable",
    "/nothing",
    "/%2e%2e/api/v1/nothing",
  ];
  for (const path of paths) {
    assertEquals((await rig.ask(path)).status, 401, path);
    const response = await rig.ask(path, { headers: ADMIN });
    assertEquals(response.status, 404, path);
    assertEquals(response.headers.get("content-type"), "application/problem+json");
    assertHeaders(response);
  }
});

Deno.test("WebHandler shows the page to everybody, under its own names alone", async () => {
  const rig = webRig();
  for (
    const origin of [
      ORIGIN,
      "http://localhost:8053",
      "http://dns.home.arpa",
      "http://DNS.home.arpa.:8053",
      "http://[::1]",
    ]
  ) {
    const response = await rig.ask("/", {}, { origin });
    assertEquals([response.status, response.headers.get("content-type")], [200, "text/html"], origin);
    assertHeaders(response);
  }
  assertEquals((await rig.ask("/", {}, { origin: "http://evil.test:8053" })).status, 421);
  assertEquals((await rig.ask("/", { method: "POST", body: "{}", headers: JSON_BODY })).status, 401);
});

Deno.test("WebHandler takes login and logout from no other page, and no login without a token", async () => {
  const rig = webRig();
  for (const route of LOGIN) {
    assertEquals((await rig.post(`/api/v1/${route.path}`, {}, { origin: "http://127.0.0.1:9999" })).status, 403);
    assertEquals((await rig.ask(`/api/v1/${route.path}`, { method: "POST", body: "{}" })).status, 415);
    assertEquals((await rig.ask(`/api/v1/${route.path}`)).status, 401);
  }
  assertEquals((await rig.post("/api/v1/login", {})).status, 400);
  assertEquals((await rig.post("/api/v1/login", { token: 7 })).status, 400);
  assertEquals((await rig.post("/api/v1/login", { token: "x".repeat(5000) })).status, 413);
  const out = await rig.post("/api/v1/logout", {});
  assertEquals([out.status, /Max-Age=0/.test(out.headers.get("set-cookie")!)], [204, true]);
});

Deno.test("WebHandler logs in for twelve hours, over a restart, until the token is gone", async () => {
  const rig = webRig();
  const response = await rig.post("/api/v1/login", { token: READ.authorization.slice(7) }, { origin: ORIGIN });
  assertEquals(await response.clone().json(), { name: "watcher", scope: "read", endsAtMs: 1_800_043_200_000 });
  assertEquals(
    response.headers.get("set-cookie")!.replace(/=watcher~[^;]*/, "=…"),
    "dns-forwarder-8053=…; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200",
  );
  const cookie = await cookieOf(response);
  const session = (other: Rig, value = cookie) => {
    return other.ask("/api/v1/session", { headers: { cookie: value, "sec-fetch-site": "same-origin" } });
  };
  assertEquals(await (await session(rig)).json(), { name: "watcher", scope: "read", endsAtMs: 1_800_043_200_000 });
  // Another one with the same tokens.
  assertEquals((await session(webRig())).status, 200);
  const [name, value] = cookie.split("=") as [string, string];
  const [who, end, signed] = value.split("~") as [string, string, string];
  for (
    const forged of [
      `boss~${end}~${signed}`,
      `${who}~${Number(end) + 1}~${signed}`,
      `${who}~${end}~`,
      `${who}~${end}`,
      "~~~",
    ]
  ) {
    assertEquals((await session(rig, `${name}=${forged}`)).status, 401, forged);
  }
  rig.useTokens(`watcher read ${READ.authorization.slice(8)}x`);
  assertEquals((await session(rig)).status, 401);
  rig.useTokens(`watcher read ${READ.authorization.slice(7)}`);
  await rig.time.passAndSettle(12 * 3_600_000 - 1000);
  assertEquals((await session(rig)).status, 200);
  await rig.time.passAndSettle(1000);
  assertEquals((await session(rig)).status, 401);
  assert(!rig.lines.join().includes(READ.authorization.slice(7)));
});

Deno.test("WebHandler keeps logins over TLS to TLS, and to the page's own host", async () => {
  const rig = webRig({ isSecure: true });
  const init = { method: "POST", body: JSON.stringify({ token: ADMIN.authorization.slice(7) }), headers: JSON_BODY };
  const response = await rig.ask("/api/v1/login", init, { origin: "https://127.0.0.1:8053" });
  assert(/^__Host-dns-forwarder-8053=.*; Secure$/.test(response.headers.get("set-cookie")!));
  const origin = { ...ADMIN, origin: "https://127.0.0.1:8053" };
  assertEquals(
    (await rig.ask("/api/v1/session", { headers: origin }, { origin: "https://127.0.0.1:8053" })).status,
    200,
  );
  assertEquals((await rig.ask("/api/v1/session", { headers: { ...ADMIN, origin: ORIGIN } })).status, 403);
});

Deno.test("WebHandler believes a proxy, where there is one, whom it has seen and how", async () => {
  const rig = webRig({ isBehindProxy: true, hostname: "192.0.2.1" });
  const origin = "http://dns.home.arpa";
  const login = (token: string, forwarded: string) => {
    const headers = {
      ...JSON_BODY,
      "x-forwarded-for": forwarded,
      "x-forwarded-proto": "https",
      origin: "https://dns.home.arpa",
    };
    return rig.ask("/api/v1/login", { method: "POST", body: JSON.stringify({ token }), headers }, { origin });
  };
  assertEquals((await login("wrong", "203.0.113.9, 198.51.100.1")).status, 401);
  // What a client says of itself stands in front of what the proxy says of it.
  assertEquals((await login("wrong", "203.0.113.8, 198.51.100.1")).status, 429);
  const response = await login(ADMIN.authorization.slice(7), "198.51.100.1, 203.0.113.9");
  assert(/; Secure$/.test(response.headers.get("set-cookie")!));
  const cookie = await cookieOf(response);
  // Browsers say nothing of the page where the name is not of this machine and the way is not encrypted.
  assertEquals((await rig.ask("/api/v1/session", { headers: { cookie } }, { origin })).status, 200);
  const other = { cookie, "sec-fetch-site": "same-site" };
  assertEquals((await rig.ask("/api/v1/session", { headers: other }, { origin })).status, 403);
  // What is no address is nobody's, and does not go to the log.
  assertEquals((await login("wrong", "evil\u00ffline")).status, 401);
  assert(rig.lines.every((line) => !line.includes("evil")));
  // Nobody else is believed.
  const direct = webRig();
  const said = { "x-forwarded-for": "198.51.100.1" };
  assertEquals((await direct.post("/api/v1/login", { token: "wrong" }, said, "127.0.0.9")).status, 401);
  assertEquals(
    (await direct.post("/api/v1/login", { token: "wrong" }, { "x-forwarded-for": "198.51.100.2" }, "127.0.0.9")).status,
    429,
  );
});

Deno.test("WebHandler lets no body be too long, too slow or broken", async () => {
  const rig = webRig();
  const flush = (body: BodyInit) => {
    return rig.ask("/api/v1/cache/flush", { method: "POST", body, headers: { ...ADMIN, ...JSON_BODY } });
  };
  assertEquals((await flush(JSON.stringify({ name: "x".repeat(20_000) }))).status, 413);
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(1024)) });
  assertEquals((await flush(endless)).status, 413);
  const slow = flush(new ReadableStream<Uint8Array>());
  await rig.time.passAndSettle(10_000);
  assertEquals((await slow).status, 408);
  for (
    const body of ["{", "7", "[]", '{"nothing":1}', '{"below":1}', '{"name":"a..b"}', new Uint8Array([0xff])]
  ) {
    assertEquals((await flush(body)).status, 400, String(body));
  }
  assertEquals(rig.asked, []);
  assertEquals(await (await flush("")).json(), { removed: 7 });
  assertEquals(rig.time.armedCount, 0);
});

Deno.test("WebHandler tells what is wrong as problem details, and nothing of what it does not know", async () => {
  const rig = webRig();
  const detail = async (path: string) => {
    const response = await rig.ask(`/api/v1/${path}`, { headers: ADMIN });
    const { status, detail } = await response.json();
    assertEquals(status, response.status);
    return `${status} ${detail}`;
  };
  assertEquals(await detail("top"), "400 by is needed");
  assertEquals(await detail("top?by=colour"), "400 by must be name or client or upstream or blocked");
  assertEquals(await detail("top?by=name&by=name"), "400 by is there 2 times");
  assertEquals(await detail("top?by=name&limit=0"), "400 limit must be a whole number, 1–100");
  assertEquals(await detail("explain?name=a..b"), '400 name: Cannot read name "a..b": a label is empty');
  assertEquals(await detail("explain?name=a&client=b"), "400 client must be an IP address");
  assertEquals(await detail("queries?type=NOPE"), '400 There is no record type "NOPE"');
  assertEquals(await detail("queries?rcode=NOPE"), '400 There is no RCODE "NOPE"');
  assertEquals(await detail("queries?before=x"), "400 There is no such place any more; begin anew, without before");
  assertEquals(await detail("status?x=1"), '400 There is no parameter "x"; there are none');
  const gone = await rig.post("/api/v1/upstreams/nobody/disable", { seconds: 1 }, ADMIN);
  assertEquals((await gone.json()).detail, `There is no upstream "nobody"; there are ${UPSTREAM_NAME}`);
  rig.context.watching.stop();
});

function assertHeaders({ headers }: Response): void {
  const csp = headers.get("content-security-policy")!;
  assert(
    csp.startsWith("default-src 'none'; script-src 'self';") && csp.includes("require-trusted-types-for 'script'"),
  );
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  assertEquals(headers.get("referrer-policy"), "no-referrer");
  assertEquals(headers.get("cross-origin-resource-policy"), "same-origin");
  assertEquals(headers.get("x-frame-options"), "DENY");
  assert(/^no-(?:store|cache)$/.test(headers.get("cache-control")!));
}
