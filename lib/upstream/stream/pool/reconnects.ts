import type { Clock } from "../../../base/runtime.ts";
import { UntrustedError } from "../../refusal.ts";
import type { ConnectionEnd } from "../connection_owner.ts";

/** After two attempts in a row that came to nothing, each further one waits: so long at first, twice as long each time. */
const PAUSE_MS = { first: 100, max: 1000 };
/** As many attempts may fail before that. */
const FREE_COUNT = 2;
/** After so long who was not believed may have another certificate, or the clock be right. */
const UNTRUSTED_MS = 30_000;
/** So short a time ago a connection was in use that has ended: it will be missed. */
const IN_USE_MS = 2000;
/** Connections that are open or being made at a time. */
const OPEN_MAX = 4;
/** Attempts at a time because the one before is slow. */
const DIALS_MAX = 2;

/** Of an upstream whose connections are dear, because both sides have to prove something before the first query. */
export interface StandingOptions {
  /** The server is not who it should be. Nothing has been sent. */
  readonly onUntrusted: (error: UntrustedError) => void;
}

/** When an upstream is connected to again, and how often at a time. Where connections cost next to nothing: at once. */
export class Reconnects {
  readonly #clock: Clock;
  readonly #standing: StandingOptions | null;
  #failedCount = 0;
  #untilMs = -Infinity;
  #refused: UntrustedError | null = null;

  /** `standing` where connections are dear. */
  constructor(clock: Clock, standing: StandingOptions | null) {
    this.#clock = clock;
    this.#standing = standing;
  }

  /** How much longer than to answer it takes to connect: as a factor. */
  get patience(): number {
    return this.#standing === null ? 1 : 2;
  }

  /** Connections that there may be at a time, those included that are being made. */
  get openMax(): number {
    return this.#standing === null ? Infinity : OPEN_MAX;
  }

  /** Attempts that there may be at a time because those before are slow. */
  get dialsMax(): number {
    return this.#standing === null ? Infinity : DIALS_MAX;
  }

  /** Until when nobody is to connect; `null` if it may be done now. */
  get pausedUntilMs(): number | null {
    return this.#clock.nowMs() < this.#untilMs ? this.#untilMs : null;
  }

  /** Why there is no use in asking: the server has not proved who it is, a moment ago. */
  get refused(): UntrustedError | null {
    return this.pausedUntilMs === null ? null : this.#refused;
  }

  /** Whether a connection that has worked, and has ended so, is to be replaced before somebody asks. */
  areDueAfter({ isByServer, quietMs }: Pick<ConnectionEnd, "isByServer" | "quietMs">): boolean {
    return this.#standing !== null && isByServer && quietMs < IN_USE_MS;
  }

  /** There is no connection, or it has brought nothing. */
  failed(cause?: unknown): void {
    if (this.#standing === null) return;
    const nowMs = this.#clock.nowMs();
    const isRefused = cause instanceof UntrustedError;
    this.#refused = isRefused ? cause : null;
    const beyond = this.#failedCount++ - FREE_COUNT + 1;
    const pauseMs = beyond < 0 ? 0 : Math.min(PAUSE_MS.max, PAUSE_MS.first * 2 ** beyond);
    this.#untilMs = nowMs + (isRefused ? UNTRUSTED_MS : pauseMs);
    if (isRefused) this.#standing.onUntrusted(cause);
  }

  /** There may be another server at the other end, or one has brought a reply. */
  forget(): void {
    this.#failedCount = 0;
    this.#untilMs = -Infinity;
    this.#refused = null;
  }
}
