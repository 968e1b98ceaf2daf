import { PassThrough } from "node:stream";
import { emitKeypressEvents } from "node:readline";
import type { Key, ScreenWatcher, Terminal, TerminalSize } from "../../base/terminal.ts";
import { isDumb } from "./progress_line.ts";

/** Where a terminal does not say. */
const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };
/** Alternate screen, empty, no cursor; and all of that back, with colours and synchronized output off. */
const TAKE = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l";
const GIVE_BACK = "\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1049l";
/** Ctrl-Z. */
const SUSPEND_KEY = "z";
/** Signals that mean "quit" here, and that nobody else hears: SIGINT and SIGTERM stop the program anyway. */
const ENDING = ["SIGHUP", "SIGQUIT"] as const satisfies readonly Deno.Signal[];
/** What quits whatever is being done. */
const QUIT: Key = { name: "c", text: "", isControl: true };

/** The terminal that standard input and output are; `null` when they are none. */
export function openTerminal(): Terminal | null {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return null;
  return {
    get size() {
      return sizeNow();
    },
    hasColor: !Deno.noColor,
    isDumb: isDumb(),
    write,
    takeScreen: (watcher) => new TakenScreen(watcher).release,
  };
}

/** A screen that was taken, until it is given back. */
class TakenScreen {
  readonly #watcher: ScreenWatcher;
  readonly #keys = new PassThrough();
  #isOver = false;
  #isOurs = false;

  constructor(watcher: ScreenWatcher) {
    this.#watcher = watcher;
    emitKeypressEvents(this.#keys);
    this.#keys.on("keypress", (_text: string | undefined, key: NodeKey) => this.#press(key));
    // Whatever ends the process: Deno runs these when `Deno.exit` is called.
    globalThis.addEventListener("unload", this.#giveBack);
    Deno.addSignalListener("SIGWINCH", this.#change);
    Deno.addSignalListener("SIGCONT", this.#resume);
    Deno.addSignalListener("SIGTSTP", this.#suspend);
    for (const signal of ENDING) Deno.addSignalListener(signal, this.#quit);
    this.#take();
    this.#read();
  }

  /** Gives it back. */
  readonly release = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#giveBack();
    globalThis.removeEventListener("unload", this.#giveBack);
    Deno.removeSignalListener("SIGWINCH", this.#change);
    Deno.removeSignalListener("SIGCONT", this.#resume);
    Deno.removeSignalListener("SIGTSTP", this.#suspend);
    for (const signal of ENDING) Deno.removeSignalListener(signal, this.#quit);
    this.#keys.destroy();
  };

  #take(): void {
    if (this.#isOurs) return;
    this.#isOurs = true;
    Deno.stdin.setRaw(true);
    write(TAKE);
  }

  readonly #giveBack = (): void => {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    write(GIVE_BACK);
    Deno.stdin.setRaw(false);
  };

  readonly #quit = (): void => this.#watcher.onKey(QUIT);

  readonly #change = (): void => {
    if (this.#isOurs) this.#watcher.onChange();
  };

  /** As whoever presses Ctrl-Z expects it: the shell has its screen back while we wait. */
  readonly #suspend = (): void => {
    this.#giveBack();
    Deno.kill(Deno.pid, "SIGSTOP");
  };

  /** Goes on, be it that somebody else has stopped us without a word: then the terminal may have been changed. */
  readonly #resume = (): void => {
    if (this.#isOver) return;
    this.#isOurs = false;
    this.#take();
    this.#watcher.onChange();
  };

  #press({ name = "", sequence = "", ctrl = false }: NodeKey): void {
    if (this.#isOver) return;
    if (ctrl && name === SUSPEND_KEY) return this.#suspend();
    const key: Key = {
      name: name === "enter" ? "return" : name,
      text: isText(sequence) ? sequence : "",
      isControl: ctrl,
    };
    this.#watcher.onKey(key);
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1024);
    while (!this.#isOver) {
      const length = await Deno.stdin.read(buffer).catch(() => null);
      if (this.#isOver) return;
      // Nobody sits there any more.
      if (length === null) return this.#quit();
      this.#keys.write(buffer.slice(0, length));
    }
  }
}

/** A key as Node tells it. */
interface NodeKey {
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
}

function isText(sequence: string): boolean {
  return [...sequence].length === 1 && sequence >= " " && sequence !== "\x7f";
}

function sizeNow(): TerminalSize {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || USUAL_SIZE.columns, rows: rows || USUAL_SIZE.rows };
  } catch {
    return USUAL_SIZE;
  }
}

function write(text: string): void {
  let octets = new TextEncoder().encode(text);
  while (octets.length > 0) octets = octets.subarray(Deno.stdout.writeSync(octets));
}
