import type { HistoryOrder, HistoryReport } from "../../telemetry/history/history_thread.ts";
import { answerQuestion } from "./answer_question.ts";
import { HistoryFolder } from "./history_folder.ts";

const LINE_FEED = "\n";

/**
 * The side that keeps the history. Returns what follows an order.
 *
 * @param report Says what has come of it.
 */
export function historyServer(report: (report: HistoryReport) => void): (order: HistoryOrder) => void {
  let begun: { folder: string; octetsMax: number } | null = null;
  let folder: HistoryFolder | null = null;
  const opened = (): HistoryFolder => {
    // A folder that cannot be made may be one soon.
    const tell = (message: string) => report({ kind: "told", message });
    return folder ??= new HistoryFolder(begun!.folder, begun!.octetsMax, tell);
  };
  return (order) => {
    if (order.kind === "begin") begun = order;
    else if (order.kind === "limit") {
      begun = { folder: begun!.folder, octetsMax: order.octetsMax };
      folder?.limit(order.octetsMax);
    } else if (order.kind === "rows") {
      const error = textOfError(() => opened().add(linesOf(order.octets), Date.now()));
      // What is wrong with the disk may be over when the file is opened anew.
      if (error !== null) textOfError(() => folder?.close());
      report({ kind: "taken", error, oldestMs: folder?.oldestMs ?? null });
    } else if (order.kind === "ask") {
      let answer = null;
      const error = textOfError(() => {
        answer = answerQuestion(opened(), order.question, () => performance.now());
      });
      report({ kind: "answer", id: order.id, answer, error });
    } else {
      textOfError(() => folder?.close());
      report({ kind: "stopped" });
    }
  };
}

function linesOf(octets: Uint8Array<ArrayBuffer>): string[] {
  return new TextDecoder().decode(octets).split(LINE_FEED).slice(0, -1);
}

function textOfError(make: () => unknown): string | null {
  try {
    make();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
