/** A command that cannot be followed, with the reason for whoever has given it. */
export class AdminError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "AdminError";
}
