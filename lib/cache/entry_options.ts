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

/** An option with what has been found in an answer, of a code for local use (RFC 6891 §9), which no upstream's option is kept with. */
const FINDINGS_CODE = 0xfffe;

/**
 * What an entry has besides its message, as options: why it is what it is, and what has to be done with it.
 *
 * @param findings The caller's number of 32 bits; 0, as nearly always, takes no room.
 */
export function entryOptions(
  errors: readonly ExtendedError[],
  isToBeSpelled: boolean,
  findings: number,
): Uint8Array<ArrayBuffer> {
  if (errors.length === 0 && !isToBeSpelled && findings === 0) return NO_DATA;
  const options = errors.map(extendedErrorOption);
  if (isToBeSpelled) options.push(SPELLING_MARK);
  if (findings !== 0) {
    const data = new Uint8Array(4);
    new DataView(data.buffer).setUint32(0, findings);
    options.push({ code: FINDINGS_CODE, data });
  }
  return writeOptions(options);
}

/** What has been found in the answer whose options these are; 0 for nothing. */
export function findingsAmong(options: Uint8Array<ArrayBuffer>): number {
  const data = readOptions(options).find(({ code }) => code === FINDINGS_CODE)?.data;
  return data === undefined ? 0 : new DataView(data.buffer, data.byteOffset).getUint32(0);
}

/** The extended errors among the options of an entry. */
export function errorsAmong(options: Uint8Array<ArrayBuffer>): ExtendedError[] {
  return readOptions(options).map(readExtendedError).filter((error) => error !== null);
}
