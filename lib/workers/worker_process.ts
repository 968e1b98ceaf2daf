import type { Order, Report } from "./messages.ts";

/** A worker in a process of its own, which belongs to its `WorkerSlot`. */
export interface WorkerProcess {
  /** Gives it an order, which is lost when it has ended. */
  send(order: Order): void;
  /** Ends it at once, whatever it does; in vain when it has ended. */
  kill(): void;
}

/** What a worker process calls. */
export interface WorkerEvents {
  /** It has something to tell. */
  reported(report: Report): void;
  /** It is no more; called once, after the last report. `how` is for the operator. */
  ended(how: string, exitCode: number): void;
}

/** Starts a worker process. */
export type SpawnWorker = (events: WorkerEvents) => WorkerProcess;
