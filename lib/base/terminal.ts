/** A terminal that somebody sits at. */
export interface Terminal {
  /** How much there is room for, now. */
  readonly size: TerminalSize;
  /** Whether it may be shown in colours (https://no-color.org). */
  readonly hasColor: boolean;
  /** Whether it knows no control sequences: then it is written to line by line, and its screen is not to be taken. */
  readonly isDumb: boolean;
  /** Writes text, with control sequences, all of it. */
  write(text: string): void;
  /**
   * Takes the whole screen and all keys. What was on the screen is there again when it is given back, which whatever ends the
   * process does as well, as far as it can.
   *
   * @returns Gives it back; once more is of no effect.
   */
  takeScreen(watcher: ScreenWatcher): () => void;
}

/** Columns and lines of a terminal, each at least 1. */
export interface TerminalSize {
  /** Characters in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** Who has the screen. */
export interface ScreenWatcher {
  /** A key was pressed. */
  onKey(key: Key): void;
  /** What is on the screen may be gone: it has another size, or was given back for a while. All of it is to be written anew. */
  onChange(): void;
}

/** A key. */
export interface Key {
  /** `up`, `return`, `escape`, `pagedown`, a letter or digit; empty for others. */
  readonly name: string;
  /** What it writes; empty where it writes nothing. */
  readonly text: string;
  /** Whether it was pressed together with Ctrl. */
  readonly isControl: boolean;
}
