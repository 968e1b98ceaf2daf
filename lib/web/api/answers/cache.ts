/** `POST cache/flush`. */
export interface FlushBody {
  /** A name; all names without it. */
  readonly name?: string;
  /** Whether the names below it are meant as well. */
  readonly below?: boolean;
}

/** What is forgotten. */
export interface FlushAnswer {
  /** Answers and failures. */
  readonly removed: number;
}
