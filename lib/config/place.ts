/** Where in the configuration something stands. */
export interface Place {
  /** The path as it was given or found. */
  readonly file: string;
  /** 1 and up. */
  readonly line: number;
}
