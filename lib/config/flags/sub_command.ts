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
