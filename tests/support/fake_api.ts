import type {
  ExplainAnswer,
  LiveAnswer,
  QueriesAnswer,
  QueryRow,
  SeriesAnswer,
  StatusAnswer,
  TopAnswer,
  UpstreamAnswer,
  UpstreamsAnswer,
} from "../../lib/web/api/answers.ts";

/** 2026-11-30 23:36:21 UTC. */
export const NOW_MS = Date.UTC(2026, 10, 30, 23, 36, 21);

/** A query that was answered from memory. */
export function queryRow(fields: Partial<QueryRow> = {}): QueryRow {
  return {
    id: "1",
    atMs: NOW_MS,
    tookMs: 0.02,
    client: "192.168.1.17",
    clientName: "",
    clientNameFrom: "",
    group: "",
    name: "www.example.org",
    type: "A",
    source: "cache",
    rcode: "NOERROR",
    upstream: null,
    reason: "",
    channel: "udp",
    sizeOctets: 60,
    isTruncated: false,
    wantsDnssec: false,
    ...fields,
  };
}

/** An upstream that is well. */
export function upstreamAnswer(fields: Partial<UpstreamAnswer> = {}): UpstreamAnswer {
  return {
    name: "9.9.9.9:53",
    state: "up",
    reason: "",
    disabledSeconds: null,
    groups: ["default"],
    transport: "udp",
    smoothedMs: 14.5,
    medianMs: 14.1,
    percentile95Ms: 40.8,
    queries: 1000,
    replies: 999,
    failures: 1,
    failuresByReason: {},
    repliesByRcode: {},
    hedges: 0,
    handshakes: null,
    notes: [],
    ...fields,
  };
}

/** A program that works, and has something to do. */
export function statusAnswer(fields: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    version: "0.1.0",
    nowAtMs: NOW_MS,
    startedAtMs: NOW_MS - 76 * 3_600_000,
    workers: 2,
    health: "well",
    problems: [],
    queriesPerSecond: 145,
    questionsInFlight: 3,
    replies: {
      total: 100,
      bySource: { cache: 84, upstream: 15, failure: 1 },
      byRcode: {},
      byChannel: {},
      blocked: 0,
      failed: 1,
    },
    times: [{ source: "upstream", count: 15, medianMs: 14.2, percentile95Ms: 44, percentile99Ms: 90 }],
    cache: {
      entries: 123_456,
      usedOctets: 41.9 * 1_048_576,
      budgetOctets: 64 * 1_048_576,
      hits: 84,
      negativeHits: 0,
      staleHits: 312,
      failureHits: 0,
      misses: 15,
      hitRatio: 0.84,
      prefetches: 0,
      evictions: 0,
    },
    listeners: [],
    certificates: [],
    pauses: [],
    sinks: [],
    privacy: { clients: "full", names: "full" },
    hasHistory: false,
    canReload: true,
    logLevel: "info",
    counters: {},
    lines: [],
    ...fields,
  };
}

/** Says what it is told to say, as the API of a running program. */
export class FakeApi {
  status: StatusAnswer = statusAnswer();
  upstreams: UpstreamsAnswer = {
    upstreams: [
      upstreamAnswer(),
      upstreamAnswer({
        name: "tls://dns.quad9.net:853",
        medianMs: 16.4,
        percentile95Ms: 45.6,
        queries: 400,
        failures: 1,
      }),
      upstreamAnswer({
        name: "https://dns.google:443/dns-query",
        state: "down",
        reason: "down since 23:31: no answer",
        queries: 10,
        failures: 10,
        failuresByReason: { timeout: 10 },
      }),
    ],
    groups: [],
  };
  readonly top: Record<TopAnswer["by"], TopAnswer> = {
    name: topAnswer("name", [["www.google.com", 900], ["clients4.google.com", 450], ["api.github.com", 180]]),
    client: topAnswer("client", [["192.168.1.17", 700, "anna-laptop"], ["fd00::1c4f", 175, "desk"]]),
    upstream: topAnswer("upstream", []),
    blocked: topAnswer("blocked", [["ads.example.net", 77]]),
  };
  series: SeriesAnswer = {
    stepMs: 1000,
    fromAtMs: NOW_MS - 59_000,
    sources: ["cache", "stale", "upstream", "local", "policy", "refused", "failure", "blocked"],
    counts: [100, 1, 15, 0, 0, 0, 1, 8].map((count) => new Array(60).fill(count)),
    from: "memory",
  };
  /** The newest first. */
  rows: QueryRow[] = [
    queryRow({ id: "3", name: "ads.example.net", source: "policy", reason: "list ads", rcode: "NXDOMAIN" }),
    queryRow({
      id: "2",
      name: "gs-loc.apple.com",
      type: "AAAA",
      source: "upstream",
      upstream: "9.9.9.9:53",
      tookMs: 29.5,
    }),
    queryRow({ id: "1" }),
  ];
  explained: ExplainAnswer = {
    question: "ads.example.net. IN A",
    steps: [{ subject: "policy", facts: [{ what: "list ads", detail: "line 48211" }] }],
    outcome: { rcode: "NXDOMAIN", isAnswer: true, elapsedMs: 0.02, because: "list ads" },
  };
  /** Every path that was asked for, first to last. */
  readonly asked: string[] = [];
  #count = 0;

  /** What comes back for a path. */
  answer(path: string): { status: number; body: unknown } {
    this.asked.push(path);
    const { pathname, searchParams } = new URL(path, "http://localhost");
    const body = this.#body(pathname.replace("/api/v1/", ""), searchParams);
    if (body !== null) return { status: 200, body };
    return {
      status: 404,
      body: { type: "about:blank", title: "Not Found", status: 404, detail: `There is no ${pathname}` },
    };
  }

  #body(what: string, parameters: URLSearchParams): unknown {
    switch (what) {
      case "status":
        return this.status;
      case "upstreams":
        return this.upstreams;
      case "top":
        return this.top[parameters.get("by") as TopAnswer["by"]];
      case "series":
        return this.series;
      case "explain":
        return this.explained;
      case "queries": {
        const rows = this.#wanted(parameters);
        return { rows, next: null, searchedBackToAtMs: null, from: "memory" } satisfies QueriesAnswer;
      }
      case "live":
        return this.#live(parameters);
      default:
        return null;
    }
  }

  #wanted(parameters: URLSearchParams): QueryRow[] {
    const [name, client] = [parameters.get("name") ?? "", parameters.get("client") ?? ""];
    return this.rows.filter((row) => row.name.includes(name) && row.client.includes(client));
  }

  #live(parameters: URLSearchParams): LiveAnswer {
    const { nowAtMs, health, problems, pauses } = this.status;
    const isFirst = parameters.get("after") === null;
    const number = this.#count++;
    const rows = isFirst ? [] : [queryRow({ id: `live-${number}`, name: `new-${number}.example`, atMs: nowAtMs })];
    const { sources, counts } = this.series;
    return {
      nowAtMs,
      cursor: `${number}`,
      rows: rows.filter((row) => row.name.includes(parameters.get("name") ?? "")),
      more: 0,
      queriesPerSecond: 145,
      counts: Object.fromEntries(sources.map((source, i) => [source, counts[i]!.at(-1)!])),
      health,
      problems,
      upstreams: [],
      pauses,
    };
  }
}

function topAnswer(by: TopAnswer["by"], rows: readonly (readonly [string, number, string?])[]): TopAnswer {
  return {
    by,
    windowSeconds: 3600,
    total: 2000,
    rows: rows.map(([key, count, label = ""]) => ({ key, count, label, errorCount: 0 })),
  };
}
