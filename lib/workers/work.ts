import type { TlsMaterial } from "../server/certificates/tls_material.ts";
import type { Status } from "../operator/status.ts";
import type { ByHand } from "../operator/by_hand.ts";
import type { ClientName } from "../operator/client_name.ts";
import type { Pause } from "../lists/schedule/pause.ts";
import type { FullConfig } from "../config/config.ts";
import type { Prepared } from "../reload/reload_target.ts";
import type { ExplainRequest, FlushRequest, WorkRequest } from "../operator/admin/requests.ts";
import type { Follower } from "./follower.ts";
import type { DoOrder, Order, PrepareOrder, Report, StartOrder } from "./messages.ts";

/** The program in a worker, once it serves. */
export interface ServingProgram {
  /** How it is doing. */
  readonly state: Status;
  /**
   * Makes ready to follow another configuration.
   *
   * @throws {Error} when it cannot be followed, with the reason for the operator.
   */
  prepare(config: FullConfig, material: TlsMaterial): Prepared | Promise<Prepared>;
  /** See `App.show`. */
  show(material: TlsMaterial): void;
  /** See `App.usePauses`. */
  usePauses(pauses: readonly Pause[]): void;
  /** See `App.flush`. */
  flush(request: FlushRequest): Promise<number>;
  /** See `App.explain`. */
  explain(request: ExplainRequest): Promise<unknown>;
  /** See `App.findAddresses`. */
  findAddresses(name: string, via: string | null): Promise<string[]>;
  /** See `App.useByHand`. */
  useByHand(byHand: ByHand): void;
  /** See `App.nameClients`. */
  nameClients(addresses: readonly string[]): Promise<ClientName[]>;
  /** Uses the set of names of lists at a path from now on. */
  useLists(path: string): void;
  /** Tells what leaves for clients; see `Follower`. */
  readonly follower: Pick<Follower, "follow" | "taken" | "stop">;
  /** Resolves when the queries in flight are answered, and everything is closed. */
  stop(): Promise<void>;
}

/** What a worker is made from. */
export interface WorkOptions {
  /** From the supervisor; their end is its end. */
  readonly orders: AsyncIterable<Order>;
  /** To the supervisor. */
  readonly report: (report: Report) => void;
  /** Starts to serve. */
  readonly start: (order: StartOrder) => ServingProgram | Promise<ServingProgram>;
}

/**
 * Does what a supervisor says. Resolves when it is to end: it has been told to stop, and has stopped, or there is no
 * supervisor any more. Then nothing is waited for: another program may want the port.
 */
export async function work({ orders, report, start }: WorkOptions): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  let prepared: { readonly change: number; readonly what: Prepared } | null = null;
  /** What is being made ready, and is not yet. */
  let preparing: number | null = null;
  await Promise.race([stopped.promise, obey()]);

  async function obey(): Promise<void> {
    let program: ServingProgram | null = null;
    for await (const order of orders) {
      if (order.kind === "start") {
        program = await start(order);
        if (order.round > 0) program.follower.follow(order.round);
        report({ kind: "serving" });
      } else if (program === null) {
        // It shall stop before it was told to start.
        return;
      } else if (order.kind === "tell") {
        report({ kind: "status", status: program.state });
      } else if (order.kind === "pauses") {
        program.usePauses(order.pauses);
      } else if (order.kind === "by hand") {
        program.useByHand(order.byHand);
      } else if (order.kind === "lists") {
        program.useLists(order.lists);
      } else if (order.kind === "follow") {
        program.follower.follow(order.round);
      } else if (order.kind === "taken") {
        program.follower.taken(order.round);
      } else if (order.kind === "show") {
        program.show(order.material);
      } else if (order.kind === "do") {
        void perform(program, order);
      } else if (order.kind === "prepare") {
        void prepare(program, order);
      } else if (order.kind === "stop") {
        finish(program);
      } else {
        decide(order.kind, order.change);
      }
    }
  }

  async function prepare(program: ServingProgram, { change, config, material }: PrepareOrder): Promise<void> {
    // Whoever has sent another one has forgotten the last.
    prepared?.what.abort();
    prepared = null;
    preparing = change;
    try {
      const what = await program.prepare(config, material);
      // Nobody waits for it any more.
      if (preparing !== change) return what.abort();
      prepared = { change, what };
      report({ kind: "ready", change });
    } catch (error) {
      if (preparing !== change) return;
      report({ kind: "unable", change, reason: error instanceof Error ? error.message : String(error) });
    }
    preparing = null;
  }

  function decide(kind: "commit" | "abort", change: number): void {
    if (preparing === change) preparing = null;
    if (prepared?.change !== change) return;
    prepared.what[kind]();
    prepared = null;
    if (kind === "commit") report({ kind: "following", change });
  }

  async function perform(program: ServingProgram, { id, request }: DoOrder): Promise<void> {
    try {
      report({ kind: "done", id, result: await resultOf(program, request), error: null });
    } catch (error) {
      report({ kind: "done", id, error: error instanceof Error ? error.message : `${error}` });
    }
  }

  function finish(program: ServingProgram): void {
    program.stop().then(() => program.follower.stop()).then(() => report({ kind: "stopped", status: program.state }))
      .then(stopped.resolve, stopped.reject);
  }
}

function resultOf(program: ServingProgram, request: WorkRequest): Promise<unknown> {
  switch (request.command) {
    case "flush":
      return program.flush(request);
    case "explain":
      return program.explain(request);
    case "find addresses":
      return program.findAddresses(request.name, request.via);
    case "name clients":
      return program.nameClients(request.addresses);
  }
}
