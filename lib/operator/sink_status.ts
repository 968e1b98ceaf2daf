/** Who takes what leaves for clients down, or shows it. */
export interface SinkStatus {
  /** What it is, such as `query-log`. */
  readonly name: string;
  /** Observations that it was given. */
  readonly recordCount: number;
  /** Those that were lost, before they came to it or there. */
  readonly droppedCount: number;
}

/** Those of the same name as one. */
export function sumSinks(all: readonly (readonly SinkStatus[])[]): SinkStatus[] {
  return [...Map.groupBy(all.flat(), ({ name }) => name)].map(([name, parts]) => ({
    name,
    recordCount: parts.reduce((total, { recordCount }) => total + recordCount, 0),
    droppedCount: parts.reduce((total, { droppedCount }) => total + droppedCount, 0),
  }));
}
