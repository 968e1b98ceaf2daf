import type { HistoryOrder, HistoryReport, StartHistory } from "../../telemetry/history/history_thread.ts";
import { historyHere } from "./history_here.ts";
import { HISTORY_THREAD, READY } from "./history_worker.ts";

/**
 * Keeps the history in a thread of its own, where the program may be read once more, and else bit by bit in this one. A database
 * takes 10 µs for a row and stops for 100 ms at times: answers are not to wait for that. Another process would take a right more, and
 * as much memory again.
 *
 * @param mainModule The URL of main.ts, or of what it was bundled into.
 */
export function denoHistory(mainModule: string): StartHistory {
  return ({ reported, ended }) => {
    let waiting: HistoryOrder[] | null = [];
    let post: (order: HistoryOrder) => void = () => {};
    const begin = (to: (order: HistoryOrder) => void) => {
      post = to;
      const orders = waiting ?? [];
      waiting = null;
      orders.forEach(to);
    };
    if (!mayReadAgain(mainModule)) {
      begin(historyHere(reported));
      return { send: (order) => post(order), end: () => {} };
    }
    const worker = new Worker(mainModule, { type: "module", name: HISTORY_THREAD });
    worker.onmessage = ({ data }: MessageEvent<HistoryReport | typeof READY>) => {
      if (data !== READY) return reported(data);
      begin((order) => worker.postMessage(order, order.kind === "rows" ? [order.octets.buffer] : []));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      ended(event.message);
    };
    return {
      send: (order) => waiting === null ? post(order) : void waiting.push(order),
      end: () => worker.terminate(),
    };
  };
}

/** What is compiled brings its modules along. */
function mayReadAgain(mainModule: string): boolean {
  if (Deno.build.standalone || !mainModule.startsWith("file:")) return true;
  return Deno.permissions.querySync({ name: "read", path: new URL(mainModule) }).state === "granted";
}
