import { ALERT_KINDS, type Finding, keyOf } from "./alert_kinds.ts";

/** What lasts is told again after this time. */
export const REPEAT_MS = 3_600_000;

/** Something to be told. */
export interface Notice {
  /** What is wrong; of what is over, what it was last. */
  readonly finding: Finding;
  /** Whether it is over. */
  readonly isOver: boolean;
  /** Whether it was told before. */
  readonly isRepeat: boolean;
  /** When it began, in milliseconds since 1970. */
  readonly beganAtMs: number;
  /** When it ended, if it is over; else now. */
  readonly atMs: number;
}

interface Entry {
  finding: Finding;
  readonly beganAtMs: number;
  /** When it was told last; `null` while it may pass by itself. */
  toldAtMs: number | null;
  /** Since when it is not there any more; `null` while it is. */
  goneSinceMs: number | null;
}

/** Remembers what is wrong and what was told of it. */
export class AlertBook {
  readonly #entries = new Map<string, Entry>();

  /** Whether it was told, and not that it is over. */
  isTold(key: string): boolean {
    return (this.#entries.get(key)?.toldAtMs ?? null) !== null;
  }

  /** What was told and is not over. */
  get told(): readonly Finding[] {
    return [...this.#entries.values()].filter(({ toldAtMs }) => toldAtMs !== null).map(({ finding }) => finding);
  }

  /** What is to be told, now that all of this is wrong and nothing else. */
  update(findings: readonly Finding[], nowMs: number): Notice[] {
    const here = new Map(findings.map((finding) => [keyOf(finding), finding]));
    for (const [key, finding] of here) {
      const fresh = () => ({ finding, beganAtMs: nowMs, toldAtMs: null, goneSinceMs: null });
      const entry: Entry = this.#entries.getOrInsertComputed(key, fresh);
      entry.finding = finding;
      entry.goneSinceMs = null;
    }
    return [...this.#entries].flatMap(([key, entry]) => this.#judge(key, entry, here.has(key), nowMs));
  }

  #judge(key: string, entry: Entry, isHere: boolean, nowMs: number): Notice[] {
    const { finding, beganAtMs, toldAtMs } = entry;
    const { raiseAfterMs, clearAfterMs } = ALERT_KINDS[finding.kind];
    if (isHere) {
      const isDue = toldAtMs === null ? nowMs - beganAtMs >= raiseAfterMs : nowMs - toldAtMs >= REPEAT_MS;
      if (!isDue) return [];
      entry.toldAtMs = nowMs;
      return [{ finding, isOver: false, isRepeat: toldAtMs !== null, beganAtMs, atMs: nowMs }];
    }
    if (toldAtMs === null) {
      this.#entries.delete(key);
      return [];
    }
    entry.goneSinceMs ??= nowMs;
    if (nowMs - entry.goneSinceMs < clearAfterMs) return [];
    this.#entries.delete(key);
    return [{ finding, isOver: true, isRepeat: false, beganAtMs, atMs: nowMs }];
  }
}
