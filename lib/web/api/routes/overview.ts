import { LOG_LEVELS } from "../../../observe/log.ts";
import type {
  CertificateAnswer,
  FlushAnswer,
  LogLevelBody,
  SinkAnswer,
  StatusAnswer,
  UpstreamsAnswer,
} from "../answers.ts";
import { ApiError } from "../api_error.ts";
import type { ApiContext } from "../context.ts";
import type { Route } from "../route.ts";
import { pausesAnswer } from "../told/lists.ts";
import { FAILURES_SECONDS, healthOf, problemsIn } from "../told/problems.ts";
import { cacheAnswer, repliesAnswer, timesAnswer } from "../told/replies.ts";
import type { LookedUp } from "../told/status_look.ts";
import { upstreamsAnswer } from "../told/upstreams.ts";

/** Seconds of the rate that is told. */
const RATE_SECONDS = 10;
/** A day: who means longer takes it out of the configuration. */
const LEFT_OUT_SECONDS_MAX = 86_400;

/** How the program is doing, and what it can be told at once. */
export const OVERVIEW_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "session",
    scope: "read",
    about: "Who asks, and what that allows.",
    answer: "SessionAnswer",
    run: ({ session }) => session,
  },
  {
    method: "GET",
    path: "status",
    scope: "read",
    about: "Whether it works, at one glance.",
    answer: "StatusAnswer",
    run: async ({ context }) => statusAnswer(context, await context.look.read()),
  },
  {
    method: "GET",
    path: "cache",
    scope: "read",
    about: "Memory.",
    answer: "CacheAnswer",
    run: async ({ context: { look } }) => {
      const { status: { cache, counters } } = await look.read();
      const answer = cacheAnswer(cache, counters);
      if (answer === null) throw new ApiError(404, "Nothing is remembered: cache.size is 0");
      return answer;
    },
  },
  {
    method: "POST",
    path: "cache/flush",
    scope: "admin",
    about: "Forgets what is remembered.",
    fields: [
      { name: "name", about: "A name; all names without it.", kind: "name" },
      { name: "below", about: "Whether the names below it are meant as well.", kind: "flag", default: false },
    ],
    answer: "FlushAnswer",
    run: async ({ context: { handle }, given: { name = null, below } }): Promise<FlushAnswer> => {
      if (name === null && below === true) throw new ApiError(400, "below needs a name");
      const request = { command: "flush", name: name as string | null, below: below as boolean } as const;
      return await handle(request) as FlushAnswer;
    },
  },
  {
    method: "GET",
    path: "upstreams",
    scope: "read",
    about: "Who is asked, and how they are doing.",
    answer: "UpstreamsAnswer",
    run: async ({ context: { look } }) => upstreamsAnswer((await look.read()).status),
  },
  {
    method: "POST",
    path: "upstreams/{name}/disable",
    scope: "admin",
    about: "Leaves an upstream out for a while, by hand: it is not asked, and its groups do without it.",
    fields: [{
      name: "seconds",
      about: "How long.",
      kind: "number",
      min: 1,
      max: LEFT_OUT_SECONDS_MAX,
      isRequired: true,
    }],
    answer: "UpstreamsAnswer",
    run: ({ context, subject, given }) => leaveOut(context, subject, given.seconds as number),
  },
  {
    method: "POST",
    path: "upstreams/{name}/enable",
    scope: "admin",
    about: "Asks an upstream again that was left out by hand.",
    answer: "UpstreamsAnswer",
    run: ({ context, subject }) => leaveOut(context, subject, 0),
  },
  {
    method: "POST",
    path: "log/level",
    scope: "admin",
    about: "Logs more or less, until the next start or reload.",
    fields: [{ name: "level", about: "How much.", kind: "words", words: LOG_LEVELS, isRequired: true }],
    answer: "LogLevelBody",
    run: ({ context: { program }, given }): LogLevelBody => {
      const level = LOG_LEVELS.find((one) => one === given.level);
      if (level === undefined) throw new ApiError(400, `level must be ${LOG_LEVELS.join(" or ")}`);
      program.useLogLevel(level);
      return { level };
    },
  },
];

async function leaveOut({ program, look }: ApiContext, name: string, seconds: number): Promise<UpstreamsAnswer> {
  const { status: { upstreams } } = await look.read();
  const known = upstreams.map((upstream) => upstream.name);
  if (!known.includes(name)) {
    throw new ApiError(404, `There is no upstream ${JSON.stringify(name)}; there are ${known.join(", ") || "none"}`);
  }
  program.leaveOut(name, seconds);
  look.forget();
  return upstreamsAnswer((await look.read()).status);
}

function statusAnswer(context: ApiContext, { lines, status, lists, certificates }: LookedUp): StatusAnswer {
  const { version, workers, startedAtMs, watching, privacy, configuration, program, epochMs, clock } = context;
  const series = watching.current?.series.read(FAILURES_SECONDS) ?? null;
  const problems = problemsIn({ status, lists, certificates, series });
  return {
    version,
    nowAtMs: epochMs(),
    startedAtMs,
    workers,
    health: healthOf(problems, status),
    problems,
    queriesPerSecond: rateOf(watching.current, clock.nowMs()),
    questionsInFlight: status.inFlight,
    replies: repliesAnswer(status.replies),
    times: timesAnswer(status),
    cache: cacheAnswer(status.cache, status.counters),
    listeners: (status.listeners ?? []).map(({ name, connections }) => ({ name, connections })),
    certificates: certificates.map(({ path, names, validToS, trouble }): CertificateAnswer => {
      return { path, names, endsAtMs: validToS * 1000, problem: trouble };
    }),
    pauses: pausesAnswer(status.pauses),
    sinks: status.sinks.map(({ name, recordCount, droppedCount }): SinkAnswer => {
      return { name, records: recordCount, dropped: droppedCount };
    }),
    privacy,
    hasHistory: context.history() !== null,
    canReload: configuration.canReload,
    logLevel: program.logLevel,
    counters: { ...status.counters },
    lines,
  };
}

function rateOf(watched: ApiContext["watching"]["current"], nowMs: number): number | null {
  if (watched === null || nowMs - watched.sinceMs < RATE_SECONDS * 1000) return null;
  const { counts } = watched.series.read(RATE_SECONDS);
  return counts.flat().reduce((total, count) => total + count, 0) / RATE_SECONDS;
}
