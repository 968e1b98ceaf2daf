/**
 * Whether an upstream has been caught in two cases that have nothing to do with each other: once, or as often as one name is
 * asked for, could be a forger's fault, or the name's.
 */
export class TwoProofs {
  #first: string | null = null;

  /** It has been caught in a case; equal keys are one case. Returns whether it is the second one, or a later one. */
  add(key: string): boolean {
    this.#first ??= key;
    return this.#first !== key;
  }

  /** What was found does not count any more. */
  clear(): void {
    this.#first = null;
  }
}
