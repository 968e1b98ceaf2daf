/**
 * A command line, or a setting, that cannot be followed. The message is one line: where it stands, the value, and what is
 * allowed.
 */
export class UsageError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UsageError";
}
