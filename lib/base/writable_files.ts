/** Files of the program's own. Paths are absolute. Whatever fails throws a `FileError`. */
export interface WritableFiles {
  /** Makes a folder, and those above it that are not there, for the program's user alone. */
  makeFolder(path: string): Promise<void>;
  /** Begins a file for the program's user alone; one that is there is emptied. */
  create(path: string): Promise<FileWriter>;
  /**
   * Opens a file of lines to go on with it, for the program's user alone; it is made if it is not there. What a program that was
   * killed, or a full disk, has left of a last line is cut off.
   */
  appendLines(path: string): Promise<LineFile>;
  /**
   * Puts a file in the place of another. Whenever the machine stops, the one or the other is there afterwards, whole: what is
   * put there has been `finish`ed.
   */
  replace(from: string, to: string): Promise<void>;
  /** Puts a file in the place of another, and does not wait for the disk: when the machine stops, either may be there, or none. */
  move(from: string, to: string): Promise<void>;
  /**
   * Locks a file against other processes, until it is let go of or this process has ended; it is made if it is not there. Returns
   * what lets go of it; `null` when another process has it.
   */
  lock(path: string): Promise<(() => void) | null>;
  /** Removes a file, or a folder with all that is in it. There need not be one. */
  remove(path: string): Promise<void>;
}

/** A file that is being written. */
export interface FileWriter {
  /** Writes all of it at the end. `octets` must not change meanwhile. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Closes it when all of it is on the disk. */
  finish(): Promise<WrittenFile>;
  /** Closes and removes it. Of no effect behind `finish`. */
  discard(): Promise<void>;
}

/** A file that lines are put to the end of. */
export interface LineFile {
  /** How long it was when it was opened, and what was cut off had gone. */
  readonly sizeOctets: number;
  /** Writes all of it at the end. `octets` must not change meanwhile. After an error there may be a part of it. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Closes it. */
  close(): void;
}

/** What has been written. */
export interface WrittenFile {
  /** How long it is. */
  readonly sizeOctets: number;
  /** Of its octets, in hexadecimal digits (FIPS 180-4). */
  readonly sha256: string;
}
