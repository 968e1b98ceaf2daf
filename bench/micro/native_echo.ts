/**
 * What the layers under a server cost: a server that only sets QR in what it gets and sends it back, once with Deno's own
 * `receive` and `send`, once with batches; driven by dnsperf in alternating rounds. Prints CPU µs (user + system, of all
 * threads) per answered query, as the operating system counts them.
 *
 *     deno run -A bench/micro/native_echo.ts [--rounds 5] [--seconds 4] [--clients 20] [--in-flight 100]
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramSocket } from "../../lib/base/runtime.ts";
import { NativeIo } from "../../lib/native/native_io.ts";
import { openPlain } from "../../tests/support/plain_socket.ts";

/** `wildcard` is `native` on 0.0.0.0, where the local address is looked at and Deno's `receive` does not serve. */
const KINDS = ["plain", "native", "wildcard"] as const;
type Kind = typeof KINDS[number];

/** Linux counts CPU time in these, on every platform that Deno runs on. */
const TICK_US = 10_000;
const QR = 0x80;

if (import.meta.main) {
  const given = parseArgs(Deno.args, { string: ["serve", "rounds", "seconds", "clients", "in-flight"] });
  const { serve, rounds = "5", seconds = "4", clients = "20", "in-flight": inFlight = "100" } = given as Flags;
  if (serve !== undefined) await echo(serve as Kind);
  else await compare({ rounds: Number(rounds), load: ["-l", seconds, "-c", clients, "-q", inFlight] });
}

type Flags = Record<string, string | undefined>;

/** Serves until it is killed. */
async function echo(kind: Kind): Promise<void> {
  const local: SocketAddress = { transport: "udp", hostname: kind === "wildcard" ? "0.0.0.0" : "127.0.0.1", port: 0 };
  const socket = kind === "plain" ? openPlain(local) : new NativeIo(openPlain).openDatagram(local, "clients");
  print(socket.address.port);
  const buffer = new Uint8Array(4096);
  for (;;) {
    const [datagram, client] = await socket.receive(buffer);
    datagram[2]! |= QR;
    if (socket.batch === undefined) socket.send(datagram, client).catch(() => {});
    else echoBatch(socket.batch, datagram, client);
  }
}

function echoBatch(batch: NonNullable<DatagramSocket["batch"]>, first: Uint8Array<ArrayBuffer>, client: SocketAddress) {
  batch.queue(first, client);
  const count = batch.receive();
  for (let i = 0; i < count; i++) {
    const datagram = batch.datagram(i);
    datagram[2]! |= QR;
    batch.queue(datagram, batch.peer(i));
  }
  batch.flush();
}

async function compare({ rounds, load }: { rounds: number; load: readonly string[] }): Promise<void> {
  const names = await Deno.makeTempFile();
  await Deno.writeTextFile(names, Array.from({ length: 1000 }, (_, i) => `name${i}.example.org A\n`).join(""));
  const costs = new Map<Kind, number[]>(KINDS.map((kind) => [kind, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const kind of KINDS) {
        const { costUs, answersPerSecond, lost } = await measure(kind, ["-d", names, ...load]);
        costs.get(kind)!.push(costUs);
        print(`${kind.padEnd(9)} ${costUs.toFixed(2)} µs  ${answersPerSecond} answers/s  ${lost} lost`);
      }
    }
  } finally {
    await Deno.remove(names);
  }
  for (const [kind, each] of costs) print(`${kind.padEnd(9)} median ${median(each).toFixed(2)} µs`);
}

async function measure(kind: Kind, load: readonly string[]) {
  const args = ["run", "--no-prompt", "-A", import.meta.filename!, "--serve", kind];
  const server = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
  try {
    const { value } = await server.stdout.pipeThrough(new TextDecoderStream()).getReader().read();
    const target = ["-s", "127.0.0.1", "-p", value!.trim()];
    // Once without counting, for the compiler.
    await dnsperf([...target, ...load, "-l", "1"]);
    const before = cpuUs(server.pid);
    const { completed, lost, answersPerSecond } = await dnsperf([...target, ...load]);
    return { costUs: (cpuUs(server.pid) - before) / completed, answersPerSecond, lost };
  } finally {
    server.kill();
    await server.status;
  }
}

async function dnsperf(args: readonly string[]) {
  const { stdout } = await new Deno.Command("dnsperf", { args: [...args], stderr: "inherit" }).output();
  const text = new TextDecoder().decode(stdout);
  const number = (label: string) => Math.round(Number(new RegExp(`${label}:\\s+([0-9.]+)`).exec(text)![1]));
  return {
    completed: number("Queries completed"),
    lost: number("Queries lost"),
    answersPerSecond: number("Queries per second"),
  };
}

/** User and system time of a process so far. */
function cpuUs(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

function print(line: string | number): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
