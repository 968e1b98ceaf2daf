/** For whoever typed something wrong: the message says what. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

/**
 * Those of `all` that the text of a flag names, separated by commas, in the order of `all`; all of them without a text.
 *
 * @param isMeant Whether what was typed means that one.
 * @throws {FlagError} when what was typed means none.
 */
export function chosen<T extends string>(
  flag: string,
  text: string | undefined,
  all: readonly T[],
  isMeant: (one: T, typed: string) => boolean = (one, typed) => one === typed,
): T[] {
  if (text === undefined) return [...all];
  const typed = text.split(",");
  const unknown = typed.find((by) => !all.some((one) => isMeant(one, by)));
  if (unknown === undefined) return all.filter((one) => typed.some((by) => isMeant(one, by)));
  throw new FlagError(`Cannot use ${flag} "${unknown}": must be of ${all.join(", ")}`);
}

/**
 * The text of a flag, which has to be one of `all`.
 *
 * @throws {FlagError}
 */
export function oneOf<T extends string>(flag: string, text: string, all: readonly T[]): T {
  const one = all.find((one) => one === text);
  if (one !== undefined) return one;
  throw new FlagError(`Cannot use ${flag} "${text}": must be ${all.join(" or ")}`);
}

/**
 * The number that the text of a flag says; `otherwise` without a text.
 *
 * @throws {FlagError} when it says no whole number of `min` to `max`.
 */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  { otherwise, min = 1, max }: { otherwise: number; min?: number; max: number },
): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  throw new FlagError(`Cannot use ${flag} "${text}": must be a whole number of ${min}–${max}`);
}

/** For `parseArgs()`, about what it does not know. */
export function rejectUnknown(argument: string): never {
  throw new FlagError(`Cannot use "${argument}": --help lists what is known`);
}
