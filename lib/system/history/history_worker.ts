import type { HistoryOrder, HistoryReport } from "../../telemetry/history/history_thread.ts";

/** What the thread is called that keeps the history; no other has a name. */
export const HISTORY_THREAD = "history";

/** What it says first: that it hears. */
export const READY = "ready";

/** A thread of its own, as far as it is used here. */
interface ThreadScope {
  readonly name?: string;
  onmessage: ((event: MessageEvent<HistoryOrder>) => void) | null;
  postMessage(message: HistoryReport | typeof READY): void;
  close(): void;
}

/** Whether this is that thread. */
export function isHistoryThread(): boolean {
  return "WorkerGlobalScope" in globalThis && (globalThis as unknown as ThreadScope).name === HISTORY_THREAD;
}

/** The thread's side: does as it is told until nothing comes any more. */
export async function serveHistoryThread(): Promise<void> {
  const scope = globalThis as unknown as ThreadScope;
  const { historyServer } = await import("./serve_history.ts");
  const follow = historyServer((report) => {
    scope.postMessage(report);
    if (report.kind === "stopped") scope.close();
  });
  scope.onmessage = ({ data }) => follow(data);
  scope.postMessage(READY);
}
