// deno-lint-ignore-file no-console
import { isIpv6, type SocketAddress } from "../../lib/base/net/address.ts";
import type { Forwarder } from "./forwarders.ts";
import { findExecutable, notInstalled, versionOf } from "./installed.ts";
import { RunningServer } from "./running_server.ts";

/** A forwarder that is on this machine. */
export interface Contestant {
  readonly forwarder: Forwarder;
  readonly executable: string;
  readonly version: string;
}

/** Those of `forwarders` that are installed; prints their versions, and how to get those that are not. */
export async function findContestants(forwarders: readonly Forwarder[]): Promise<Contestant[]> {
  const found: Contestant[] = [];
  for (const forwarder of forwarders) {
    const executable = findExecutable(forwarder.executable);
    if (executable === null) {
      console.log(notInstalled(forwarder.name, forwarder.debianPackage));
      continue;
    }
    const version = await versionOf(executable, forwarder.versionArgs);
    console.log(`${forwarder.name}: ${version}`);
    found.push({ forwarder, executable, version });
  }
  return found;
}

/** Each of them, and once more under another name. */
export function twice(contestants: readonly Contestant[]): Contestant[] {
  return contestants.flatMap((one) => {
    return [one, { ...one, forwarder: { ...one.forwarder, name: `${one.forwarder.name}, again` } }];
  });
}

/**
 * Starts a contestant. It listens on ::1 when its upstreams are of IPv6, else on 127.0.0.1.
 *
 * @param sharesSession See `Startable`.
 * @param cacheNames Names that its cache shall have room for; `null`: all as it comes.
 * @throws {Error} as `RunningServer.start()` does.
 */
export function startContestant(
  { forwarder, executable }: Contestant,
  { upstreams, cacheNames, overTcp = false, sharesSession = false }: {
    upstreams: readonly SocketAddress[];
    cacheNames: number | null;
    overTcp?: boolean;
    sharesSession?: boolean;
  },
): Promise<RunningServer> {
  return RunningServer.start({
    name: forwarder.name,
    executable,
    commandLine: (place) => forwarder.commandLine({ ...place, upstreams, cacheNames, overTcp }),
    sharesSession,
    ...(upstreams.some(isIpv6) ? { hostname: "::1" } : {}),
  });
}
