/** How much is said; each level includes those before it. */
export const LOG_LEVELS = ["error", "warn", "info", "debug"] as const;

/** See `LOG_LEVELS`. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Lines for the operator: what happened, once, and what can be done. Never one per query above `debug`. */
export class Log {
  #threshold: number;
  readonly #writeLine: (line: string) => void;

  /** What is above `level` is dropped; the rest goes to `writeLine`, a line at a time. */
  constructor({ level, writeLine }: { level: LogLevel; writeLine: (line: string) => void }) {
    this.#threshold = LOG_LEVELS.indexOf(level);
    this.#writeLine = writeLine;
  }

  /** Says as much as `level` from now on. */
  use(level: LogLevel): void {
    this.#threshold = LOG_LEVELS.indexOf(level);
  }

  /** The program cannot do what it is for. */
  error(message: string): void {
    this.#write("error", message);
  }

  /** Something that the operator should look at. */
  warn(message: string): void {
    this.#write("warn", message);
  }

  /** State that changed: started, stopped. */
  info(message: string): void {
    this.#write("info", message);
  }

  /** Detail for finding a fault; takes a function, so that nothing is built when nobody reads it. */
  debug(message: () => string): void {
    if (this.#threshold >= LOG_LEVELS.indexOf("debug")) this.#write("debug", message());
  }

  #write(level: LogLevel, message: string): void {
    if (LOG_LEVELS.indexOf(level) > this.#threshold) return;
    const prefix = level === "info" ? "" : `${level}: `;
    this.#writeLine(`dns-forwarder: ${prefix}${oneLine(message)}`);
  }
}

/** Control characters could forge lines or drive a terminal; names out of packets may hold any. */
function oneLine(message: string): string {
  // deno-lint-ignore no-control-regex
  return message.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
}
