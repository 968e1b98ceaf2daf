import type { Timers } from "../base/runtime.ts";
import { AdminError } from "../operator/admin/admin_error.ts";
import type { WorkRequest } from "../operator/admin/requests.ts";
import type { DoneReport, Order } from "./messages.ts";

/** An explanation takes as long as a query may, 10 s at most; to forget all names takes less. */
const PATIENCE_MS = 20_000;

/** Who is told what is to be done. */
interface Sender {
  send(order: Order): void;
}

interface Errand {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AdminError) => void;
  readonly cancel: () => void;
}

/** What a worker was asked to do for the operator, until it has told what has come of it. */
export class Errands {
  readonly #timers: Timers;
  readonly #worker: () => Sender | null;
  readonly #open = new Map<number, Errand>();
  #lastId = 0;

  /** `worker` gives the one that serves, if one does. */
  constructor(timers: Timers, worker: () => Sender | null) {
    this.#timers = timers;
    this.#worker = worker;
  }

  /**
   * Lets the worker do something. Resolves to what comes of it.
   *
   * @throws {AdminError} when no worker serves, it fails, takes too long, or the worker dies.
   */
  ask(request: WorkRequest): Promise<unknown> {
    const worker = this.#worker();
    if (worker === null) return Promise.reject(new AdminError("no worker serves"));
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const cancel = this.#timers.start(PATIENCE_MS, () => {
      this.#open.delete(id);
      reject(new AdminError("the worker does not answer"));
    });
    this.#open.set(id, { resolve, reject, cancel });
    worker.send({ kind: "do", id, request });
    return promise;
  }

  /** The worker has told what has come of it. */
  done({ id, result, error }: DoneReport): void {
    const errand = this.#open.get(id);
    if (errand === undefined) return;
    this.#open.delete(id);
    errand.cancel();
    if (error === null) errand.resolve(result);
    else errand.reject(new AdminError(error));
  }

  /** The worker is no more. */
  abandon(): void {
    for (const id of [...this.#open.keys()]) this.done({ kind: "done", id, error: "the worker has died" });
  }
}
