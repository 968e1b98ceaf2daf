import { FileError, type Files } from "../../../base/files.ts";
import type { Digests } from "../../../base/random/digests.ts";
import type { Clock, RandomSource, Timers } from "../../../base/runtime.ts";
import { WatchedPaths } from "../../../base/watched_paths.ts";
import type { WritableFiles } from "../../../base/writable_files.ts";
import type { Log } from "../../../observe/log.ts";
import { drawToken, readTokens, type Token } from "../../../web/auth/tokens.ts";

/** A thousand tokens have less. */
const OCTETS_MAX = 256 * 1024;
/** What the first token is called. */
const FIRST_NAME = "first";

/** What stands at the top of a file that is made. */
const HEAD =
  "# Who may use the page of dns-forwarder and its API: a name, a scope (read or admin), a token or sha256:<digest>.\n" +
  "# A change counts at once; without its line a token and its logins are worth nothing. Others: dns-forwarder token\n";

/** What a file of tokens is kept with. */
export interface TokenFileOptions {
  /** An absolute path. */
  readonly path: string;
  /** Where it is read. */
  readonly files: Files;
  /** Where it is made. */
  readonly writableFiles: WritableFiles;
  /** What tokens are compared by. */
  readonly digests: Digests;
  /** The world outside. */
  readonly runtime: { readonly clock: Clock; readonly timers: Timers; readonly random: RandomSource };
  /** Where the operator reads. The tokens are not told there. */
  readonly log: Log;
}

/** A file of tokens, as it is now. */
export class TokenFile {
  readonly #options: TokenFileOptions;
  readonly #watched: WatchedPaths;
  #tokens: readonly Token[] = [];
  #isStopped = false;

  /** See {@linkcode TokenFileOptions}. */
  constructor(options: TokenFileOptions) {
    this.#options = options;
    const { files, runtime } = options;
    this.#watched = new WatchedPaths({ ...runtime, files, onChange: () => void this.#readAgain() });
  }

  /** Those that can be used. */
  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  /** Reads it, makes it with one token if it is not there, and follows it from now on. What cannot be done is told. */
  async begin(): Promise<void> {
    const { path, files, log } = this.#options;
    try {
      if (await files.stat(path) === null) await this.#make();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      log.error(`Cannot make ${path} (admin.token-file): ${error.message}; nobody can use the page until it is there`);
    }
    await this.#read();
    if (!this.#isStopped) this.#watched.watch([path]);
  }

  /** Follows it no more. */
  stop(): void {
    this.#isStopped = true;
    this.#watched.stop();
  }

  async #make(): Promise<void> {
    const { path, writableFiles, runtime, log } = this.#options;
    const text = `${HEAD}${FIRST_NAME} admin ${drawToken(runtime.random)}\n`;
    await writableFiles.makeFolder(path.slice(0, path.lastIndexOf("/")) || "/");
    const unfinished = `${path}.new`;
    const writer = await writableFiles.create(unfinished);
    try {
      await writer.write(new TextEncoder().encode(text));
      await writer.finish();
    } catch (error) {
      await writer.discard();
      throw error;
    }
    await writableFiles.replace(unfinished, path);
    log.info(`made ${path} with the first token for the page; whoever may read that file finds it there`);
  }

  async #readAgain(): Promise<void> {
    const before = this.#tokens;
    await this.#read();
    const { path, log } = this.#options;
    const { length } = this.#tokens;
    if (this.#isStopped || this.#tokens === before) return;
    log.info(`${path} has ${length === 0 ? "no token" : length === 1 ? "1 token" : `${length} tokens`} now`);
  }

  async #read(): Promise<void> {
    const { path, files, digests, log } = this.#options;
    try {
      const info = await files.stat(path);
      // Who takes it away takes all tokens away.
      if (info === null) return this.#use([]);
      const text = new TextDecoder().decode(await files.read(path, OCTETS_MAX));
      const { tokens, problems } = readTokens(text, digests);
      for (const problem of problems) log.warn(`${path}: ${problem}`);
      if (info.isPublic) {
        log.warn(`${path}: every user of this machine may read the tokens; chmod 600 keeps them secret`);
      }
      this.#use(tokens);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // It may be a moment without the right to read it; whoever had a token has it still.
      log.error(
        `Cannot read ${path} (admin.token-file): ${error.message}; going on with ${this.#tokens.length} tokens`,
      );
    }
  }

  #use(tokens: readonly Token[]): void {
    this.#tokens = tokens;
  }
}
