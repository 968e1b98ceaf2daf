import type { Timers } from "../base/runtime.ts";

/** The state is told anew after this time, if it has changed. */
const STATUS_EVERY_MS = 10_000;

/** The way to whoever has started the program as a service: systemd's notification socket, sd_notify(3). */
export interface ServiceSocket {
  /** Sends one notification: lines of NAME=value. Nobody waits for it: who cannot be told is not told. */
  notify(message: string): void;
  /** The time by CLOCK_MONOTONIC, in microseconds; `null` where it is not to be had. */
  monotonicUs(): bigint | null;
  /** The program counts as hung when it has said nothing for this long; `null` when nobody watches. */
  readonly watchdogMs: number | null;
}

/** Tells the service manager that the program serves, how it is doing, and that it stops. */
export class ServiceManager {
  readonly #socket: ServiceSocket;
  readonly #timers: Timers;
  readonly #status: () => string;
  readonly #tickMs: number;
  #lastStatus = "";
  #isReloading = false;
  #cancelTick = () => {};

  /** `status` says on one line how the program is doing. */
  constructor({ socket, timers, status }: { socket: ServiceSocket; timers: Timers; status: () => string }) {
    this.#socket = socket;
    this.#timers = timers;
    this.#status = status;
    // sd_watchdog_enabled(3): "half of the time".
    this.#tickMs = Math.min(STATUS_EVERY_MS, (socket.watchdogMs ?? Infinity) / 2);
  }

  /** The program serves. From now on it tells that it lives and how it is doing. */
  ready(): void {
    this.#tell(["READY=1"]);
    this.#startTick();
  }

  /** The program reads its configuration again, and goes on serving. */
  reloading(): void {
    this.#isReloading = true;
    const nowUs = this.#socket.monotonicUs();
    // sd_notify(3): whoever waits for this reload tells it by the time from one that began before it was asked for.
    this.#socket.notify(["RELOADING=1", ...(nowUs === null ? [] : [`MONOTONIC_USEC=${nowUs}`])].join("\n"));
  }

  /** It has done so, whatever has come of it; of no effect if it was not told. */
  reloaded(): void {
    if (!this.#isReloading) return;
    this.#isReloading = false;
    this.#tell(["READY=1"]);
  }

  /** The program stops. */
  stopping(): void {
    this.#cancelTick();
    this.#socket.notify("STOPPING=1\nSTATUS=stopping");
  }

  #startTick(): void {
    this.#cancelTick = this.#timers.start(this.#tickMs, () => {
      this.#tell(this.#socket.watchdogMs === null ? [] : ["WATCHDOG=1"]);
      this.#startTick();
    });
  }

  #tell(lines: string[]): void {
    const status = this.#status();
    if (status !== this.#lastStatus) lines.push(`STATUS=${status}`);
    this.#lastStatus = status;
    if (lines.length > 0) this.#socket.notify(lines.join("\n"));
  }
}
