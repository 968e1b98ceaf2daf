import { FileError } from "../../base/files.ts";
import { FetchError } from "../../lists/fetch/fetch_error.ts";
import type { FetchedText, WantedSource } from "../../lists/fetch/fetch_source.ts";
import type { FetchTextOptions } from "../../lists/fetch/list_fetcher.ts";
import { linesOf } from "../process/lines.ts";

/** The program's only argument when it fetches a list. Nobody gives it by hand: what is wanted comes through standard input. */
export const FETCH_ARGUMENT = "fetch-list";

/** What the process is told, a line each: first what is wanted, then what it asks for. */
type Told =
  | { readonly kind: "fetch"; readonly wanted: WantedSource; readonly path: string }
  | { readonly kind: "found"; readonly addresses: readonly string[] }
  | { readonly kind: "not found"; readonly reason: string };

/** What the process tells, a line each. Its last one is how it ended. */
type Tells =
  | { readonly kind: "find"; readonly name: string; readonly via: string | null }
  | { readonly kind: "fetched"; readonly text: FetchedText }
  | { readonly kind: "failed"; readonly why: string; readonly isFile: boolean; readonly how: FailureHow };

type FailureHow = Pick<FetchError, "isFinal" | "retryAfterMs">;

/**
 * Starts the program once more to fetch a list, see `ListFetcher`: what comes of strangers, and what it takes of memory and time, is
 * another process's. It may use the network, and write to the folder of `path`.
 *
 * @param mainModule The URL of main.ts, or of what it was bundled into.
 */
export async function fetchInProcess(
  mainModule: string,
  wanted: WantedSource,
  path: string,
  { findAddresses, signal }: FetchTextOptions,
): Promise<FetchedText> {
  signal.throwIfAborted();
  const io = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(Deno.execPath(), { args: processArgs(mainModule, path), signal, ...io }).spawn();
  const writer = child.stdin.getWriter();
  // Its end shows in what it tells.
  const tell = (told: Told) => void writer.write(lineOf(told)).catch(() => {});
  tell({ kind: "fetch", wanted, path });
  let last: Tells | null = null;
  for await (const line of linesOf(child.stdout)) {
    const tells = last = JSON.parse(line) as Tells;
    if (tells.kind !== "find") continue;
    findAddresses(tells.name, tells.via).then(
      (addresses) => tell({ kind: "found", addresses }),
      (error: unknown) => tell({ kind: "not found", reason: error instanceof Error ? error.message : `${error}` }),
    );
  }
  const { code, signal: killedBy } = await child.status;
  await writer.abort().catch(() => {});
  if (last?.kind === "fetched") return last.text;
  if (last?.kind !== "failed") throw new FetchError(`its process has ended (${killedBy ?? `exit code ${code}`})`);
  throw last.isFile ? new FileError(last.why) : new FetchError(last.why, last.how);
}

/** The side of the process that fetches. Resolves to the exit code. */
export async function fetchForParent(): Promise<number> {
  const lines = linesOf(Deno.stdin.readable);
  const { value, done } = await lines.next();
  if (done) return 0;
  const { wanted, path } = JSON.parse(value) as Told & { readonly kind: "fetch" };
  let answered: (told: Told) => void = () => {};
  const findAddresses = (name: string, via: string | null) => {
    return new Promise<readonly string[]>((resolve, reject) => {
      answered = (told) => {
        if (told.kind === "found") resolve(told.addresses);
        else if (told.kind === "not found") reject(new Error(told.reason));
      };
      tellParent({ kind: "find", name, via });
    });
  };
  const fetching = outcomeOf(wanted, path, findAddresses).then(tellParent);
  const listening = (async () => {
    for await (const line of lines) answered(JSON.parse(line) as Told);
  })();
  // Nobody waits for what comes of it when there is no parent any more.
  await Promise.race([fetching, listening]);
  return 0;
}

async function outcomeOf(
  wanted: WantedSource,
  path: string,
  findAddresses: FetchTextOptions["findAddresses"],
): Promise<Tells> {
  try {
    const { fetchHere } = await import("./fetch_here.ts");
    const { signal } = new AbortController();
    return { kind: "fetched", text: await fetchHere(wanted, path, { findAddresses, signal }) };
  } catch (error) {
    const why = error instanceof Error ? error.message : `${error}`;
    const { isFinal, retryAfterMs } = error instanceof FetchError ? error : { isFinal: true, retryAfterMs: null };
    return { kind: "failed", why, isFile: error instanceof FileError, how: { isFinal, retryAfterMs } };
  }
}

function tellParent(tells: Tells): void {
  try {
    Deno.stdout.writeSync(lineOf(tells));
  } catch {
    // There is no parent any more.
  }
}

function lineOf(said: Told | Tells): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${JSON.stringify(said)}\n`);
}

function processArgs(mainModule: string, path: string): string[] {
  if (Deno.build.standalone) return [FETCH_ARGUMENT];
  const folder = path.replace(/\/[^/]*$/, "");
  // A comma in a path is written twice.
  const permissions = ["--no-prompt", "--allow-net", `--allow-write=${folder.replaceAll(",", ",,")}`];
  // A bundle has its packages in itself; a deno.json somewhere above it is another program's.
  const config = mainModule.endsWith(".ts") ? [] : ["--no-config", "--no-lock", "--unstable-net"];
  return ["run", ...permissions, ...config, mainModule, FETCH_ARGUMENT];
}
