import type { HistoryOrder, HistoryReport } from "../../telemetry/history/history_thread.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

/** Rows that are written down without a pause: some hundred, a millisecond or two. */
const PART_OCTETS = 16_384;
const LINE_FEED = 0x0a;

/** Keeps the history in this thread, a little at a time. Returns what follows an order; they are followed one after the other. */
export function historyHere(reported: (report: HistoryReport) => void): (order: HistoryOrder) => void {
  const loaded = import("./serve_history.ts");
  let last: Promise<unknown> = loaded;
  let taken: HistoryReport | null = null;
  const server = loaded.then(({ historyServer }) =>
    historyServer((report) => {
      // Of a buffer in parts there is one report.
      if (report.kind !== "taken") reported(report);
      else if (taken === null || taken.kind !== "taken" || taken.error === null) taken = report;
    })
  );
  const follow = async (order: HistoryOrder) => {
    const serve = await server;
    if (order.kind !== "rows") return serve(order);
    for (const octets of partsOf(order.octets)) {
      serve({ kind: "rows", octets });
      await new Promise<void>((resolve) => void PROCESS_LOOP.start(0, resolve));
    }
    const report = taken;
    taken = null;
    if (report !== null) reported(report);
  };
  return (order) => void (last = last.then(() => follow(order)));
}

function* partsOf(octets: Uint8Array<ArrayBuffer>): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < octets.length;) {
    const end = octets.indexOf(LINE_FEED, Math.min(at + PART_OCTETS, octets.length - 1)) + 1;
    yield octets.subarray(at, end === 0 ? octets.length : end);
    at = end === 0 ? octets.length : end;
  }
}
