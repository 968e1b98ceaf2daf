import { formatSocketAddress, type SocketAddress } from "../../lib/base/address.ts";
import type { Forwarder } from "./peers.ts";

/** Longer than any start takes; who needs more is given up. */
const START_MS_MAX = 15_000;
/** Between two looks whether it listens. */
const LOOK_EVERY_MS = 20;
/** Some take connections before they take datagrams (dnsdist first waits for its probes); all get the same time. */
const SETTLE_MS = 1500;
/** What is kept of the last words of a process. */
const LAST_WORDS_MAX = 1000;

/** A forwarder in a process of its own, with a folder of its own. Disposing of it leaves neither. */
export class RunningForwarder implements AsyncDisposable {
  static readonly #all = new Set<RunningForwarder>();

  /** Where it listens. */
  readonly address: SocketAddress;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #stderrEnd: Promise<void>;
  #lastWords = "";
  #hasEnded = false;

  private constructor(address: SocketAddress, process: Deno.ChildProcess, folder: string) {
    this.address = address;
    this.#process = process;
    this.#folder = folder;
    this.#stderrEnd = this.#keepLastWords();
    process.status.then(() => this.#hasEnded = true);
    RunningForwarder.#all.add(this);
  }

  /**
   * Starts `forwarder` and waits until it serves.
   *
   * @param executable The path of its program.
   * @throws {Error} when it does not serve; its last words are in the message. Nothing is left behind then.
   */
  static async start(
    forwarder: Forwarder,
    { executable, upstreams }: { executable: string; upstreams: readonly SocketAddress[] },
  ): Promise<RunningForwarder> {
    const folder = Deno.makeTempDirSync({ prefix: `bench-${forwarder.name}-` });
    const listen = freeAddress();
    const { args, files = {} } = forwarder.commandLine({ listen, upstreams, folder });
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    const io = { stdin: "null", stdout: "null", stderr: "piped" } as const;
    const process = new Deno.Command(executable, { args: [...args], cwd: folder, ...io }).spawn();
    const running = new RunningForwarder(listen, process, folder);
    try {
      await running.#listening();
      return running;
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Stops everything that was started. For the case that the bench itself is stopped. */
  static async stopAll(): Promise<void> {
    await Promise.all([...this.#all].map((running) => running[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    RunningForwarder.#all.delete(this);
    // Nothing in it is worth a farewell, and a killed process stays nowhere.
    if (!this.#hasEnded) this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#stderrEnd;
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** All of them serve TCP, and a connection that is taken is no query: nothing is learned about upstreams from it. */
  async #listening(): Promise<void> {
    const giveUpAtMs = performance.now() + START_MS_MAX;
    const { hostname, port } = this.address;
    for (;;) {
      if (this.#hasEnded) throw new Error(`It ended: ${this.#lastWords.trim()}`);
      try {
        (await Deno.connect({ hostname, port })).close();
        return await sleep(SETTLE_MS);
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        if (performance.now() > giveUpAtMs) {
          throw new Error(`It does not listen on ${formatSocketAddress(this.address)}: ${this.#lastWords.trim()}`);
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

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** An address of the loopback whose port nobody has at this moment, neither for UDP nor for TCP. */
function freeAddress(): SocketAddress {
  const hostname = "127.0.0.1";
  for (;;) {
    const datagram = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    const { port } = datagram.addr as Deno.NetAddr;
    try {
      Deno.listen({ hostname, port }).close();
      return { transport: "udp", hostname, port };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    } finally {
      datagram.close();
    }
  }
}
