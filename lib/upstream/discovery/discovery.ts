import { clamp } from "../../base/clamp.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import type { Response } from "../../response/response.ts";
import { decode, type Message } from "../../wire/message.ts";
import { endpointText, type PlainEndpoint, type SecureEndpoint } from "../endpoint.ts";
import type { Request } from "../request.ts";
import { candidatesOf } from "./candidates.ts";
import { readDesignations } from "./designations.ts";
import { discoveryRequest } from "./discovery_request.ts";
import { Leaving } from "./leaving.ts";

/** Bounds of how long what was found is gone by, in seconds. */
const TTL_SECONDS = { min: 60, max: 86_400 };
/** After how long a server of which nothing was found is asked again; after twice as long each time. */
const RETRY_MS = { first: 60_000, max: 3_600_000 };
/** How often it is looked whether who was found still answers. */
const WATCH_MS = 2000;

/** Who can be asked. */
export interface Asked {
  /** What it is called in messages. */
  readonly name: string;
  /** Whether it is not expected to answer anything. */
  readonly isKnownBad: boolean;
  /** Asks. */
  ask(request: Request): PromiseLike<Response>;
}

/** Somebody who was opened to be asked. */
export interface Opened<A extends Asked> {
  /** Who. */
  readonly upstream: A;
  /** It is asked no more. */
  close(): void;
}

/** What a discovery is made from. */
export interface DiscoveryOptions<A extends Asked> extends Pick<Services, "clock" | "deadlines" | "log"> {
  /** The server that the operator has named. */
  readonly plain: Asked;
  /** Where it is. */
  readonly endpoint: PlainEndpoint;
  /** Opens a way to ask it that it says is its own. */
  readonly open: (endpoint: SecureEndpoint) => Opened<A>;
  /** Who is asked in its place from now on; `null`: it is asked itself. */
  readonly use: (upstream: A | null) => void;
}

/**
 * Finds out how else a server can be asked, and has it asked so (RFC 9462). Whom it names is believed if he shows a certificate
 * for the address that the operator has named: verified discovery, and no other. Until then, and when nobody is found, the
 * server itself is asked in the clear, for that is what the operator has said.
 */
export class Discovery<A extends Asked> {
  readonly #options: DiscoveryOptions<A>;
  readonly #next = new Alarm(() => void this.#look());
  readonly #watch = new Alarm(() => this.#watchFound());
  readonly #leaving: Leaving;
  #found: { readonly opened: Opened<A>; readonly text: string } | null = null;
  #whyNot = "it has not said yet how else it can be asked";
  #retryMs = RETRY_MS.first;
  /** Each look has another one: what comes of a look that was given up does not count. */
  #turn: object | null = null;

  /** See {@linkcode DiscoveryOptions}. */
  constructor(options: DiscoveryOptions<A>) {
    this.#options = options;
    this.#leaving = new Leaving(options);
  }

  /** Why the server is asked in the clear; `null` while it is not. */
  get whyNot(): string | null {
    return this.#found === null ? this.#whyNot : null;
  }

  /** Begins to look. */
  start(): void {
    void this.#look();
  }

  /** Begins anew: there may be another server at the address. */
  reset(): void {
    this.#leave();
    this.#retryMs = RETRY_MS.first;
    void this.#look();
  }

  /** Nobody is looked for any more, and whoever was found is not asked. */
  close(): void {
    const { deadlines } = this.#options;
    this.#turn = null;
    deadlines.cancel(this.#next);
    deadlines.cancel(this.#watch);
    this.#found?.opened.close();
    this.#found = null;
    this.#leaving.close();
  }

  async #look(): Promise<void> {
    const { clock, plain, endpoint } = this.#options;
    const turn = this.#turn = {};
    let message: Message;
    try {
      message = decode((await plain.ask(discoveryRequest(clock.nowMs()))).octets);
    } catch (error) {
      // What was found before is gone by until somebody says otherwise.
      if (turn === this.#turn) this.#lookAgain(`it does not say how else it can be asked (${told(error)})`);
      return;
    }
    if (turn !== this.#turn) return;
    const candidates = candidatesOf(endpoint, readDesignations(message));
    let whyNot = "it names no way to ask it that is spoken here";
    for (const candidate of candidates) {
      const failure = await this.#try(candidate, turn);
      if (turn !== this.#turn) return;
      if (failure === null) {
        this.#retryMs = RETRY_MS.first;
        const ttls = message.answers.map(({ ttl }) => ttl);
        return this.#schedule(1000 * clamp(Math.min(...ttls), TTL_SECONDS));
      }
      whyNot = failure;
    }
    this.#leave();
    this.#lookAgain(whyNot);
  }

  /** Has this one asked, if he answers. Returns why not, in words; `null` if he is asked from now on. */
  async #try(endpoint: SecureEndpoint, turn: object): Promise<string | null> {
    const { clock, open } = this.#options;
    const text = endpointText(endpoint);
    if (text === this.#found?.text && !this.#found.opened.upstream.isKnownBad) return null;
    let opened: Opened<A> | null = null;
    try {
      opened = open(endpoint);
      await opened.upstream.ask(discoveryRequest(clock.nowMs()));
    } catch (error) {
      opened?.close();
      return told(error);
    }
    if (turn === this.#turn) this.#enter(opened, text);
    else opened.close();
    return null;
  }

  #enter(opened: Opened<A>, text: string): void {
    const { plain, use, log, clock, deadlines } = this.#options;
    if (this.#found !== null) this.#leaving.add(this.#found.opened);
    this.#found = { opened, text };
    log.info(
      `upstream ${plain.name} is asked as ${opened.upstream.name}, which it says is its own, and which has proved it`,
    );
    use(opened.upstream);
    deadlines.cancel(this.#watch);
    deadlines.schedule(this.#watch, clock.nowMs() + WATCH_MS);
  }

  /** From now on the server itself is asked. */
  #leave(): void {
    if (this.#found === null) return;
    const { use, deadlines } = this.#options;
    deadlines.cancel(this.#watch);
    this.#leaving.add(this.#found.opened);
    this.#found = null;
    use(null);
  }

  #watchFound(): void {
    const { clock, deadlines } = this.#options;
    const { upstream } = this.#found!.opened;
    if (!upstream.isKnownBad) return deadlines.schedule(this.#watch, clock.nowMs() + WATCH_MS);
    this.#turn = null;
    this.#leave();
    this.#lookAgain(`${upstream.name} does not answer`);
  }

  #lookAgain(whyNot: string): void {
    const { plain, log } = this.#options;
    if (this.#found === null && whyNot !== this.#whyNot) {
      log.warn(`upstream ${plain.name} is asked in the clear: ${whyNot}`);
    }
    this.#whyNot = whyNot;
    this.#schedule(this.#retryMs);
    this.#retryMs = Math.min(RETRY_MS.max, 2 * this.#retryMs);
  }

  #schedule(delayMs: number): void {
    const { clock, deadlines } = this.#options;
    deadlines.cancel(this.#next);
    deadlines.schedule(this.#next, clock.nowMs() + delayMs);
  }
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
