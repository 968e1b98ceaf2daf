import type { LocalSockets } from "../../base/local_sockets.ts";
import type { Timers } from "../../base/runtime.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { askProgram } from "../../operator/admin/ask_program.ts";
import type {
  ExplainAnswer,
  LiveAnswer,
  ProblemDetails,
  QueriesAnswer,
  SeriesAnswer,
  StatusAnswer,
  TopAnswer,
  TopKind,
  UpstreamsAnswer,
} from "../../web/api/answers.ts";
import type { ExplainWish } from "./keys.ts";
import { filterParameters } from "./top_view.ts";

/** Where the API is. */
const ROOT = "/api/v1/";
/** Seconds that top lists and the line of blocks are about. */
const TOP_WINDOW = 3600;
const SERIES_WINDOW = 300;
/** Rows of a top list. */
const TOP_LIMIT = 100;
/** Queries at the beginning. */
const ROWS_LIMIT = 100;

/** Asks the running program over its socket what its page shows. Rejects as `askProgram`. */
export class TopSource {
  readonly #sockets: LocalSockets;
  readonly #timers: Timers;
  readonly #path: string;

  /** The program that listens at `path`. */
  constructor(sockets: LocalSockets, timers: Timers, path: string) {
    this.#sockets = sockets;
    this.#timers = timers;
    this.#path = path;
  }

  /** How it is doing. */
  status(): Promise<StatusAnswer> {
    return this.#get("status");
  }

  /** Who is asked. */
  upstreams(): Promise<UpstreamsAnswer> {
    return this.#get("upstreams");
  }

  /** What there was most of in the last hour. */
  top(by: TopKind): Promise<TopAnswer> {
    return this.#get("top", new URLSearchParams({ by, window: `${TOP_WINDOW}`, limit: `${TOP_LIMIT}` }));
  }

  /** Queries of the last minutes. */
  series(): Promise<SeriesAnswer> {
    return this.#get("series", new URLSearchParams({ window: `${SERIES_WINDOW}` }));
  }

  /** The last queries that a filter holds for. */
  queries(filter: string): Promise<QueriesAnswer> {
    const parameters = filterParameters(filter);
    parameters.set("limit", `${ROWS_LIMIT}`);
    return this.#get("queries", parameters);
  }

  /** What has come since; `null` for nothing but what is now. */
  live(after: string | null, filter: string): Promise<LiveAnswer> {
    const parameters = filterParameters(filter);
    if (after !== null) parameters.set("after", after);
    return this.#get("live", parameters);
  }

  /** What becomes of a query, and why. */
  explain({ name, type, client }: ExplainWish): Promise<ExplainAnswer> {
    return this.#get("explain", new URLSearchParams({ name, type, ...client === null ? {} : { client } }));
  }

  async #get<Answer>(what: string, parameters = new URLSearchParams()): Promise<Answer> {
    const query = parameters.size === 0 ? "" : `?${parameters}`;
    const request = { command: "api", method: "GET", path: `${ROOT}${what}${query}`, body: null } as const;
    const { status, body } = await askProgram(this.#sockets, this.#timers, this.#path, request) as ApiResult;
    if (status === 200) return body as Answer;
    throw new AdminError((body as ProblemDetails).detail);
  }
}

/** What comes back. */
interface ApiResult {
  readonly status: number;
  readonly body: unknown;
}
