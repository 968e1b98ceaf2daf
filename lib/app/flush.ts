import type { Timers } from "../base/runtime.ts";
import type { CacheStore } from "../cache/store/cache_store.ts";
import type { FlushRequest } from "../operator/admin/requests.ts";
import { nameFromText } from "../wire/name.ts";

/** Forgets what is remembered. Returns how many answers and failures that was. */
export async function flush(
  { name, below }: FlushRequest,
  { store, timers }: { readonly store: CacheStore | null; readonly timers: Timers },
): Promise<number> {
  if (store === null) return 0;
  if (name === null) {
    const { count } = store;
    store.clear();
    return count;
  }
  const removal = store.removal(nameFromText(name), below);
  while (removal.step()) await pause(timers);
  return removal.removedCount;
}

/** Others have their turn. */
function pause(timers: Timers): Promise<void> {
  return new Promise((resolve) => void timers.start(0, resolve));
}
