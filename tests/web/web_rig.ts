import type { HttpPeer } from "../../lib/base/http/http_server.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import type { AdminRequest } from "../../lib/operator/admin/requests.ts";
import type { Status } from "../../lib/operator/status.ts";
import { loadDigests } from "../../lib/system/digests.ts";
import type { History } from "../../lib/telemetry/history/history.ts";
import { Privacy } from "../../lib/telemetry/privacy.ts";
import { NOTHING_HIDDEN } from "../../lib/telemetry/privacy/levels.ts";
import { NO_TRAFFIC } from "../../lib/upstream/health/upstream_traffic.ts";
import { Api } from "../../lib/web/api/api.ts";
import type { ApiContext } from "../../lib/web/api/context.ts";
import { ClientNames } from "../../lib/web/api/live/client_names.ts";
import { RecentQueries } from "../../lib/web/api/live/recent_queries.ts";
import { SecondSeries } from "../../lib/web/api/live/second_series.ts";
import { TopCounts } from "../../lib/web/api/live/top_counts.ts";
import { Watching } from "../../lib/web/api/live/watching.ts";
import { ROUTES } from "../../lib/web/api/routes.ts";
import { StatusLook } from "../../lib/web/api/told/status_look.ts";
import { cookieName } from "../../lib/web/auth/cookies.ts";
import { Gate } from "../../lib/web/auth/gate.ts";
import { Logins } from "../../lib/web/auth/logins.ts";
import { readTokens, type Token } from "../../lib/web/auth/tokens.ts";
import type { PageAsset } from "../../lib/web/page/assets.ts";
import { WebHandler } from "../../lib/web/web_handler.ts";
import { udp } from "../support/fake_socket.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { FakeTime } from "../support/fake_time.ts";
import { NOTHING_COUNTED } from "../support/statuses.ts";

export const ADMIN_TOKEN = "dnsf_admin-admin-admin-admin-admin-admin";
export const READ_TOKEN = "dnsf_read-read-read-read-read-read-read";
/** Where it listens. */
export const ORIGIN = "http://127.0.0.1:8053";
export const UPSTREAM_NAME = "tls://dns.example/?ip=192.0.2.1";

const DIGESTS = await loadDigests();
const PAGE: ReadonlyMap<string, PageAsset> = new Map([
  ["/", { type: "text/html", octets: new Uint8Array(1), gzipped: new Uint8Array(1), etag: '"1"' }],
]);

/** A page and an API without a program. */
export function webRig(
  { isSecure = false, isBehindProxy = false, names = ["dns.home.arpa"], hostname = "127.0.0.1" } = {},
) {
  const time = new FakeTime();
  const lines: string[] = [];
  const log = new Log({ level: "info", writeLine: (line) => void lines.push(line) });
  const asked: AdminRequest[] = [];
  const done: string[] = [];
  const wallClock = { epochSeconds: () => 1_800_000_000 + Math.floor(time.nowMs() / 1000) };
  let tokens: readonly Token[] = readTokens(`boss admin ${ADMIN_TOKEN}\nwatcher read ${READ_TOKEN}\n`, DIGESTS).tokens;
  const privacy = new Privacy(NOTHING_HIDDEN, new SeededRandom(1));
  const recent = new RecentQueries(privacy, 1000);
  const top = new TopCounts(privacy, wallClock, new SeededRandom(2));
  let history: History | null = null;
  const handle = (request: AdminRequest): Promise<unknown> => {
    asked.push(request);
    switch (request.command) {
      case "status":
        return Promise.resolve({ lines: ["running"], status: STATUS, lists: [], certificates: [] });
      case "flush":
        return Promise.resolve({ removed: 7 });
      case "explain":
        return Promise.resolve({ question: `${request.name} ${request.type}`, steps: [], outcome: null });
      case "pause":
      case "resume":
        return Promise.resolve({ pauses: [], resumed: 0 });
      default:
        return Promise.resolve({ kind: "unchanged", needsRestart: [] });
    }
  };
  const watching = new Watching({
    make: () => ({ recent, top, series: new SecondSeries(wallClock) }),
    attach: () => {
      done.push("watches");
      return () => void done.push("watches no more");
    },
    version: () => "",
    clock: time,
    timers: time,
  });
  const context: ApiContext = {
    program: {
      ruleNames: { clients: ["default"], lists: ["ads"] },
      leaveOut: (name, seconds) => void done.push(`${name} left out for ${seconds}`),
      useLogLevel: (level) => void done.push(`logs ${level}`),
      logLevel: "info",
    },
    look: new StatusLook(handle, time),
    handle,
    configuration: {
      canReload: true,
      read: () => Promise.resolve({ files: [], settings: [], text: "secret = 1", warnings: [] }),
      check: (text) =>
        Promise.resolve({ isGood: true, problems: [], warnings: [`${text.length}`], changes: [], needsRestart: [] }),
      changes: () => Promise.resolve({ isGood: true, problems: [], warnings: [], changes: [], needsRestart: [] }),
      told: () => ({ kind: "unchanged", text: "", changes: [], needsRestart: [], warnings: [], problems: [] }),
    },
    watching,
    history: () => history,
    clientNames: new ClientNames(
      (addresses) => Promise.resolve(addresses.map((address) => ({ name: `name-of-${address}`, from: "test" }))),
      time,
    ),
    privacy: { clients: "full", names: "full" },
    startedAtMs: 1_800_000_000_000,
    version: "1",
    workers: 1,
    clock: time,
    timers: time,
    epochMs: () => wallClock.epochSeconds() * 1000,
  };
  const api = new Api(context, ROUTES, log);
  const name = cookieName(8053, isSecure);
  const common = { tokens: () => tokens, cookieName: name, wallClock, digests: DIGESTS };
  const gate = new Gate({ ...common, address: { hostname }, names, isSecure, isBehindProxy });
  const logins = new Logins({ ...common, clock: time, log });
  const handler = new WebHandler({ gate, api, logins, page: PAGE, isSecure, isBehindProxy, timers: time });
  const closing = new AbortController();
  const peer = (from: string): HttpPeer => {
    return { address: { ...udp(from, 50_000), transport: "tcp" }, isSecure, closing: closing.signal };
  };
  const ask = (path: string, init: RequestInit = {}, { from = "127.0.0.1", origin = ORIGIN } = {}) => {
    return handler.handle(new Request(`${origin}${path}`, init), peer(from));
  };
  const post = (path: string, body: unknown, headers: Record<string, string> = {}, from = "127.0.0.1") => {
    const init = { method: "POST", body: JSON.stringify(body), headers: { ...JSON_BODY, ...headers } };
    return ask(path, init, { from });
  };
  return {
    time,
    lines,
    asked,
    done,
    recent,
    top,
    context,
    api,
    handler,
    logins,
    ask,
    post,
    closing,
    cookieName: name,
    useTokens: (text: string) => void (tokens = readTokens(text, DIGESTS).tokens),
    useHistory: (other: History) => void (history = other),
  };
}

export const JSON_BODY = { "content-type": "application/json" };
export const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}` };
export const READ = { authorization: `Bearer ${READ_TOKEN}` };

/** The cookie that a login brings, as a browser sends it back. */
export async function cookieOf(response: Response): Promise<string> {
  await response.body?.cancel();
  return response.headers.get("set-cookie")!.split(";")[0]!;
}

const STATUS: Status = {
  runningMs: 1000,
  inFlight: 0,
  lostLines: 0,
  pauses: [],
  counters: new Counters(),
  ...NOTHING_COUNTED,
  cache: { count: 1, usedOctets: 2, budgetOctets: 3, evictionCount: 4 },
  upstreams: [{
    name: UPSTREAM_NAME,
    state: "up",
    problem: null,
    isUnauthenticated: false,
    smoothedMs: 12,
    percentile95Ms: 20,
    queryCount: 5,
    replyCount: 4,
    failureCount: 1,
    traffic: NO_TRAFFIC,
    isAskedWithoutEdns: false,
    isAskedWithoutCookies: false,
    isAskedInPlainCase: false,
    isAskedOverTcp: false,
  }],
  groups: [{ name: "default", upstreams: [UPSTREAM_NAME], fallback: null }],
};
