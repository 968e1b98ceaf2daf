import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { freeAddress } from "./free_address.ts";
import { treeOf } from "./process_tree.ts";
import { sleep } from "./sleep.ts";

/** Where a server is put. */
export interface Place {
  /** Where it shall listen, over UDP and TCP. */
  readonly listen: SocketAddress;
  /** A folder that it may write to; gone when the server is. */
  readonly folder: string;
}

/** How a server is started. */
export interface CommandLine {
  readonly args: readonly string[];
  /** Files to write into the folder first: name → text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A server that can be started. */
export interface Startable {
  /** For the name of its folder. */
  readonly name: string;
  /** The path of its program. */
  readonly executable: string;
  /** A process that stays in the foreground. */
  readonly commandLine: (place: Place) => CommandLine;
  /**
   * Whether it is in the session of the bench, as the load generator is, instead of one of its own. Linux may give each
   * session the same share of the cores, however many threads it has (sched(7), autogroup), and then wakes a server for
   * every single datagram of the load generator's. To stop its children then takes `/proc`, and all permissions. Default:
   * no.
   */
  readonly sharesSession?: boolean;
  /** The address that it shall listen on. Default: 127.0.0.1. */
  readonly hostname?: string;
  /** Who needs longer to listen is given up. Default: longer than usual starts take. */
  readonly startMsMax?: number;
}

/** Longer than any start takes that reads no large file. */
const START_MS_MAX = 15_000;
/** Tries to start one: somebody else may take the port that was free a moment ago. */
const START_TRIES_MAX = 3;
/** How servers say that it is taken. */
const PORT_TAKEN = /in use/i;
/** Between two looks whether it listens. */
const LOOK_EVERY_MS = 20;
/** What is kept of the last words of a process. */
const LAST_WORDS_MAX = 1000;

/** A server in a process of its own, with a folder of its own. Disposing of it leaves neither, nor child processes. */
export class RunningServer implements AsyncDisposable {
  static readonly #all = new Set<RunningServer>();
  static #isOver = false;

  /** Where it listens. */
  readonly address: SocketAddress;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #sharesSession: boolean;
  readonly #stderrEnd: Promise<void>;
  #lastWords = "";
  #hasEnded = false;

  private constructor(address: SocketAddress, process: Deno.ChildProcess, folder: string, sharesSession: boolean) {
    this.address = address;
    this.#process = process;
    this.#folder = folder;
    this.#sharesSession = sharesSession;
    this.#stderrEnd = this.#keepLastWords();
    process.status.then(() => this.#hasEnded = true);
    RunningServer.#all.add(this);
  }

  /**
   * Starts a server on a free port and waits until it listens.
   *
   * @throws {Error} when it does not; its last words are in the message. Nothing is left behind then.
   */
  static async start(startable: Startable): Promise<RunningServer> {
    for (let tries = 1;; tries++) {
      try {
        return await this.#start(startable);
      } catch (error) {
        const isTaken = error instanceof Error && PORT_TAKEN.test(error.message);
        if (!isTaken || tries === START_TRIES_MAX) throw error;
      }
    }
  }

  static async #start(
    { name, executable, commandLine, sharesSession = false, hostname, startMsMax = START_MS_MAX }: Startable,
  ): Promise<RunningServer> {
    if (this.#isOver) throw new Error(`Cannot start ${name}: all is being stopped`);
    const listen = freeAddress(hostname);
    const folder = Deno.makeTempDirSync({ prefix: `bench-${name}-` });
    // Whom it drops its privileges to has to get in.
    Deno.chmodSync(folder, 0o755);
    const { args, files = {} } = commandLine({ listen, folder });
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    const io = { stdin: "null", stdout: "null", stderr: "piped" } as const;
    const detached = !sharesSession;
    const process = new Deno.Command(executable, { args: [...args], cwd: folder, ...io, detached }).spawn();
    const running = new RunningServer(listen, process, folder, sharesSession);
    try {
      await running.#listening(startMsMax);
      return running;
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Stops everything that was started, and lets nothing start any more. For the end of the bench, however it ends. */
  static async stopAll(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#all].map((running) => running[Symbol.asyncDispose]()));
  }

  /** The process that was started; it may have children. */
  get pid(): number {
    return this.#process.pid;
  }

  /** Whether its process has ended by itself. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What it last wrote to standard error. */
  get lastWords(): string {
    return this.#lastWords.trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing in it is worth a farewell, and a killed process stays nowhere.
    this.#kill();
    await this.#process.status;
    await this.#stderrEnd;
    if (!RunningServer.#all.delete(this)) return;
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** The process and all that it has started. Whoever starts others again goes first. */
  #kill(): void {
    const { pid } = this.#process;
    // In a session of its own it leads a group as well.
    for (const target of this.#sharesSession ? treeOf(pid) : [-pid]) {
      try {
        Deno.kill(target, "SIGKILL");
      } catch (error) {
        // It has ended meanwhile.
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }

  /** All of them serve TCP, and a connection that is taken is no query: nothing is learned about upstreams from it. */
  async #listening(startMsMax: number): Promise<void> {
    const giveUpAtMs = performance.now() + startMsMax;
    const { hostname, port } = this.address;
    for (;;) {
      if (this.#hasEnded) throw new Error(`It ended: ${this.lastWords}`);
      try {
        return (await Deno.connect({ hostname, port })).close();
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        if (performance.now() > giveUpAtMs) {
          throw new Error(`It does not listen on ${formatSocketAddress(this.address)}: ${this.lastWords}`);
        }
        await sleep(LOOK_EVERY_MS);
      }
    }
  }

  async #keepLastWords(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_MAX);
    }
  }
}
