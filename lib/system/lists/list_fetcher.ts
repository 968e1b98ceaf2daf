import type { ListFetcher } from "../../lists/fetch/list_fetcher.ts";
import { fetchInProcess } from "./fetch_process.ts";

/**
 * Fetches lists in a process of its own where `--allow-run` is given, and else in this one.
 *
 * @param mainModule See `fetchInProcess`.
 */
export function denoListFetcher(mainModule: string): ListFetcher {
  return {
    async fetchText(wanted, path, options) {
      if (mayRun()) return await fetchInProcess(mainModule, wanted, path, options);
      const { fetchHere } = await import("./fetch_here.ts");
      return await fetchHere(wanted, path, options);
    },
  };
}

function mayRun(): boolean {
  return Deno.permissions.querySync({ name: "run", command: Deno.execPath() }).state === "granted";
}
