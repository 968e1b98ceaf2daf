import {
  formatSocketAddress,
  isIpv6,
  isSameAddress,
  isUnspecified,
  parseSocketAddress,
  type SocketAddress,
} from "../base/net/address.ts";
import { type Listen, listenText, transportsOf } from "../server/listen/listen.ts";
import { isLost, serverText, socketAddressesOf } from "../upstream/endpoint.ts";
import { adminListenText, isExposed, parseAdminListen } from "../web/admin_listen.ts";
import { type Config, DEFAULT_LISTEN } from "./config.ts";
import { invalid } from "./readers.ts";
import { UsageError } from "./usage_error.ts";

/** This machine, whatever it is called elsewhere (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
const LOOPBACK = /^(?:127\.|::1(?:\/|$))/;

/** What is allowed and probably not meant. */
export interface Advice {
  /** A line each. */
  readonly warnings: readonly string[];
  /** The same, for plain datagram I/O alone. */
  readonly plainWarnings: readonly string[];
}

/** Where the settings come from. */
export interface Provenance {
  /** Whether it was given, be it the default value. */
  isGiven(field: keyof Config): boolean;
  /** How messages name the setting, or the `i`-th value of a list. */
  whereOf(field: keyof Config, i?: number): string;
}

/**
 * Looks at the settings together.
 *
 * @throws {UsageError} when they cannot work together.
 */
export function adviceOn(config: Config, provenance: Provenance): Advice {
  const { whereOf } = provenance;
  rejectUnaskable(config, provenance);
  rejectUnsharable(config, provenance);
  rejectUnservable(config, provenance);
  rejectExposed(config, provenance);
  rejectTaken(config, provenance);
  const { minTtlSeconds, maxTtlSeconds } = config;
  if (minTtlSeconds > maxTtlSeconds) {
    const given = { where: whereOf("minTtlSeconds"), text: String(minTtlSeconds) };
    throw invalid(given, `must not be above ${whereOf("maxTtlSeconds")}, which is ${maxTtlSeconds}`);
  }
  return {
    warnings: idleSettings(config, provenance),
    plainWarnings: (config.listen ?? []).flatMap(({ protocol, address }, i) => {
      // Those that have connections answer on these.
      if (!isUnspecified(address) || !transportsOf(protocol).includes("udp")) return [];
      const where = whereOf("listen", i);
      // The system picks the source address of each reply; on a machine with several it may not be the one that was asked.
      const text = formatSocketAddress(address);
      const warning = `${where} ${text} may answer from another address than was asked; name each`;
      // Without batches nobody tells which link a datagram came from, and the system picks the first one for the reply.
      if (!isIpv6(address)) return [warning];
      const about =
        `${where} ${text} answers clients with link-local addresses on the first link alone; for the others ` +
        `name this machine's address there, such as ${where} [fe80::1%eth1]:${address.port}`;
      return [warning, about];
    }),
  };
}

/** Upstreams that can be written down and cannot work. */
function rejectUnaskable({ upstreams, listen }: Config, { whereOf }: Provenance): void {
  for (const [i, upstream] of upstreams.entries()) {
    if (!isLost(upstream)) continue;
    const given = { where: whereOf("upstreams", i), text: serverText(upstream) };
    throw invalid(given, `needs its address, such as ${serverText(upstream)}?ip=192.0.2.1, or ${whereOf("bootstrap")}`);
  }
  const addresses = upstreams.flatMap((upstream, i) =>
    socketAddressesOf(upstream).map((address) => [i, address] as const)
  );
  for (const [i, upstream] of addresses) {
    const given = { where: whereOf("upstreams", i), text: formatSocketAddress(upstream) };
    if (isServedAt(listen ?? DEFAULT_LISTEN, upstream)) {
      throw invalid(given, "this program listens there itself, a query would go round for ever");
    }
    // Replies would come from a real address of this machine, which is not the one that was asked.
    if (isUnspecified(upstream)) throw invalid(given, "needs the address of a server, not of any");
  }
}

/** Whether what is sent to an address comes back to this program. Who serves at any address is at this machine's own ones, too. */
export function isServedAt(listen: readonly Listen[], address: SocketAddress): boolean {
  return listen.some(({ address: own }) => {
    if (isSameAddress(own, address)) return true;
    const isOfFamily = own.hostname === "::" || !isIpv6(address);
    return own.port === address.port && isUnspecified(own) && isOfFamily && LOOPBACK.test(address.hostname);
  });
}

/** Listeners that lack what they need. */
function rejectUnservable({ listen, certificates }: Config, { whereOf }: Provenance): void {
  for (const [i, one] of (listen ?? []).entries()) {
    const given = { where: whereOf("listen", i), text: listenText(one) };
    if (isEncrypted(one) && certificates.length === 0) throw invalid(given, `needs ${whereOf("certificates")}`);
    if (one.allow !== null && one.address.port === 0) {
      throw invalid(given, "needs a port: who may ask there goes by it");
    }
  }
}

/** What people and programs look at where something else of this program listens: "stop the other program" would be no help. */
function rejectTaken({ listen, metricsListen, adminListen }: Config, { whereOf }: Provenance): void {
  const taken = new Map<string, string>();
  for (const [i, { protocol, address }] of (listen ?? DEFAULT_LISTEN).entries()) {
    if (transportsOf(protocol).includes("tcp")) taken.set(hostAndPort(address), whereOf("listen", i));
  }
  for (const field of ["metricsListen", "adminListen"] as const) {
    const text = field === "metricsListen" ? metricsListen : adminListen;
    if (text === null) continue;
    const { address } = parseAdminListen(text);
    const owner = taken.get(hostAndPort(address));
    if (owner !== undefined && address.port !== 0) {
      throw invalid({ where: whereOf(field), text }, `needs another port: ${owner} is served there`);
    }
    taken.set(hostAndPort(address), whereOf(field));
  }
}

function hostAndPort(address: SocketAddress): string {
  return formatSocketAddress({ ...address, transport: "tcp" });
}

/** A page that others could read along, or that nobody could open. */
function rejectExposed(config: Config, { whereOf }: Provenance): void {
  const { adminListen, isAdminBehindProxy, certificates, adminTokenFile, stateDir } = config;
  if (adminListen === null) return;
  const listen = parseAdminListen(adminListen);
  const given = { where: whereOf("adminListen"), text: adminListen };
  if (listen.isSecure && certificates.length === 0) throw invalid(given, `needs ${whereOf("certificates")}`);
  if (isExposed(listen) && !isAdminBehindProxy) {
    const secure = adminListenText({ ...listen, isSecure: true });
    throw invalid(
      given,
      "what is not encrypted is for this machine alone, at 127.0.0.1 or ::1; " +
        `elsewhere it takes ${secure} with ${whereOf("certificates")}, or a proxy that encrypts it ` +
        `and ${whereOf("isAdminBehindProxy")} = true`,
    );
  }
  if (adminTokenFile === null && stateDir === null) {
    throw invalid(given, `needs ${whereOf("adminTokenFile")}, or ${whereOf("stateDir")} to keep that file in`);
  }
}

function isEncrypted({ protocol }: Listen): boolean {
  return protocol !== "plain" && protocol !== "http";
}

/** What was given and does nothing. */
function idleSettings(config: Config, { isGiven, whereOf }: Provenance): string[] {
  const { upstreams, listen, keys, certificates, adminListen } = config;
  const listeners = listen ?? [];
  const warnings: string[] = [];
  if (isGiven("answer") && upstreams.length > 0) {
    warnings.push(`${whereOf("answer")} has no effect beside ${whereOf("upstreams")}`);
  }
  const isAdminSecure = adminListen !== null && parseAdminListen(adminListen).isSecure;
  if (certificates.length > 0 && !listeners.some(isEncrypted) && !isAdminSecure) {
    warnings.push(`${whereOf("certificates")} has no effect: ${whereOf("listen")} has no encrypted address`);
  }
  const { adminTokenFile, adminHosts, isAdminBehindProxy } = config;
  if (adminListen === null && (adminTokenFile !== null || adminHosts.length > 0 || isAdminBehindProxy)) {
    warnings.push(
      `[admin] has no page: token-file, hosts and behind-proxy have no effect without ${whereOf("adminListen")}`,
    );
  }
  if (keys.length > 0 && certificates.length === 0) {
    warnings.push(`${whereOf("keys")} has no effect without ${whereOf("certificates")}`);
  }
  const { metricsListen, metricsAllow } = config;
  if (
    metricsListen !== null && !LOOPBACK.test(hostnameOf(metricsListen)) &&
    metricsAllow.every((one) => LOOPBACK.test(one))
  ) {
    warnings.push(
      `${whereOf("metricsListen")} ${metricsListen} can be read from this machine alone; set metrics.allow`,
    );
  }
  return warnings;
}

/** Of an address as `formatSocketAddress` writes it. */
function hostnameOf(address: string): string {
  return parseSocketAddress(address, 0, 0).hostname;
}

/** Another instance cannot have the port that only this one knows. */
function rejectUnsharable({ sharesPort, listen }: Config, { whereOf }: Provenance): void {
  if (!sharesPort || (listen !== null && listen.every(({ address }) => address.port !== 0))) return;
  const where = whereOf("sharesPort");
  const reason = `needs ${whereOf("listen")} with the addresses and ports that are to be shared`;
  throw new UsageError(`Cannot use ${where}: ${reason}`, { where, reason });
}
