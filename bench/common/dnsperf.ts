import type { SocketAddress } from "../../lib/base/net/address.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import { CLIENT_COOKIE, type Dress } from "./workloads.ts";

/** What dnsperf is to do. */
export interface Drive {
  readonly server: SocketAddress;
  readonly transport: "udp" | "tcp" | "dot";
  /** Lines of name and type. */
  readonly file: string;
  /** Sockets, or connections, that queries come from. */
  readonly clients: number;
  /** Queries that wait for their responses at the same time, of all clients together. */
  readonly inFlight: number;
  /** How long; `null`: until every line of the file was asked once. */
  readonly seconds: number | null;
  /** Queries per second; `null`: as many as are answered. */
  readonly rate: number | null;
  /** See `Clients`. */
  readonly dress?: Dress;
}

/** What came of it. */
export interface Driven {
  readonly sent: number;
  /** Responses with RCODE NOERROR. Nothing else is an answer here, for all names exist. */
  readonly answered: number;
  /** Responses with another RCODE. */
  readonly refused: number;
  /** Without a response. */
  readonly lost: number;
  readonly seconds: number;
}

/** How long answers took. */
export interface Latencies {
  /** Microseconds, smallest first. */
  readonly latencies: Float64Array;
}

/** Who asks a server. */
export interface Driver {
  /** With as many queries as it answers, or at a rate. */
  drive(drive: Drive, signal: AbortSignal): Promise<Driven>;
  /** The same, with the latency of every answer. That costs the load generator time, so this is for a rate only. */
  driveForLatencies(drive: Drive, signal: AbortSignal): Promise<Driven & Latencies>;
}

/**
 * dnsperf as the one who asks.
 *
 * @param folder For what it prints.
 */
export function dnsperfDriver(dnsperf: string, folder: string): Driver {
  return {
    drive: (what, signal) => drive(dnsperf, what, signal),
    driveForLatencies: (what, signal) => driveForLatencies({ dnsperf, folder }, what, signal),
  };
}

/** A query without a response after that long is lost. More than the 2 s after which ours gives up. */
const TIMEOUT_SECONDS = 3;
/**
 * What one thread of dnsperf opens at most (2.10.0). Told of more clients it says nothing, and asks from so many. Each
 * further thread takes processor time from the others, so there are no more than needed.
 */
const SOCKETS_PER_THREAD = 256;

/** Drives a server with as many queries as it answers, or at a rate. */
export async function drive(dnsperf: string, drive: Drive, signal: AbortSignal): Promise<Driven> {
  return parseSummary(await run(dnsperf, dnsperfArgs(drive), signal));
}

/**
 * The same, with the latency of every answer. Printing them costs the load generator time, so this is for a rate only.
 */
export async function driveForLatencies(
  { dnsperf, folder }: { dnsperf: string; folder: string },
  drive: Drive,
  signal: AbortSignal,
): Promise<Driven & Latencies> {
  // Into a file, which is read afterwards: reading a pipe meanwhile would take from the processor that is measured.
  const file = `${folder}/latencies`;
  await run(
    "sh",
    ["-c", 'file=$1; shift; exec "$@" >"$file"', "sh", file, dnsperf, "-v", ...dnsperfArgs(drive)],
    signal,
  );
  const text = await Deno.readTextFile(file);
  return { ...parseSummary(text), latencies: parseLatencies(text) };
}

/** Command line of dnsperf. */
export function dnsperfArgs({ server, transport, file, clients, inFlight, seconds, rate, dress }: Drive): string[] {
  const threads = Math.ceil(clients / SOCKETS_PER_THREAD);
  return [
    ...["-s", server.hostname, "-p", `${server.port}`, "-m", transport, "-d", file, "-t", `${TIMEOUT_SECONDS}`],
    ...["-c", `${clients}`, "-q", `${inFlight}`],
    ...(threads === 1 ? [] : ["-T", `${threads}`]),
    ...(seconds === null ? ["-n", "1"] : ["-l", `${seconds}`]),
    ...(rate === null ? [] : ["-Q", `${rate}`]),
    ...(dress === "dig" ? ["-D", "-E", `${EDNS_OPTION.COOKIE}:${CLIENT_COOKIE}`] : []),
  ];
}

/** Reads what dnsperf prints at its end. */
export function parseSummary(text: string): Driven {
  const number = (pattern: RegExp) => {
    const match = pattern.exec(text);
    if (match === null) throw new Error(`Cannot read what dnsperf prints: no ${pattern.source}`);
    return Number(match[1]);
  };
  const completed = number(/^ *Queries completed: +(\d+)/m);
  // The line has nothing in it when nothing was completed.
  const answered = Number(/^ *Response codes:.*\bNOERROR (\d+)/m.exec(text)?.[1] ?? 0);
  return {
    sent: number(/^ *Queries sent: +(\d+)/m),
    answered,
    refused: completed - answered,
    lost: number(/^ *Queries lost: +(\d+)/m),
    seconds: number(/^ *Run time \(s\): +([\d.]+)/m),
  };
}

/** Latencies in the lines `> NOERROR <name> <type> <seconds>` of `dnsperf -v`: microseconds, smallest first. */
export function parseLatencies(text: string): Float64Array {
  const micros: number[] = [];
  for (const [, seconds] of text.matchAll(/^> NOERROR \S+ \S+ (\d+\.\d+)$/gm)) {
    micros.push(Math.round(Number(seconds) * 1e6));
  }
  return Float64Array.from(micros).sort();
}

/** What a load generator prints. Throws when it fails. */
export async function run(executable: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const command = new Deno.Command(executable, { args: [...args], stdin: "null", signal });
  const { code, stdout, stderr } = await command.output();
  if (code === 0) return new TextDecoder().decode(stdout);
  throw new Error(`${executable} ended with ${code}: ${new TextDecoder().decode(stderr).trim().split("\n").at(-1)}`);
}
