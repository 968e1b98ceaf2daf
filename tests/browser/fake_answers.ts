import type {
  CacheAnswer,
  ConfigAnswer,
  ExplainAnswer,
  ListsAnswer,
  QueryRow,
  SeriesAnswer,
  StatusAnswer,
  TopAnswer,
  TopKind,
  UpstreamAnswer,
  UpstreamsAnswer,
} from "../../lib/web/api/answers.ts";

/** What a house with three upstreams, one of them down, has to say. */

const SOURCES = ["cache", "stale", "upstream", "local", "policy", "refused", "failure", "blocked"];
export const STARTED_AT_MS = Date.UTC(2026, 10, 18, 7, 12, 4);
/** Nothing that a name may be is to become anything else than text. */
export const HOSTILE_NAME = `<img src=x onerror=alert(1)>.example.org`;

const NAMES = [
  "www.example.com",
  "clients4.example.net",
  "gs-loc.example.org",
  "e1234.dscb.cdn.example.net",
  "incoming.telemetry.example.org",
  "api.example.com",
  "fonts.static.example.net",
  "login.example.org",
  "a-very-long-name-that-some-content-network-makes.for-each-visitor.eu-central-1.edge.example.net",
];
const BLOCKED = ["telemetry", "ads", "track", "metrics", "pixel", "beacon", "stats", "banner"].map((label, i) => {
  return `${label}.example.${["org", "net", "com"][i % 3]}`;
});
const CLIENTS: readonly (readonly [address: string, name: string])[] = [
  ["192.168.1.17", "anna-laptop"],
  ["192.168.1.23", "tv"],
  ["192.168.1.31", "phone"],
  ["2001:db8:1c4f::5a", "desk"],
  ["192.168.1.2", "nas"],
  ["192.168.1.44", "printer"],
  ["2001:db8:1c4f::31", "thermostat"],
  ["192.168.1.63", ""],
];

/** Numbers that look drawn at random, and are the same every time. */
export function fractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function row(id: number, atMs: number, draw: () => number): QueryRow {
  const [client, clientName] = CLIENTS[Math.floor(draw() ** 1.6 * 5)]!;
  const common = {
    id: `${id}`,
    atMs,
    client,
    clientName,
    clientNameFrom: "a lease",
    group: "default",
    channel: draw() < 0.9 ? "udp" : "tls",
    sizeOctets: 58 + Math.floor(draw() * 200),
    isTruncated: false,
    wantsDnssec: draw() < 0.2,
    name: NAMES[Math.floor(draw() ** 2 * NAMES.length)]!,
    type: draw() < 0.5 ? "A" : draw() < 0.6 ? "AAAA" : "HTTPS",
  };
  const chance = draw();
  if (chance < 0.66) return { ...common, tookMs: 0.02, source: "cache", rcode: "NOERROR", upstream: null, reason: "" };
  if (chance < 0.88) {
    const upstream = draw() < 0.7 ? "9.9.9.9:53" : "tls://dns.quad9.net";
    const rcode = draw() < 0.85 ? "NOERROR" : "NXDOMAIN";
    return { ...common, tookMs: 8 + draw() * draw() * 300, source: "upstream", rcode, upstream, reason: "" };
  }
  if (chance < 0.96) {
    const reason = 'list "ads" line 48211';
    const name = "incoming.telemetry.example.org";
    return { ...common, name, tookMs: 0.02, source: "blocked", rcode: "NXDOMAIN", upstream: null, reason };
  }
  const local = { ...common, name: "nas.home.arpa", type: "A", tookMs: 0.03, source: "local", upstream: null };
  return { ...local, rcode: "NOERROR", reason: "a hosts file" };
}

export function failedRow(id: number, atMs: number): QueryRow {
  return {
    ...row(id, atMs, fractions(id)),
    name: ["cdn.example.net", "mail.example.org", "www.example.com"][id % 3]!,
    tookMs: 4981.4,
    source: "failure",
    rcode: "SERVFAIL",
    upstream: null,
    reason: "no upstream answered in time",
  };
}

export function rows(count: number, newestAtMs: number): QueryRow[] {
  const draw = fractions(7);
  return Array.from(
    { length: count },
    (_, i) => row(1_000_000 - i, newestAtMs - i * 41 - Math.floor(draw() * 20), draw),
  );
}

export function series(windowSeconds: number, nowAtMs: number): SeriesAnswer {
  const stepMs = windowSeconds <= 300 ? 1000 : windowSeconds * 1000 / 360;
  const length = Math.round(windowSeconds * 1000 / stepMs);
  const draw = fractions(windowSeconds);
  const perStep = stepMs / 1000;
  const counts = SOURCES.map(() => new Array<number>(length).fill(0));
  const put = (source: string, i: number, value: number) => {
    counts[SOURCES.indexOf(source)]![i] = Math.max(0, Math.round(value));
  };
  for (let i = 0; i < length; i++) {
    const wave = 1 + 0.45 * Math.sin(i / length * 7) + 0.2 * Math.sin(i / 9) + draw() * 0.25;
    const isTroubled = windowSeconds <= 3600 && i > length - length * 0.14;
    put("cache", i, 70 * wave * perStep);
    put("local", i, (2 + draw() * 2) * perStep);
    put("blocked", i, (9 + 5 * draw()) * wave * perStep);
    put("policy", i, draw() * perStep);
    put("upstream", i, (isTroubled ? 10 : 17) * wave * (0.7 + draw() * 0.6) * perStep);
    put("stale", i, isTroubled ? (3 + 2 * draw()) * perStep : draw() < 0.1 ? perStep : 0);
    put("failure", i, isTroubled && draw() < 0.7 ? (1 + 5 * draw()) * perStep : 0);
  }
  const fromAtMs = Math.floor(nowAtMs / stepMs) * stepMs - length * stepMs;
  return { stepMs, fromAtMs, sources: SOURCES, counts, from: windowSeconds <= 3600 ? "memory" : "history" };
}

const FACTOR: Readonly<Record<TopKind, number>> = { name: 4127, client: 9000, upstream: 9000, blocked: 1310 };

export function top(by: TopKind, windowSeconds: number): TopAnswer {
  const keys = by === "client" ? CLIENTS.map(([key, label]) => ({ key, label })) : (by === "blocked" ? BLOCKED : NAMES)
    .map((key) => ({ key, label: "" }));
  const rows = keys.slice(0, 8).map(({ key, label }, i) => {
    return { key, label, count: Math.round(FACTOR[by] / (i + 1) ** 0.8), errorCount: i > 5 ? 120 : 0 };
  });
  return { by, windowSeconds, total: 31_204, rows };
}

const UPSTREAM: UpstreamAnswer = {
  name: "9.9.9.9:53",
  state: "up",
  reason: "",
  disabledSeconds: null,
  groups: ["default"],
  transport: "udp",
  smoothedMs: 14.1,
  medianMs: 12.6,
  percentile95Ms: 38.9,
  queries: 1_203_456,
  replies: 1_202_253,
  failures: 1203,
  failuresByReason: { timeout: 1101, servfail: 102 },
  repliesByRcode: { NOERROR: 1_081_004, NXDOMAIN: 121_147, SERVFAIL: 102 },
  hedges: 8012,
  handshakes: null,
  notes: [],
};

export const UPSTREAMS: UpstreamsAnswer = {
  upstreams: [
    UPSTREAM,
    {
      ...UPSTREAM,
      name: "tls://dns.quad9.net",
      transport: "tls",
      smoothedMs: 31.2,
      medianMs: 24.3,
      percentile95Ms: 187.4,
      queries: 452_311,
      replies: 451_012,
      failures: 1299,
      failuresByReason: { timeout: 1202, tls: 97 },
      hedges: 21_077,
      handshakes: 1412,
    },
    {
      ...UPSTREAM,
      name: "https://dns.example/dns-query",
      state: "down",
      reason: "timed out 6 times in a row; tried again in 12 s",
      transport: "https",
      smoothedMs: 21,
      medianMs: 19.8,
      percentile95Ms: 90.2,
      queries: 12_034,
      replies: 11_401,
      failures: 633,
      failuresByReason: { timeout: 631, network: 2 },
      hedges: 402,
      handshakes: 84,
      notes: ["asked without cookies"],
    },
  ],
  groups: [
    {
      name: "default",
      upstreams: ["9.9.9.9:53", "tls://dns.quad9.net", "https://dns.example/dns-query"],
      fallback: null,
    },
    { name: "office", upstreams: ["10.0.0.10:53"], fallback: "default" },
  ],
};

export const CACHE: CacheAnswer = {
  entries: 123_456,
  usedOctets: 41.5 * 1024 * 1024,
  budgetOctets: 64 * 1024 * 1024,
  hits: 64_204_711,
  negativeHits: 4_120_512,
  staleHits: 312,
  failureHits: 41,
  misses: 16_310_204,
  hitRatio: 0.797,
  prefetches: 5120,
  evictions: 88_121,
};

export function status(nowAtMs: number): StatusAnswer {
  return {
    version: "0.1.0",
    nowAtMs,
    startedAtMs: STARTED_AT_MS,
    workers: 2,
    health: "impaired",
    problems: [{
      kind: "upstream-down",
      subject: "https://dns.example/dns-query",
      text: "https://dns.example/dns-query is down for 2 min: timed out 6 times in a row",
    }],
    queriesPerSecond: 104.5,
    questionsInFlight: 4,
    replies: {
      total: 81_239_435,
      bySource: { cache: 64_204_711, upstream: 16_310_204, blocked: 812_004, failure: 1204 },
      byRcode: { NOERROR: 70_112_004, NXDOMAIN: 11_100_227, SERVFAIL: 1204 },
      byChannel: { udp: 80_001_121, tcp: 12_004, tls: 1_226_310 },
      blocked: 812_004,
      failed: 1204,
    },
    times: [
      { source: "cache", count: 64_204_711, medianMs: 0.021, percentile95Ms: 0.034, percentile99Ms: 0.06 },
      { source: "upstream", count: 16_310_204, medianMs: 14.9, percentile95Ms: 61.2, percentile99Ms: 204 },
    ],
    cache: CACHE,
    listeners: [{ name: "192.168.1.1:53", connections: 0 }, { name: "tls://192.168.1.1:853", connections: 14 }],
    certificates: [{
      path: "/etc/dns-forwarder/cert.pem",
      names: ["dns.home.arpa"],
      endsAtMs: nowAtMs + 41 * 86_400_000,
      problem: null,
    }],
    pauses: [],
    sinks: [{ name: "page", records: 81_002, dropped: 0 }, { name: "query-log", records: 81_239_435, dropped: 12 }],
    privacy: { clients: "full", names: "full" },
    hasHistory: true,
    canReload: true,
    logLevel: "info",
    counters: {},
    lines: ["running for 12 d 4 h, 4 questions in flight", "upstream 9.9.9.9:53: up, answers in 14.1 ms"],
  };
}

export const LISTS: ListsAnswer = {
  lists: [
    {
      name: "ads",
      names: 214_311,
      lines: 214_390,
      bad: 4,
      firstBad: [
        { line: 17, text: "||bad^$domain=x", why: "an option that means nothing here" },
        { line: 2048, text: HOSTILE_NAME, why: "no name: a label has a letter that none may have" },
      ],
      sources: [
        {
          what: "https://lists.example/ads.txt",
          ageSeconds: 41_000,
          isBeingUpdated: false,
          nextSeconds: 45_400,
          error: null,
        },
        {
          what: "/etc/dns-forwarder/more.txt",
          ageSeconds: 86_400,
          isBeingUpdated: false,
          nextSeconds: null,
          error: null,
        },
      ],
    },
    {
      name: "malware",
      names: 88_012,
      lines: 88_012,
      bad: 0,
      firstBad: [],
      sources: [{
        what: "https://lists.example/malware.txt",
        ageSeconds: 400_000,
        isBeingUpdated: false,
        nextSeconds: 600,
        error: "the server answers 503 Service Unavailable",
      }],
    },
  ],
  pauses: [],
  clients: ["default", "kids", "office"],
  names: ["ads", "malware", "*"],
};

export function explain(name: string, type: string, client: string): ExplainAnswer {
  const isBlocked = /telemetry|ads|track/.test(name);
  const clientStep = {
    subject: "client",
    facts: [{
      what: client === "" ? "this machine" : `${client} over UDP`,
      detail: "allowed by 192.168.0.0/16 (default)",
    }],
  };
  const question = `${name} ${type}`;
  if (isBlocked) {
    const policy = {
      subject: "policy",
      facts: [{ what: 'list "ads" line 48211', detail: `||${name}^ → NXDOMAIN, EDE 15` }],
    };
    const outcome = {
      rcode: "NXDOMAIN",
      isAnswer: true,
      elapsedMs: 0.02,
      because: 'list "ads" blocks it; allow = ["…"] lets it pass',
    };
    return { question, steps: [clientStep, policy], outcome };
  }
  return {
    question,
    steps: [
      clientStep,
      { subject: "policy", facts: [{ what: "nothing applies", detail: "302,323 names in 2 lists, 4 rules" }] },
      { subject: "cache", facts: [{ what: "expired 41 s ago", detail: "was 192.0.2.34 from 9.9.9.9, TTL 300" }] },
      {
        subject: "upstream",
        facts: [
          { what: "9.9.9.9:53", detail: "sent at 0.0 ms; no answer; hedged after 38 ms (its 95 % is 31 ms)" },
          { what: "tls://dns.quad9.net", detail: "sent at 38.2 ms; NOERROR in 14.1 ms, cookie good, DNSSEC AD" },
        ],
      },
      { subject: "reply", facts: [{ what: "NOERROR, 1 record, TTL 300", detail: "58 octets, kept for 300 s" }] },
    ],
    outcome: { rcode: "NOERROR", isAnswer: true, elapsedMs: 52.4, because: "of it 38 ms waiting for 9.9.9.9:53" },
  };
}

export const CONFIG: ConfigAnswer = {
  files: ["/etc/dns-forwarder/config.toml"],
  settings: [
    {
      path: "server.listen",
      value: '["192.168.1.1:53"]',
      from: "/etc/dns-forwarder/config.toml:2",
      isReloadable: true,
      help: "Where clients are served.",
    },
    {
      path: "cache.size",
      value: '"64MiB"',
      from: "--cache-size",
      isReloadable: false,
      help: "Memory for answers, with all that is needed to find them.",
    },
    {
      path: "server.timeout",
      value: '"5s"',
      from: null,
      isReloadable: true,
      help: "How long upstreams are waited for in all.",
    },
    {
      path: "upstreams.default.servers",
      value: '["9.9.9.9", "tls://dns.quad9.net", "https://dns.example/dns-query"]',
      from: "/etc/dns-forwarder/config.toml:6",
      isReloadable: true,
      help: "Who is asked.",
    },
    { path: "log.level", value: '"info"', from: null, isReloadable: true, help: "How much is logged." },
  ],
  text: '[server]\nlisten = ["192.168.1.1:53"]\n\n[cache]\nsize = "64MiB"\n',
  warnings: [],
};
