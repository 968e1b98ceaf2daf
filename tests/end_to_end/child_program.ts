import { fileURLToPath } from "node:url";
import { assert } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";

/** Longer than a start takes on the slowest machine; a child that needs more is killed and the test fails. */
const PATIENCE_MS = 20_000;

/** The project's folder, without a slash at its end. */
export const ROOT: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Whether this test run may start child processes; `deno task test` may, `deno test --allow-net` may not. */
export const CAN_RUN: boolean = (await Deno.permissions.query({ name: "run" })).state === "granted";

/** What a process was and said when it ended. */
export interface Ending {
  readonly exitCode: number;
  readonly stdout: string;
  /** Lines of standard error. */
  readonly lines: readonly string[];
}

/** The program in a process of its own. */
export class ChildProgram implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #stdout: Promise<string>;
  readonly #stderrEnd: Promise<void>;
  readonly #killer: ReturnType<typeof setTimeout>;
  #stderr = "";
  #heard = Promise.withResolvers<void>();

  /** Starts `command`, not in the project's folder, as the leader of a process group; with `env` as all its variables. */
  constructor([executable, ...args]: readonly string[], env?: Readonly<Record<string, string>>) {
    const io = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    const variables = env === undefined ? {} : { env, clearEnv: true };
    this.#process = new Deno.Command(executable!, { args, cwd: "/", detached: true, ...io, ...variables }).spawn();
    this.#killer = setTimeout(() => this.#process.kill("SIGKILL"), PATIENCE_MS);
    this.#stdout = new Response(this.#process.stdout).text();
    this.#stderrEnd = this.#readStderr();
  }

  /** The process, which an `exec` does not change. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The line of standard error that matches, as soon as it is there. */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = this.#lines.find((line) => pattern.test(line));
      if (line !== undefined) return line;
      const heard = this.#heard.promise;
      const hasEnded = await Promise.race([heard.then(() => false), this.#stderrEnd.then(() => true)]);
      if (hasEnded) assert(this.#lines.some((line) => pattern.test(line)), `No line ${pattern} in: ${this.#stderr}`);
    }
  }

  /** Where the program says that it listens. */
  async address(): Promise<SocketAddress> {
    const line = await this.line(/listens on/);
    const [, hostname, port] = /listens on ([0-9.]+):([0-9]+)/.exec(line)!;
    return { transport: "udp", hostname: hostname!, port: Number(port) };
  }

  /** Sends a signal to the whole process group, as a terminal or a supervisor does. */
  signal(signal: Deno.Signal): void {
    Deno.kill(-this.#process.pid, signal);
  }

  /** Waits for the end. */
  async end(): Promise<Ending> {
    const { code } = await this.#process.status;
    clearTimeout(this.#killer);
    await this.#stderrEnd;
    return { exitCode: code, stdout: await this.#stdout, lines: this.#lines };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch (error) {
      // It has ended, and so has its group.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.end();
  }

  get #lines(): string[] {
    return this.#stderr.split("\n").slice(0, -1);
  }

  async #readStderr(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr += text;
      this.#heard.resolve();
      this.#heard = Promise.withResolvers<void>();
    }
  }
}

/** Standard output of a command that always succeeds. */
export async function outputOf(executable: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(executable, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}
