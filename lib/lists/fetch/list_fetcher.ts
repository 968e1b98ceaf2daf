import type { FetchedText, FindAddresses, WantedSource } from "./fetch_source.ts";

/** Fetches lists: in a process of its own, or in this one. */
export interface ListFetcher {
  /**
   * Fetches a list, and writes its text to a file at `path`; see `fetchSource`.
   *
   * @throws {FetchError} when there is no text, or no whole one. What stands at `path` is of no use then.
   * @throws {FileError} when it cannot be written.
   */
  fetchText(wanted: WantedSource, path: string, options: FetchTextOptions): Promise<FetchedText>;
}

/** What fetching takes beside that. */
export interface FetchTextOptions {
  /** Finds the addresses of servers. */
  readonly findAddresses: FindAddresses;
  /** Ends it. */
  readonly signal: AbortSignal;
}
