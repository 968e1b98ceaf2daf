/**
 * Compares the speed of this forwarder with that of others over TLS and HTTPS, towards clients and towards upstreams:
 * `deno task bench:encrypted [--help]`. It measures as `deno task bench:peers` does.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { startAuthority } from "../common/authority.ts";
import { type Bench, readOptions, requiredExecutable, runBench } from "../common/bench_program.ts";
import { findContestants, twice } from "../common/contestants.ts";
import { freeAddress } from "../common/free_address.ts";
import { describeMachine } from "../common/machine.ts";
import { measure, tryOut } from "../common/measure.ts";
import { measureInRounds } from "../common/rounds.ts";
import { ratioTable, type Result, workloadTable } from "../common/speed_report.ts";
import { verify } from "../common/verify.ts";
import { HOT_NAMES } from "../common/workloads.ts";
import { addressAt, nameAt, NAMES_MAX } from "../common/zone.ts";
import { type Choice, parsePeersOptions, peersHelp, type PeersOptions } from "../peers/peers_options.ts";
import { QueryFiles } from "../peers/query_files.ts";
import { secureDriver } from "./secure_drivers.ts";
import { writeCertificates } from "./bench_certificates.ts";
import { type Certificates, dohAddress, dotAddress, SECURE_FORWARDERS } from "./secure_forwarders.ts";
import { startLocalUnbound } from "./secure_upstream.ts";
import { SECURE_WORKLOADS, type SecureWorkload } from "./secure_workloads.ts";

const CHOICE: Choice = {
  forwarders: SECURE_FORWARDERS.map(({ name }) => name),
  workloads: SECURE_WORKLOADS.map(({ name }) => name),
  nameCountMin: HOT_NAMES,
  nameCountMax: NAMES_MAX,
};
const ABOUT = `deno task bench:encrypted [flags]

Compares the speed of this forwarder with that of others over TLS and HTTPS, as bench:peers does over UDP: CPU time per
answered query, or per handshake, answers per second, latency, loss, memory. dnsperf, h2load and openssl ask. All traffic
stays on the loopback, and everything that was started is stopped. --quick stands for --rounds 1 --seconds 1
--names 10000: a few minutes.`;
const QUICK = ["--rounds", "1", "--seconds", "1", "--names", "10000"];

const options = readOptions(
  (args) => parsePeersOptions(args.flatMap((arg) => arg === "--quick" ? QUICK : [arg]), CHOICE),
  peersHelp(CHOICE, ABOUT),
);
const askers = {
  dnsperf: requiredExecutable("dnsperf", "dnsperf"),
  h2load: requiredExecutable("h2load", "nghttp2-client"),
  openssl: requiredExecutable("openssl", "openssl"),
};
const nsd = requiredExecutable("nsd", "nsd");
const unbound = requiredExecutable("unbound", "unbound");
await runBench("encrypted", (bench) => run(options, bench));

async function run(
  { forwarders, workloads, rounds, seconds, nameCount, isTwice, json }: PeersOptions,
  { folder, signal }: Bench,
): Promise<void> {
  if (json !== null) Deno.writeTextFileSync(json, "");
  const machine = await describeMachine({ nsd, dnsperf: askers.dnsperf });
  console.log(machine.join("\n"));
  const certificates = await writeCertificates(folder);
  const upstreams = await startUpstreams(nameCount, certificates);
  console.log(`\nRounds: ${rounds}; names: ${nameCount}; seconds of a load: ${seconds}\n`);
  const files = new QueryFiles({ folder, nameCount, seconds });
  const chosen = SECURE_FORWARDERS.filter(({ name }) => forwarders.includes(name));
  const results: Result[] = [];
  for (const workload of SECURE_WORKLOADS.filter(({ name }) => workloads.includes(name))) {
    const { asking, channel } = workload;
    const fit = chosen.filter(({ asks, serves }) => asks.includes(asking) && (serves || channel === "udp"));
    const found = await findContestants(fit.map(({ secured }) => secured(certificates, asking)));
    const contestants = isTwice ? twice(found) : found;
    const circumstances = {
      dnsperf: askers.dnsperf,
      folder,
      upstreams: [upstreams(workload)],
      cacheNames: 2 * nameCount,
      clients: workload,
      loads: files.loads(workload),
      driver: secureDriver(channel, askers, folder),
      signal,
    };
    const rows = contestants.map((contestant) => ({
      name: contestant.forwarder.name,
      tryOut: channel === "handshakes" ? null : () => tryOut(contestant, circumstances),
      measure: (rate: number | null) => measure(contestant, rate, circumstances),
    }));
    const result = await measureInRounds({ workload, rows, rounds, signal });
    const names = Object.keys(result.samples);
    const isOurs = (name: string) => name.startsWith("ours-");
    const peers = names.filter((name) => !isOurs(name));
    console.log(`\n${workloadTable(result)}\n\n${ratioTable([result], names.filter(isOurs), peers)}\n`);
    results.push(result);
  }
  const settings = { rounds, seconds, nameCount };
  if (json !== null) Deno.writeTextFileSync(json, `${JSON.stringify({ machine, settings, results }, null, 2)}\n`);
}

/** Starts both upstreams. Returns where one is asked under a workload. */
async function startUpstreams(
  nameCount: number,
  certificates: Certificates,
): Promise<(workload: SecureWorkload) => SocketAddress> {
  const tls = { ...certificates.shown!, address: freeAddress() };
  const authority = (await startAuthority(nsd, { nameCount, sharesSession: true, tls })).address;
  const local = (await startLocalUnbound(unbound, { nameCount, certificates })).address;
  for (const upstream of [authority, local]) await verify(upstream, nameAt(nameCount - 1), addressAt(nameCount - 1));
  return ({ upstream, asking }) => {
    const plain = upstream === "nsd" ? authority : local;
    if (asking === "udp") return plain;
    if (asking === "doh") return dohAddress(plain);
    return upstream === "nsd" ? tls.address : dotAddress(plain);
  };
}
