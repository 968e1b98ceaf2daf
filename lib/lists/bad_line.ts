/** A line of a list that says nothing that can be used. */
export interface BadLine {
  /** Which line, from 1. */
  readonly line: number;
  /** Its beginning. */
  readonly text: string;
  /** What is wrong with it. */
  readonly why: string;
}
