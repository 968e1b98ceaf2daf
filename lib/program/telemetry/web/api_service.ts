import type { ApiRequest } from "../../../operator/admin/requests.ts";
import type { ApiResult } from "../../admin/serve_admin.ts";
import type { ApiServiceOptions, ServedApi } from "./api_options.ts";
import { ByHandKeeper } from "./by_hand_keeper.ts";

/** The API of a program that serves, for whoever asks over HTTP or over the admin socket. Nothing of it is loaded before somebody does. */
export class ApiService {
  readonly #options: ApiServiceOptions;
  readonly #byHand: ByHandKeeper;
  readonly #startedAtMs: number;
  #served: Promise<ServedApi> | null = null;

  /** See {@linkcode ApiServiceOptions}. */
  constructor(options: ApiServiceOptions) {
    this.#options = options;
    const { program, runtime: { wallClock }, log, inForce } = options;
    this.#byHand = new ByHandKeeper({ program, wallClock, log, config: () => inForce().config });
    this.#startedAtMs = wallClock.epochSeconds() * 1000;
  }

  /** Loads it. */
  served(): Promise<ServedApi> {
    return this.#served ??= this.#load();
  }

  /** Answers over the admin socket, where whoever may connect may do everything. */
  async answer({ method, path, body }: ApiRequest): Promise<ApiResult> {
    const { api } = await this.served();
    const mark = path.indexOf("?");
    const { status, body: text } = await api.answer({
      method,
      path: mark === -1 ? path : path.slice(0, mark),
      query: new URLSearchParams(mark === -1 ? "" : path.slice(mark + 1)),
      session: { name: "socket", scope: "admin", endsAtMs: null },
      readBody: () => Promise.resolve(body ?? undefined),
    });
    return { status, body: JSON.parse(text) };
  }

  /** Another configuration is followed. */
  follow(): void {
    this.#byHand.reloaded();
  }

  /** Nobody asks any more. */
  async stop(): Promise<void> {
    (await this.#served)?.context.watching.stop();
  }

  async #load(): Promise<ServedApi> {
    const { makeApi } = await import("./make_api.ts");
    return makeApi(this.#options, this.#byHand, this.#startedAtMs);
  }
}
