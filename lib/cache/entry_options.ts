import {
  type ExtendedError,
  extendedErrorOption,
  readExtendedError,
  readOptions,
  writeOptions,
} from "../wire/edns/edns.ts";

const NO_DATA = new Uint8Array(0);
/**
 * Marks an entry whose names are yet to be written out, see `Storable.isOvercompressed`: an option without data, of the code
 * that RFC 6891 §9 reserves. Whether there are options is looked at for every hit anyway.
 */
const OVERCOMPRESSED_MARK = { code: 0xffff, data: NO_DATA };

/** What an entry has besides its message, as options: why it is what it is, and what has to be done with it. */
export function entryOptions(errors: readonly ExtendedError[], isOvercompressed: boolean): Uint8Array<ArrayBuffer> {
  if (errors.length === 0 && !isOvercompressed) return NO_DATA;
  const options = errors.map(extendedErrorOption);
  return writeOptions(isOvercompressed ? [...options, OVERCOMPRESSED_MARK] : options);
}

/** The extended errors among the options of an entry. */
export function errorsAmong(options: Uint8Array<ArrayBuffer>): ExtendedError[] {
  return readOptions(options).map(readExtendedError).filter((error) => error !== null);
}
