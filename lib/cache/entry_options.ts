import {
  type ExtendedError,
  extendedErrorOption,
  readExtendedError,
  readOptions,
  writeOptions,
} from "../wire/edns/edns.ts";

const NO_DATA = new Uint8Array(0);
/**
 * Marks an entry some of whose names are yet to be spelled for whoever asks, see `Storable.isOvercompressed` and `hasRedirection`: an
 * option without data, of the code that RFC 6891 §9 reserves. Whether there are options is looked at for every hit anyway.
 */
const SPELLING_MARK = { code: 0xffff, data: NO_DATA };

/** What an entry has besides its message, as options: why it is what it is, and what has to be done with it. */
export function entryOptions(errors: readonly ExtendedError[], isToBeSpelled: boolean): Uint8Array<ArrayBuffer> {
  if (errors.length === 0 && !isToBeSpelled) return NO_DATA;
  const options = errors.map(extendedErrorOption);
  return writeOptions(isToBeSpelled ? [...options, SPELLING_MARK] : options);
}

/** The extended errors among the options of an entry. */
export function errorsAmong(options: Uint8Array<ArrayBuffer>): ExtendedError[] {
  return readOptions(options).map(readExtendedError).filter((error) => error !== null);
}
