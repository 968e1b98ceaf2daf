import type { HttpPeer } from "../base/http/http_server.ts";
import { octetsOf } from "../base/net/zone.ts";
import type { Timers } from "../base/runtime.ts";
import type { LoginBody, SessionAnswer } from "./api/answers.ts";
import { type Api, API_ROOT, type ApiReply, type ApiRequest, problem } from "./api/api.ts";
import { ApiError } from "./api/api_error.ts";
import type { eventStream } from "./api/live/event_stream.ts";
import { readFields } from "./api/values.ts";
import type { Gate, Verdict } from "./auth/gate.ts";
import type { Logins } from "./auth/logins.ts";
import { ALWAYS, NOT_KEPT } from "./headers.ts";
import { assetResponse, type PageAsset } from "./page/assets.ts";
import { discardBody, jsonBody } from "./request_body.ts";

/** Octets of the body of a login. */
const LOGIN_OCTETS_MAX = 4096;
const SAFE_METHODS: readonly string[] = ["GET", "HEAD"];
/** What a program has to send (RFC 6750 §3). */
const CHALLENGE: Readonly<Record<string, string>> = { "www-authenticate": 'Bearer realm="dns-forwarder"' };

/** What requests are answered with. */
export interface WebHandlerOptions {
  /** Checks each of them. */
  readonly gate: Gate;
  /** Answers those who are known. */
  readonly api: Api;
  /** Logs people in. */
  readonly logins: Logins;
  /** The files of the page, by path. They are for everybody, and tell nothing. */
  readonly page: ReadonlyMap<string, PageAsset>;
  /** Whether TLS is spoken here. */
  readonly isSecure: boolean;
  /** Whether a proxy says whom requests are from. */
  readonly isBehindProxy: boolean;
  /** What pauses are made with. */
  readonly timers: Timers;
}

/** Answers whatever comes over HTTP: there is no other way in. */
export class WebHandler {
  readonly #options: WebHandlerOptions;

  /** See {@linkcode WebHandlerOptions}. */
  constructor(options: WebHandlerOptions) {
    this.#options = options;
  }

  /** Answers a request. The check is the first thing that is done with it, whatever it asks for. */
  readonly handle = async (request: Request, peer: HttpPeer): Promise<Response> => {
    const verdict = this.#options.gate.check(request);
    const response = await this.#answer(verdict, request, peer).catch((error) => {
      return responseOf(this.#options.api.failure(error), request);
    });
    await discardBody(request, this.#options.timers);
    for (const [name, value] of Object.entries(ALWAYS)) response.headers.set(name, value);
    return response;
  };

  async #answer(verdict: Verdict, request: Request, peer: HttpPeer): Promise<Response> {
    if (verdict.kind === "refused") {
      const headers = verdict.status === 401 ? CHALLENGE : {};
      return responseOf(problem(verdict.status, verdict.detail, headers), request);
    }
    const url = new URL(request.url);
    const path = url.pathname;
    const isSafe = SAFE_METHODS.includes(request.method);
    const asset = this.#options.page.get(path);
    if (asset !== undefined && isSafe) return assetResponse(asset, request);
    if (request.method === "POST" && !isJson(request)) {
      throw new ApiError(415, "What changes something takes content-type: application/json");
    }
    if (path === `${API_ROOT}login` && request.method === "POST") return await this.#login(request, peer);
    if (path === `${API_ROOT}logout` && request.method === "POST") return this.#logout(request);
    if (verdict.kind === "stranger") throw new ApiError(401, "It takes a token, or a login to the page", CHALLENGE);
    const { token: { name, scope }, login } = verdict;
    const session = { name, scope, endsAtMs: login === null ? null : login.endsAtSeconds * 1000 };
    return await this.#answerKnown(request, peer, { path, query: url.searchParams, session });
  }

  async #answerKnown(
    request: Request,
    peer: HttpPeer,
    known: Pick<ApiRequest, "path" | "query" | "session">,
  ): Promise<Response> {
    const { api, timers } = this.#options;
    const { method } = request;
    const readBody = (octetsMax: number) => jsonBody(request, octetsMax, timers);
    const { route, call } = await api.prepare({ ...known, method, readBody });
    if (route.hasEvents !== true) return responseOf(await api.run(route, call), request);
    const headers = { ...NOT_KEPT, "content-type": "text/event-stream" };
    if (method === "HEAD") return new Response(null, { headers });
    const { body, close } = route.run(call) as ReturnType<typeof eventStream>;
    // When the other side is gone, whoever sends the stream cancels it.
    peer.closing.addEventListener("abort", close, { once: true });
    return new Response(body, { headers });
  }

  async #login(request: Request, peer: HttpPeer): Promise<Response> {
    const { logins, timers } = this.#options;
    const body = await jsonBody(request, LOGIN_OCTETS_MAX, timers);
    const fields = [{ name: "token", about: "The token.", kind: "text", isRequired: true }] as const;
    const { token } = readFields(fields, body ?? {}) as unknown as LoginBody;
    const outcome = logins.begin(token, this.#addressOf(request, peer), this.#isSecure(request));
    if (outcome.kind === "wait") {
      const headers = { "retry-after": String(outcome.seconds) };
      throw new ApiError(429, `Too early behind a login that has failed; ${outcome.seconds} s are left`, headers);
    }
    if (outcome.kind === "wrong") throw new ApiError(401, "There is no such token", CHALLENGE);
    const { token: { name, scope }, endsAtSeconds } = outcome.login;
    const session: SessionAnswer = { name, scope, endsAtMs: endsAtSeconds * 1000 };
    return Response.json(session, { headers: { ...NOT_KEPT, "set-cookie": outcome.cookie } });
  }

  #logout(request: Request): Response {
    const headers = { ...NOT_KEPT, "set-cookie": this.#options.logins.end(this.#isSecure(request)) };
    return new Response(null, { status: 204, headers });
  }

  /** A proxy appends whom it has seen to what its client says: the last one is true. */
  #addressOf({ headers }: Request, { address }: HttpPeer): string {
    if (!this.#options.isBehindProxy) return address.hostname;
    const said = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "";
    return octetsOf(said) === null ? address.hostname : said;
  }

  #isSecure({ headers }: Request): boolean {
    const { isSecure, isBehindProxy } = this.#options;
    return isSecure || (isBehindProxy && /^https$/i.test(headers.get("x-forwarded-proto") ?? ""));
  }
}

/** A page of somebody else cannot send that without asking first, which nobody here answers. */
function isJson({ headers }: Request): boolean {
  return /^application\/json *(?:;|$)/i.test(headers.get("content-type") ?? "");
}

function responseOf({ status, headers, body }: ApiReply, { method }: Request): Response {
  return new Response(method === "HEAD" ? null : body, { status, headers: { ...NOT_KEPT, ...headers } });
}
