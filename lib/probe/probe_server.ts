import type { BootstrapServers } from "../upstream/secure/bootstrap.ts";
import { type Endpoint, isSecure, type PlainEndpoint, type SecureEndpoint } from "../upstream/endpoint.ts";
import { CertificateProbe } from "./findings/certificate.ts";
import { tryDnssec, tryFilteredNames, tryMissingNames } from "./findings/honesty.ts";
import { Line, type LineOptions } from "./line/line.ts";
import { judgeEdns, judgeTcp, tryCookie, tryIpv6, tryLetterCase } from "./findings/manners.ts";
import type { ProbeOptions } from "./probe_options.ts";
import { asked } from "./line/question.ts";
import { type Finding, finding, NEEDLESS, type Point, type ServerReport, timesOf, UNKNOWN } from "./report.ts";
import { firstContact, measureSpeed, problemOf } from "./findings/speed.ts";
import { findWays } from "./findings/ways.ts";

/** RFC 7858 §3.1. */
const TLS_PORT = 853;
/** Steps beside those for speed, one for each finding and each of the two handshakes. */
const OTHER_STEPS = 11;

/** A server that is to be probed. */
export interface ProbedServer {
  /** Where it is. */
  readonly endpoint: Endpoint;
  /** As it stands in a configuration. */
  readonly text: string;
  /** Who runs it, if that is known. */
  readonly operator: string | null;
  /** Who is asked where it is; `null` for nobody. */
  readonly bootstrapServers: BootstrapServers | null;
}

/** Steps that a server takes at most. */
export function stepsOf({ names, count }: ProbeOptions): number {
  return 1 + names.known.length + 2 * count + OTHER_STEPS;
}

/**
 * Finds out what a server is good for, one query at a time. Never rejects.
 *
 * @param onStep Called at each step; see `stepsOf`.
 */
export async function probeServer(
  server: ProbedServer,
  options: ProbeOptions,
  world: LineOptions,
  onStep: () => void,
): Promise<ServerReport> {
  const { endpoint, bootstrapServers, text, operator } = server;
  const { random } = world;
  const probed = { server: text, operator };
  // The first handshake of all: the next ones may be shorter.
  const certificate = certificateProbeOf(server, world);
  await certificate?.shakeHands();
  onStep();
  const line = Line.to(endpoint, bootstrapServers, world);
  try {
    const first = await firstContact(line, options, onStep);
    const problem = problemOf(first);
    if (problem !== null || first.kind !== "reply") {
      const tcp = isSecure(endpoint) ? NEEDLESS : await step(onStep, () => tryTcp(endpoint, options, world));
      const findings = { ...NOTHING_FOUND, tcp, tls: certificate?.finding ?? NEEDLESS };
      const isReply = first.kind === "reply";
      return {
        ...probed,
        ...NOT_MEASURED,
        // Something on the way lets no datagrams through.
        problem: !isReply && tcp.verdict === "good"
          ? `${problem} over UDP; over TCP it answers: tcp://${text}`
          : problem,
        lostCount: isReply ? 0 : 1,
        certificate: certificate?.report ?? null,
        findings,
      };
    }
    const { names } = options;
    const [name] = names.known as readonly [string];
    const speed = await measureSpeed(line, options, random, onStep);
    const isPlain = !isSecure(endpoint);
    const tcp = isPlain && endpoint.protocol === "udp"
      ? await step(onStep, () => tryTcp(endpoint, options, world))
      : NEEDLESS;
    const cookies = isPlain ? await step(onStep, () => tryCookie(line, name, random)) : NEEDLESS;
    const letterCase = isPlain ? await step(onStep, () => tryLetterCase(line, name, random)) : NEEDLESS;
    const missingNames = await step(onStep, () => tryMissingNames(line, names.missingIn, random));
    const dnssec = await step(onStep, () => tryDnssec(line, names));
    const filtered = await step(onStep, () => tryFilteredNames(line, names.filtered));
    const ipv6 = await step(onStep, () => tryIpv6(line, names.known));
    const otherWays = isPlain ? await step(onStep, () => findWays(line, endpoint)) : [];
    if (certificate?.report) await step(onStep, () => certificate.shakeHands());
    const findings = {
      tcp,
      tls: certificate?.finding ?? NEEDLESS,
      edns: judgeEdns(first),
      cookies,
      letterCase,
      missingNames,
      dnssec,
      filtering: UNKNOWN,
      ipv6,
      ways: judgeWays(otherWays, isPlain),
    };
    return { ...probed, problem, ...speed, certificate: certificate?.report ?? null, findings, filtered, otherWays };
  } finally {
    line.close();
  }
}

const NOTHING_FOUND: Readonly<Record<Point, Finding>> = {
  tcp: UNKNOWN,
  tls: UNKNOWN,
  edns: UNKNOWN,
  cookies: UNKNOWN,
  letterCase: UNKNOWN,
  missingNames: UNKNOWN,
  dnssec: UNKNOWN,
  filtering: UNKNOWN,
  ipv6: UNKNOWN,
  ways: UNKNOWN,
};

const NOT_MEASURED = { known: timesOf([]), fresh: timesOf([]), askedCount: 1, filtered: [], otherWays: [] } as const;

async function step<T>(onStep: () => void, take: () => Promise<T>): Promise<T> {
  const taken = await take();
  onStep();
  return taken;
}

async function tryTcp(endpoint: PlainEndpoint, { names }: ProbeOptions, world: LineOptions): Promise<Finding> {
  const line = Line.overTcp(endpoint, world);
  try {
    return judgeTcp(await line.ask(asked(names.known[0]!)));
  } finally {
    line.close();
  }
}

/** Of a plain server, whoever answers at the port of DNS over TLS has to have a certificate for its address. */
function certificateProbeOf({ endpoint, bootstrapServers }: ProbedServer, world: LineOptions): CertificateProbe | null {
  if (isSecure(endpoint)) {
    // It is not shown to us.
    return endpoint.protocol === "quic" ? null : new CertificateProbe(endpoint, bootstrapServers, world);
  }
  // Nobody has a certificate for an address of a link.
  if (endpoint.zone !== null) return null;
  return new CertificateProbe(tlsAt(endpoint.address), null, world);
}

function tlsAt(address: string): SecureEndpoint {
  return {
    protocol: "tls",
    name: null,
    addresses: [address],
    bootstrap: [],
    port: TLS_PORT,
    path: null,
    pins: [],
    stampHashes: [],
    ca: null,
    auth: "name",
  };
}

function judgeWays(ways: readonly string[], isPlain: boolean): Finding {
  if (!isPlain) return NEEDLESS;
  if (ways.length === 0) return finding("fair", "none");
  const protocols = [...new Set(ways.map((way) => way.slice(0, way.indexOf(":"))))];
  return finding("good", protocols.join("+"), `it says that it can be asked at ${ways.join(", ")}`);
}
