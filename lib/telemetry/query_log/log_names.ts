/** The file that is written to. */
export const CURRENT_NAME = "queries.jsonl";

/** One that was full, with the time when it was; compressed, or about to be. */
const FULL_NAME = /^queries-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.jsonl(\.gz)?(\.part)?$/;

/** A file of the log that is written to no more. */
export interface FullFile {
  /** Its name in the folder. */
  readonly name: string;
  /** Seconds since 1970; no line in it is newer. */
  readonly endSeconds: number;
  /** Whether it is compressed. */
  readonly isCompressed: boolean;
  /** Whether compressing it has not come to its end. */
  readonly isPart: boolean;
}

/** What a file is called that was full at this time. */
export function fullName(endSeconds: number): string {
  const stamp = new Date(endSeconds * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `queries-${stamp}.jsonl`;
}

/** Those of a folder's files that are of the log and full, the oldest first; of one there may be two forms. */
export function fullFiles(names: readonly string[]): FullFile[] {
  return names.flatMap((name): FullFile[] => {
    const match = FULL_NAME.exec(name);
    if (match === null) return [];
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
    const endSeconds = Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000;
    return [{ name, endSeconds, isCompressed: match[7] !== undefined, isPart: match[8] !== undefined }];
  }).sort((a, b) => a.endSeconds - b.endSeconds);
}
