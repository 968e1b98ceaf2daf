import { type HttpClient, HttpError, type HttpResponse } from "../../base/http/http_client.ts";
import { parseIp } from "../../base/net/ip.ts";
import type { Network, Timers, WallClock } from "../../base/runtime.ts";
import type { FileWriter, WrittenFile } from "../../base/writable_files.ts";
import { dial } from "./dial.ts";
import { FetchError } from "./fetch_error.ts";
import { isRedirect, redirectTarget } from "./redirect.ts";
import { Patience } from "./patience.ts";
import { retryAfterMs } from "./retry_after.ts";
import { tooLong, writeText } from "./write_text.ts";

/** Redirects and all: a list of 256 MiB comes at 3.6 Mbit/s in this time. */
const TOTAL_MS = 600_000;
/** As long as our own answer may take; and more, for several questions. */
const NAME_MS = 15_000;
const CONNECT_MS = 15_000;
/** Some servers make the list when they are asked for it. */
const ANSWER_MS = 60_000;
const PAUSE_MS = 30_000;
/** A field of a server's that is kept, and sent back to it. */
const VALIDATOR_LENGTH_MAX = 1024;

/**
 * Finds the addresses of a server.
 *
 * @param name Its name, in text.
 * @param via The upstream group that is asked; `null` for the default one.
 * @throws {Error} when there is none to be had, with the reason.
 */
export type FindAddresses = (name: string, via: string | null) => Promise<readonly string[]>;

/** What sources are fetched with. */
export interface FetchOptions {
  /** Speaks HTTP. */
  readonly http: HttpClient;
  /** Where connections come from. */
  readonly network: Pick<Network, "connectStream">;
  /** Finds the addresses of servers. */
  readonly findAddresses: FindAddresses;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Servers tell the time, too. */
  readonly wallClock: WallClock;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What is to be fetched. */
export interface WantedSource {
  /** Where it stands. */
  readonly url: string;
  /** See `FindAddresses`. */
  readonly via: string | null;
  /** A bearer token for its server (RFC 6750 §2.1); `null` for none. */
  readonly token: string | null;
  /** Unpacked, at most. */
  readonly maxSizeOctets: number;
  /** What is known of the text that is there already; `null` without one. */
  readonly known: Validators | null;
}

/** What a server knows again by whether its list has changed (RFC 9110 §8.8). */
export interface Validators {
  /** The field ETag. */
  readonly etag: string | null;
  /** The field Last-Modified. */
  readonly lastModified: string | null;
}

/** What came of it; `null` when the text is still the one that is known. */
export type FetchedText = (Validators & WrittenFile) | null;

/**
 * Fetches a list, and writes its text to `into`, which is finished or discarded in any case. It is asked for once; it is not
 * judged but for what can be seen at its beginning.
 *
 * @throws {FetchError} when there is no text, or no whole one.
 * @throws {FileError} when it cannot be written.
 */
export async function fetchSource(
  wanted: WantedSource,
  into: FileWriter,
  options: FetchOptions,
): Promise<FetchedText> {
  const patience = new Patience(options.timers, TOTAL_MS, options.signal);
  try {
    const response = await request(wanted, patience, options);
    try {
      if (response.status === 304 && wanted.known !== null) return null;
      checkAnswer(response, wanted, options.wallClock);
      const more = () => patience.begin(PAUSE_MS, `nothing has come for ${PAUSE_MS / 1000} s`);
      more();
      await patience.until(writeText(response.body, { into, maxSizeOctets: wanted.maxSizeOctets, more }));
      const { sizeOctets, sha256 } = await into.finish();
      const etag = validator(response.header("etag"));
      return { etag, lastModified: validator(response.header("last-modified")), sizeOctets, sha256 };
    } finally {
      response.close();
    }
  } catch (error) {
    throw error instanceof HttpError ? new FetchError(error.message, { cause: error }) : error;
  } finally {
    patience.stop();
    await into.discard();
  }
}

/** Follows redirects to an answer that is none. */
async function request(wanted: WantedSource, patience: Patience, options: FetchOptions): Promise<HttpResponse> {
  const before = [new URL(wanted.url)];
  for (;;) {
    const url = before.at(-1)!;
    // The token is for the server that the configuration names.
    const token = url.origin === before[0]!.origin ? wanted.token : null;
    const response = await requestOnce(url, token, wanted, patience, options);
    if (!isRedirect(response.status)) return response;
    response.close();
    before.push(redirectTarget(before, response.header("location")));
  }
}

async function requestOnce(
  url: URL,
  token: string | null,
  { known, via }: WantedSource,
  patience: Patience,
  options: FetchOptions,
): Promise<HttpResponse> {
  const { http } = options;
  const { signal } = patience;
  const addresses = await addressesOf(url, via, patience, options);
  patience.begin(CONNECT_MS, `its server does not answer within ${CONNECT_MS / 1000} s`);
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  const connection = await dial(addresses, port, { ...options, signal });
  patience.begin(ANSWER_MS, `its server has not answered for ${ANSWER_MS / 1000} s`);
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(known !== null && known.etag !== null && { "if-none-match": known.etag }),
    ...(known !== null && known.lastModified !== null && { "if-modified-since": known.lastModified }),
  };
  return await patience.until(http.get({ url, connection, headers, signal }));
}

async function addressesOf(
  url: URL,
  via: string | null,
  patience: Patience,
  { findAddresses }: FetchOptions,
): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (parseIp(host) !== null) return [host];
  patience.begin(NAME_MS, `the address of ${host} is not found within ${NAME_MS / 1000} s`);
  try {
    return await patience.until(findAddresses(host, via));
  } catch (error) {
    if (error instanceof FetchError || !(error instanceof Error)) throw error;
    throw new FetchError(`the address of ${host} is not found: ${error.message}`, { cause: error });
  }
}

function checkAnswer(response: HttpResponse, { maxSizeOctets }: WantedSource, wallClock: WallClock): void {
  const { status } = response;
  if (status !== 200) {
    throw new FetchError(`its server answers with status ${status}`, {
      retryAfterMs: retryAfterMs(response.header("retry-after"), wallClock.epochSeconds()),
      // 408 and 429 are about the moment, the others of that hundred about the request.
      isFinal: status >= 400 && status < 500 && status !== 408 && status !== 429,
    });
  }
  const type = (response.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type === "text/html" || type === "application/xhtml+xml") {
    throw new FetchError("it is a web page, not a list", { isFinal: true });
  }
  // Nothing is packed for the way where the length is told.
  if (Number(response.header("content-length") ?? 0) > maxSizeOctets) throw tooLong(maxSizeOctets);
}

/** What is too long, or could not be sent back, is not kept. */
function validator(value: string | null): string | null {
  return value !== null && value.length <= VALIDATOR_LENGTH_MAX && /^[\x21-\x7e][\x20-\x7e]*$/.test(value)
    ? value
    : null;
}
