/** So long files must have stayed as they are: editors and daemons write, rename and remove in a row. */
export const QUIET_MS = 200;
/** What never stays as it is counts all the same. */
export const QUIET_MS_MAX = 2000;

/** Tells when what others write has another version (see `FileInfo`), and has stayed so for a moment. */
export class SettledVersion {
  /** What is known. */
  #version: string;
  /** How it was when it was looked at last, if not as it is known. */
  #seenVersion = "";
  /** Since when it is not as it is known. */
  #changedAtMs = 0;

  /** `version` is known. */
  constructor(version: string) {
    this.#version = version;
  }

  /** What is known. */
  get version(): string {
    return this.#version;
  }

  /**
   * What to do now that it is `version`: nothing, look at it again in `QUIET_MS`, or take it as it is.
   *
   * @param nowMs When it was looked at.
   */
  look(version: string, nowMs: number): "known" | "unsettled" | "settled" {
    if (version === this.#version) {
      this.#seenVersion = "";
      return "known";
    }
    if (this.#seenVersion === "") this.#changedAtMs = nowMs;
    if (version === this.#seenVersion || nowMs >= this.#changedAtMs + QUIET_MS_MAX) return "settled";
    this.#seenVersion = version;
    return "unsettled";
  }

  /** `version` is known from now on. */
  take(version: string): void {
    this.#version = version;
    this.#seenVersion = "";
  }
}
