import type { Key, ScreenWatcher, Terminal, TerminalSize } from "../../../lib/base/terminal.ts";
import { ScreenModel } from "../../support/screen_model.ts";

/** A terminal whose keys the test presses. */
export class FakeTerminal implements Terminal {
  size: TerminalSize = { columns: 80, rows: 24 };
  hasColor = true;
  isDumb = false;
  readonly screen = new ScreenModel();
  /** Everything that was written, first to last. */
  readonly writes: string[] = [];
  /** How often the screen was taken and given back. */
  takenCount = 0;
  releasedCount = 0;
  #watcher: ScreenWatcher | null = null;

  write(text: string): void {
    this.writes.push(text);
    this.screen.feed(text);
  }

  takeScreen(watcher: ScreenWatcher): () => void {
    this.takenCount++;
    this.#watcher = watcher;
    return () => {
      this.releasedCount++;
      this.#watcher = null;
    };
  }

  /** Presses keys: letters, or a name such as `return`. */
  press(...keys: readonly string[]): void {
    for (const key of keys) this.#watcher?.onKey(keyOf(key));
  }

  /** Another size. */
  resize(columns: number, rows: number): void {
    this.size = { columns, rows };
    this.#watcher?.onChange();
  }
}

/** A key by what is pressed: `x`, `return`, `ctrl-c`. */
export function keyOf(pressed: string): Key {
  if (pressed.startsWith("ctrl-")) return { name: pressed.slice(5), text: "", isControl: true };
  const isText = pressed.length === 1;
  return { name: isText ? pressed.toLowerCase() : pressed, text: isText ? pressed : "", isControl: false };
}
