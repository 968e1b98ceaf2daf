/** A domain that something holds for. */
export interface DomainPattern {
  /** Its name in text, as it was written; `.` for all names. */
  readonly name: string;
  /** Whether it holds for this name alone, and not for what is below it. */
  readonly isExact: boolean;
}
