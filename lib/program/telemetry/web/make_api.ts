import { LOG_LEVELS } from "../../../observe/log.ts";
import { Privacy } from "../../../telemetry/privacy.ts";
import { VERSION } from "../../../version.ts";
import { Api } from "../../../web/api/api.ts";
import type { ApiContext } from "../../../web/api/context.ts";
import { ClientNames } from "../../../web/api/live/client_names.ts";
import { SecondSeries } from "../../../web/api/live/second_series.ts";
import { RecentQueries } from "../../../web/api/live/recent_queries.ts";
import { TopCounts } from "../../../web/api/live/top_counts.ts";
import { Watching } from "../../../web/api/live/watching.ts";
import { ROUTES } from "../../../web/api/routes.ts";
import { StatusLook } from "../../../web/api/told/status_look.ts";
import { toldInside } from "../told.ts";
import type { ApiServiceOptions, ServedApi } from "./api_options.ts";
import type { ByHandKeeper } from "./by_hand_keeper.ts";
import { configurationOf } from "./configuration.ts";

/** Puts the API together. */
export function makeApi(options: ApiServiceOptions, byHand: ByHandKeeper, startedAtMs: number): ServedApi {
  const { program, workers, handle, inForce, offers, system, runtime, log } = options;
  const { clock, timers, random, wallClock } = runtime;
  const told = () => toldInside(inForce().config);
  const watching = new Watching({
    make: () => {
      const privacy = new Privacy(told(), random);
      const recent = new RecentQueries(privacy);
      return { recent, top: new TopCounts(privacy, wallClock, random), series: new SecondSeries(wallClock) };
    },
    attach: (sink) => program.drain.add(sink),
    version: () => JSON.stringify(told()),
    clock,
    timers,
  });
  const look = new StatusLook((request) => handle()(request), clock);
  const context: ApiContext = {
    program: {
      get ruleNames() {
        return program.ruleNames;
      },
      leaveOut: (upstream, seconds) => byHand.leaveOut(upstream, seconds),
      useLogLevel: (level) => byHand.useLogLevel(LOG_LEVELS.find((one) => one === level) ?? "info"),
      get logLevel() {
        return byHand.logLevel;
      },
    },
    look,
    handle: (request) => handle()(request),
    configuration: configurationOf(inForce, system.configIo),
    watching,
    history: () => offers()?.history ?? null,
    clientNames: new ClientNames((addresses) => program.nameClients(addresses), clock),
    get privacy() {
      const { clients, names } = told();
      return { clients, names };
    },
    startedAtMs,
    version: VERSION,
    workers,
    clock,
    timers,
    epochMs: () => wallClock.epochMs?.() ?? wallClock.epochSeconds() * 1000,
  };
  return { api: new Api(context, ROUTES, log), context };
}
