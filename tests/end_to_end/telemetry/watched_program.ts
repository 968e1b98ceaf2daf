import { assert } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../../lib/base/net/address.ts";
import { ChildProgram, ROOT } from "../child_program.ts";

const PLAIN = ["--no-prompt", "--allow-net"];
const NATIVE = [...PLAIN, "--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector"];

/** The program in a process of its own, which tells numbers at a free port. */
export class WatchedProgram implements AsyncDisposable {
  readonly child: ChildProgram;

  /** With rights for workers where `isNative`. */
  constructor(args: readonly string[], { isNative = false } = {}) {
    const permissions = isNative ? NATIVE : PLAIN;
    const usual = ["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"];
    this.child = new ChildProgram([Deno.execPath(), "run", ...permissions, `${ROOT}/main.ts`, ...usual, ...args]);
  }

  /** Where numbers are told, without a path. */
  async url(): Promise<string> {
    const line = await this.child.line(/tells numbers/);
    return /http:\/\/[^/]+/.exec(line)![0];
  }

  /** What is told there. */
  async get(path: string): Promise<{ status: number; text: string }> {
    // No connection is left that would be waited for at the end.
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const response = await fetch(`${await this.url()}${path}`, { client });
    return { status: response.status, text: await response.text() };
  }

  /** The metrics, parsed: `name{labels}` → value. */
  async metrics(): Promise<Map<string, number>> {
    const { status, text } = await this.get("/metrics");
    assert(status === 200, text);
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }));
  }

  /** Asks again until the metrics are as they are to be; what a worker has counted is told within two seconds. */
  async metricsWhen(isSo: (metrics: Map<string, number>) => boolean): Promise<Map<string, number>> {
    for (let tries = 0; tries < 200; tries++) {
      const metrics = await this.metrics();
      if (isSo(metrics)) return metrics;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the metrics do not become so: ${JSON.stringify([...await this.metrics()], null, 1)}`);
  }

  /** Where DNS is served. */
  address(): Promise<SocketAddress> {
    return this.child.address();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}

/** The sum of the series of a metric. */
export function sumOf(metrics: ReadonlyMap<string, number>, name: string, labels = ""): number {
  const own = [...metrics].filter(([series]) => series.replace(/\{.*/, "") === name && series.includes(labels));
  return own.reduce((total, [, value]) => total + value, 0);
}

/** After `--resolver`. */
export function resolver(address: SocketAddress): string[] {
  return ["--resolver", formatSocketAddress(address)];
}
