import { ScreenModel } from "../support/screen_model.ts";
import { CAN_RUN } from "./child_program.ts";
import { run } from "./encrypted/installed.ts";

/** Whether there are pseudo-terminals to be had: by script(1), of util-linux. */
export const HAS_TERMINALS: boolean = CAN_RUN && Deno.build.os === "linux" &&
  await run("script", ["--version"]) !== null;

/** Longer than anything takes. */
const WAIT_MS = 20_000;

/** A program on a pseudo-terminal, with what is to be seen there. */
export class TerminalSession implements AsyncDisposable {
  readonly screen = new ScreenModel();
  readonly #process: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #end: Promise<void>;
  #changed = Promise.withResolvers<void>();
  /** All that was written, control sequences included. */
  written = "";

  /** Runs a shell command, whose process says its ID and its terminal first. */
  constructor(command: string, { columns = 80, rows = 24 } = {}) {
    const script =
      `stty rows ${rows} cols ${columns}; tty; sh -c 'echo pid $$; exec ${command}'; echo exit $?; stty -a`;
    const args = ["-qfec", script, "/dev/null"];
    this.#process = new Deno.Command("script", { args, stdin: "piped", stdout: "piped", stderr: "null" }).spawn();
    this.#keys = this.#process.stdin.getWriter();
    this.#end = this.#read();
  }

  /** Presses keys. */
  async press(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Waits until something is to be seen, or was written. */
  async until(isSo: (screen: ScreenModel, written: string) => boolean, what: string): Promise<void> {
    const timer = Promise.withResolvers<"late">();
    const cancel = setTimeout(() => timer.resolve("late"), WAIT_MS);
    try {
      while (!isSo(this.screen, this.written)) {
        if (await Promise.race([this.#changed.promise, timer.promise]) === "late") {
          throw new Error(`Not seen: ${what}. On the screen: ${this.screen.text}`);
        }
      }
    } finally {
      clearTimeout(cancel);
    }
  }

  /** The ID of the process. */
  get pid(): number {
    return Number(/^pid (\d+)/m.exec(this.written)![1]);
  }

  /** Gives the terminal another size. */
  async resize(columns: number, rows: number): Promise<void> {
    const [tty] = /\/dev\/pts\/\d+/.exec(this.written)!;
    await run("stty", ["-F", tty, "rows", `${rows}`, "cols", `${columns}`]);
  }

  /** Waits for its end. Resolves to its exit code, and the modes of the terminal afterwards. */
  async ended(): Promise<{ exitCode: number; modes: readonly string[] }> {
    await this.until((_screen, written) => /exit \d+\r?\n[\s\S]*echoke/.test(written), "its end");
    const [, exitCode, modes] = /exit (\d+)\r?\n([\s\S]*)$/.exec(this.written)!;
    return { exitCode: Number(exitCode), modes: modes!.split(/[\s;]+/) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.close().catch(() => {});
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#process.status;
    await this.#end;
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      this.written += text;
      this.screen.feed(text);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
