import { type FetchedText, fetchSource, type WantedSource } from "../../lists/fetch/fetch_source.ts";
import type { FetchTextOptions } from "../../lists/fetch/list_fetcher.ts";
import { DENO_WRITABLE_FILES } from "../deno_writable_files.ts";
import { denoHttpClient } from "../network/http_client.ts";
import { DENO_NETWORK } from "../network/deno_network.ts";

/** Fetches a list in this process; see `ListFetcher`. */
export async function fetchHere(wanted: WantedSource, path: string, options: FetchTextOptions): Promise<FetchedText> {
  return await fetchSource(wanted, await DENO_WRITABLE_FILES.create(path), {
    ...options,
    http: denoHttpClient(),
    network: DENO_NETWORK,
    timers: {
      start(delayMs, callback) {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    },
    wallClock: { epochSeconds: () => Math.floor(Date.now() / 1000) },
  });
}
