import { UsageError } from "../usage_error.ts";

/** Something else to do than to serve; the first word of the command line. */
export interface SubCommand {
  /** The word. */
  readonly name: string;
  /** What stands for its arguments in `--help`. */
  readonly value: string;
  /** What it does, for `--help`; a line each. */
  readonly help: readonly string[];
  /** What is told of it by `--help` behind the command, and in the manual page, and not in `--help` of all. */
  readonly more?: readonly string[];
}

/** One of the arguments behind a command. */
export interface Argument {
  /** As it is written. */
  readonly text: string;
  /** The same without what stands behind a `=`. */
  readonly flag: string;
  /** Whether something stands there. */
  readonly hasValue: boolean;
  /**
   * What belongs to the flag: what stands behind the `=`, else the next argument.
   *
   * @throws {UsageError} when there is neither.
   */
  value(): string;
  /** Takes the next argument, whatever it is; `undefined` when there is none. */
  next(): string | undefined;
}

/** The arguments behind a command, one after the other, but for those that were taken as values. */
export function* argumentsOf(args: readonly string[]): Generator<Argument, void> {
  const rest = [...args];
  const next = () => rest.shift();
  for (let text = next(); text !== undefined; text = next()) {
    const at = text.startsWith("--") ? text.indexOf("=") : -1;
    const [flag, tied] = at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
    const value = () => {
      const given = tied ?? next();
      if (given === undefined || given === "") throw new UsageError(`Cannot use ${flag}: it needs a value`);
      return given;
    };
    yield { text, flag, hasValue: tied !== undefined, value, next };
  }
}
