/** The files of a machine, as far as the program looks at them. Paths are absolute. */
export interface Files {
  /**
   * What stands at a path, symbolic links followed; `null` for nothing.
   *
   * @throws {FileError} when that cannot be found out.
   */
  stat(path: string): Promise<FileInfo | null>;
  /**
   * All octets of a file.
   *
   * @throws {FileError} when it has gone, may not be read, is no ordinary file, or has more than `octetsMax`: no more than that
   * is ever read.
   */
  read(path: string, octetsMax: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The octets of a file, piece by piece, each valid until the next one is asked for.
   *
   * @throws {FileError} when it has gone, may not be read, or is no ordinary file.
   */
  pieces(path: string): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** As `stat`, with nothing awaited: for the start, before anybody waits for an answer. */
  statNow(path: string): FileInfo | null;
  /** As `read`, likewise. */
  readNow(path: string, octetsMax: number): Uint8Array<ArrayBuffer>;
  /**
   * The names of what is in a folder, in the order of their characters.
   *
   * @throws {FileError} when it has gone or may not be read.
   */
  list(folder: string): Promise<readonly string[]>;
}

/** The files of a machine that others write to meanwhile. */
export interface GrowingFiles {
  /**
   * Opens a file that others write to, from its beginning.
   *
   * @throws {FileError} as `pieces`.
   */
  follow(path: string): Promise<FollowedFile>;
}

/** What stands at a path. */
export interface FileInfo {
  /** What can be read has an end; "other" are pipes, devices and sockets. */
  readonly kind: "file" | "folder" | "other";
  /** Of a file. */
  readonly sizeOctets: number;
  /** When it was last written; `null` where nobody knows. */
  readonly modifiedMs: number | null;
  /** Another text when it has been written to, or another file has taken its place; of a folder when something has come or gone in it. */
  readonly version: string;
  /** Whether every user of the machine may read it. */
  readonly isPublic: boolean;
}

/** A file that is open, and grows: it can be read on also when it has been moved or removed. */
export interface FollowedFile {
  /**
   * What comes next, a copy; empty at its end, until it has grown. One that has become shorter is read from its beginning.
   *
   * @throws {FileError}
   */
  readMore(): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether it still stands at its path. */
  isInPlace(): Promise<boolean>;
  /** Reads no more. */
  close(): void;
}

/** A file that cannot be used. The message says why, without its path. */
export class FileError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "FileError";
}
