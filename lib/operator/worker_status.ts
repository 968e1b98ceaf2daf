/** How one of several processes that serve together is doing. Plain data. */
export interface WorkerStatus {
  /** Which it is, from 1. */
  readonly number: number;
  /** Whether clients are served by it. */
  readonly isServing: boolean;
  /** For how long it has told nothing, asked every two seconds; since the start or since it has died, if it never has. */
  readonly silentMs: number;
  /** How long it took at most to answer lately: by so much its event loop is late. */
  readonly delayMs: number;
  /** How often it has died, and another one has taken its place. */
  readonly restartCount: number;
}
