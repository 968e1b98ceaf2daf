import { AdminError } from "../../operator/admin/admin_error.ts";
import type { Log } from "../../observe/log.ts";
import type { SessionAnswer } from "./answers.ts";
import { ApiError, problemDetails } from "./api_error.ts";
import type { ApiContext } from "./context.ts";
import type { Call, Route } from "./route.ts";
import { readFields, readParameters } from "./values.ts";

/** Where all routes are. */
export const API_ROOT = "/api/v1/";
/** Octets of a body, unless its route says otherwise. */
const BODY_OCTETS_MAX = 16_384;
/** Octets of an answer: who asks for more asks page by page. */
export const ANSWER_OCTETS_MAX = 1024 * 1024;

/** A request of somebody who is known. */
export interface ApiRequest {
  /** Such as `GET`. */
  readonly method: string;
  /** The path as it was sent, without what stands behind the `?`. */
  readonly path: string;
  /** What stands there. */
  readonly query: URLSearchParams;
  /** Who asks. */
  readonly session: SessionAnswer;
  /** Reads the body as JSON; `undefined` when there is none. To be called once at most. Rejects with an `ApiError`. */
  readonly readBody: (octetsMax: number) => Promise<unknown>;
}

/** What is answered. */
export interface ApiReply {
  /** The HTTP status. */
  readonly status: number;
  /** Fields that go with it. */
  readonly headers: Readonly<Record<string, string>>;
  /** As JSON; problem details for all but 200. */
  readonly body: string;
}

/** Answers the requests of those who are known. */
export class Api {
  readonly #context: ApiContext;
  readonly #routes: readonly Route[];
  readonly #log: Log;

  /** Has these routes. */
  constructor(context: ApiContext, routes: readonly Route[], log: Log) {
    this.#context = context;
    this.#routes = routes;
    this.#log = log;
  }

  /** Never fails: what goes wrong is an answer, too. */
  async answer(request: ApiRequest): Promise<ApiReply> {
    try {
      const { route, call } = await this.prepare(request);
      if (route.hasEvents === true) throw new ApiError(406, "Events come over HTTP alone; live says the same once");
      return await this.run(route, call);
    } catch (error) {
      return this.failure(error);
    }
  }

  /**
   * Finds who answers, and checks what was sent.
   *
   * @throws {ApiError} when nobody does, or may, or the request is wrong.
   */
  async prepare(request: ApiRequest): Promise<{ readonly route: Route; readonly call: Call }> {
    const { route, subject } = this.#find(request);
    const { session, query, readBody } = request;
    if (route.scope === "admin" && session.scope !== "admin") {
      throw new ApiError(403, `The token ${session.name} may look, and no more; this takes one with the scope admin`);
    }
    const parameters = readParameters(route.parameters ?? [], query);
    const body = route.method === "GET" ? {} : await readBody(route.bodyOctetsMax ?? BODY_OCTETS_MAX) ?? {};
    const given = { ...parameters, ...readFields(route.fields ?? [], body) };
    return { route, call: { context: this.#context, session, subject, given } };
  }

  /** Lets a route that was found answer. */
  async run(route: Route, call: Call): Promise<ApiReply> {
    return reply(await route.run(call));
  }

  /** An error as it is told. What nobody has foreseen is logged. */
  failure(error: unknown): ApiReply {
    if (error instanceof ApiError) return problem(error.status, error.message, error.headers);
    if (error instanceof AdminError) return problem(409, error.message);
    this.#log.error(`Cannot answer a request to the API: ${error instanceof Error ? error.stack : error}`);
    return problem(500, "Internal error, see the log");
  }

  #find({ method, path }: ApiRequest): { readonly route: Route; readonly subject: string } {
    const found = this.#routes.flatMap((route) => {
      const subject = subjectIn(route.path, path);
      return subject === null ? [] : [{ route, subject }];
    });
    if (found.length === 0) throw new ApiError(404, "There is nothing here; docs/openapi.json says what there is");
    const wanted = method === "HEAD" ? "GET" : method;
    const match = found.find(({ route }) => route.method === wanted);
    if (match !== undefined) return match;
    const allow = found.flatMap(({ route }) => route.method === "GET" ? ["GET", "HEAD"] : [route.method]).join(", ");
    throw new ApiError(405, `Only ${allow} can be used here`, { allow });
  }
}

/** What stands in the place of `{name}`, decoded; "" where there is no such place, `null` when the path is another one. */
function subjectIn(pattern: string, path: string): string | null {
  if (!path.startsWith(API_ROOT)) return null;
  const rest = path.slice(API_ROOT.length);
  const [before, after] = pattern.split("{name}") as [string, string | undefined];
  if (after === undefined) return rest === before ? "" : null;
  if (!rest.startsWith(before) || !rest.endsWith(after) || rest.length <= before.length + after.length) return null;
  const part = rest.slice(before.length, rest.length - after.length);
  if (part.includes("/")) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** An answer that is none, and why. */
export function problem(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): ApiReply {
  const type = { "content-type": "application/problem+json" };
  return { status, headers: { ...headers, ...type }, body: JSON.stringify(problemDetails(status, detail)) };
}

function reply(answer: unknown): ApiReply {
  const body = JSON.stringify(answer);
  // A character has four octets at most in UTF-8 where it has two units here, else three.
  if (body.length * 3 > ANSWER_OCTETS_MAX && new TextEncoder().encode(body).length > ANSWER_OCTETS_MAX) {
    throw new ApiError(413, "The answer is too long; ask for less at a time");
  }
  return { status: 200, headers: { "content-type": "application/json" }, body };
}
