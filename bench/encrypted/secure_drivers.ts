import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { encode } from "../../lib/wire/message.ts";
import { headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { dnsperfDriver, type Drive, type Driven, type Driver, type Latencies, run } from "../common/dnsperf.ts";
import { namesIn } from "../common/name_files.ts";
import { dohAddress, dotAddress, PATH } from "./secure_forwarders.ts";
import type { SecureWorkload } from "./secure_workloads.ts";

/** The programs that ask. */
export interface Askers {
  readonly dnsperf: string;
  readonly h2load: string;
  readonly openssl: string;
}

/**
 * Who asks over a channel.
 *
 * @param folder For what they print and read.
 */
export function secureDriver(channel: SecureWorkload["channel"], askers: Askers, folder: string): Driver {
  const dnsperf = dnsperfDriver(askers.dnsperf, folder);
  switch (channel) {
    case "udp":
      return dnsperf;
    case "dot":
      return {
        drive: (what, signal) => dnsperf.drive(atDot(what), signal),
        driveForLatencies: (what, signal) => dnsperf.driveForLatencies(atDot(what), signal),
      };
    case "handshakes": {
      const drive = (what: Drive, signal: AbortSignal) => shakeHands(askers.openssl, what, signal);
      return {
        drive,
        driveForLatencies: async (what, signal) => ({ ...await drive(what, signal), latencies: new Float64Array(0) }),
      };
    }
    default: {
      const load = (what: Drive, signal: AbortSignal) => loadHttp(askers.h2load, channel, what, { folder, signal });
      return { drive: load, driveForLatencies: load };
    }
  }
}

function atDot(drive: Drive): Drive {
  return { ...drive, server: dotAddress(drive.server) };
}

/** Full handshakes one after the other for as long as is wanted; each counts as an answer. */
async function shakeHands(openssl: string, { server, seconds }: Drive, signal: AbortSignal): Promise<Driven> {
  const at = formatSocketAddress(dotAddress(server));
  // Real time counts, in whole seconds.
  const args = ["s_time", "-connect", at, "-new", "-time", `${Math.max(2, seconds ?? 0)}`];
  return parseHandshakes(await run(openssl, args, signal));
}

/** Reads what `openssl s_time` prints. */
export function parseHandshakes(text: string): Driven {
  const match = /^(\d+) connections in (\d+) real seconds/m.exec(text);
  if (match === null) throw new Error("Cannot read what openssl s_time prints");
  const [count, seconds] = [Number(match[1]), Number(match[2])];
  return { sent: count, answered: count, refused: 0, lost: 0, seconds };
}

async function loadHttp(
  h2load: string,
  channel: "doh-get" | "doh-post",
  { server, file, clients, inFlight, seconds, rate }: Drive,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<Driven & Latencies> {
  const where = `https://${formatSocketAddress(dohAddress(server))}${PATH}`;
  const names = namesIn(file);
  const [log, input] = [`${folder}/h2load.log`, `${folder}/h2load.input`];
  Deno.writeTextFileSync(log, "");
  const isPost = channel === "doh-post";
  if (isPost) Deno.writeFileSync(input, query(names[0]!));
  else Deno.writeTextFileSync(input, names.map((name) => `${where}?dns=${base64Url(query(name))}\n`).join(""));
  const text = await run(h2load, [
    ...["-c", `${clients}`, "-m", `${Math.max(1, inFlight / clients)}`, `--log-file=${log}`],
    ...(seconds === null ? ["-n", `${names.length}`] : ["-D", `${seconds}`]),
    ...(rate === null ? [] : [`--rps=${Math.max(1, Math.round(rate / clients))}`]),
    ...(isPost ? ["-d", input, "-H", "content-type: application/dns-message", where] : ["-i", input]),
  ], signal);
  const latencies = parseRequestLog(await Deno.readTextFile(log));
  return { ...parseHttpSummary(text), latencies };
}

/** Reads what h2load prints at its end. */
export function parseHttpSummary(text: string): Driven {
  const requests = /^requests: (\d+) total, .* (\d+) succeeded, (\d+) failed/m.exec(text);
  const time = /^finished in ([\d.]+)(us|ms|s|m)/m.exec(text);
  if (requests === null || time === null) throw new Error("Cannot read what h2load prints");
  const [answered, lost] = [Number(requests[2]), Number(requests[3])];
  const seconds = Number(time[1]) * { us: 1e-6, ms: 1e-3, s: 1, m: 60 }[time[2] as "us" | "ms" | "s" | "m"];
  return { sent: answered + lost, answered, refused: 0, lost, seconds };
}

/** Latencies in the lines `<start> <status> <µs>` of its log: microseconds, smallest first. */
export function parseRequestLog(text: string): Float64Array {
  return Float64Array.from([...text.matchAll(/^\d+\t200\t(\d+)/gm)].map(([, micros]) => Number(micros))).sort();
}

/** With the ID 0 (RFC 8484 §4.1). */
function query(name: string): Uint8Array<ArrayBuffer> {
  return encode({
    ...headerFromFlags(0, 0),
    recursionDesired: true,
    questions: [{ name: nameFromText(name), type: TYPE.A, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  });
}

function base64Url(octets: Uint8Array): string {
  return octets.toBase64({ alphabet: "base64url", omitPadding: true });
}
