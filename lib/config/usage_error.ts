/**
 * A command line, or a setting, that cannot be followed. The message is one line: where it stands, the value, and what is
 * allowed.
 */
export class UsageError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UsageError";
  /** Where the value stands, see `Given`; `null` when the message is about something else. */
  readonly where: string | null;
  /** What is wrong with it, without the place and the value. */
  readonly reason: string;

  /** The message, and its parts where it is about a value. */
  constructor(message: string, about: { where: string; reason: string } | null = null) {
    super(message);
    this.where = about?.where ?? null;
    this.reason = about?.reason ?? message;
  }
}
