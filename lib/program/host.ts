import type { App } from "../app/app.ts";
import type { Terminal } from "../base/terminal.ts";
import type { ServiceSocket } from "../operator/service_manager.ts";

/** What the program needs from whoever starts it. */
export interface Host {
  /** The arguments, without the program's name. */
  readonly args: readonly string[];
  /** Writes text that was asked for: `--help`, `--version`. */
  print(text: string): void;
  /**
   * Shows how far something is on the terminal that standard error is, in the place of what was shown before; `null` takes it away.
   * Not there where standard error is no terminal.
   */
  readonly showProgress?: ((text: string | null) => void) | null;
  /** The terminal that somebody sits at; `null` when there is none. */
  terminal?(): Promise<Terminal | null>;
  /** Reads all of standard input; `null` when it has more than `octetsMax`. */
  readInput?(octetsMax: number): Promise<Uint8Array | null>;
  /** Writes one line for the operator. Waits for nobody who reads it. */
  writeLine(line: string): void;
  /** The path of the usual configuration file; `null` when it is not there, or may not be looked for. */
  defaultConfigFile?(): string | null;
  /** Lines that were lost since the start because nobody read them in time. */
  lostLineCount?(): number;
  /** Hands over the running program; called once it serves. */
  started?(app: App): void;
  /** Opens the way to the service manager, if one has started the program; called when it serves. */
  openServiceSocket?(): ServiceSocket | null;
  /**
   * Lets this process wait for its sockets by itself where that can be had; `DatagramIoChoice.describe` says whether it does. Never
   * rejects.
   */
  ownLoop?(): Promise<void>;
  /** Resolves when the program shall stop. */
  readonly stop: Promise<unknown>;
  /**
   * Calls `hear` when it shall stop again: it stops already, and whoever tells it does not want to wait. Returns the function that
   * ends it; until that is called, it is not ended at once.
   */
  onStopAgain?(hear: () => void): () => void;
}
