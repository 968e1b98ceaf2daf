import type { Network } from "../../base/runtime.ts";
import type { FullConfig } from "../../config/config.ts";
import type { OperatingSystem } from "../operating_system.ts";

/**
 * Warnings of addresses that queries are to leave from, and that this machine does not have: else that would show only when a query is
 * sent. One may come later, with its link, so that it is no error.
 */
export function missingSources(
  { policy }: FullConfig,
  system: Pick<OperatingSystem, "runtime" | "isForbidden">,
): string[] {
  const groups = policy?.upstreamGroups.filter(({ sources }) => sources.length > 0) ?? [];
  if (groups.length === 0) return [];
  const { network } = system.runtime({}, () => {});
  return groups.flatMap(({ name, sources, place }) => {
    const missing = sources.filter((hostname) => !canSendFrom(hostname, network, system));
    const where = place === null ? "" : `${place.file}:${place.line}: `;
    return missing.map((hostname) => {
      return `${where}upstreams.${name}.source: this machine does not have ${hostname} now, and cannot ask from it until it has`;
    });
  });
}

function canSendFrom(
  hostname: string,
  network: Pick<Network, "openDatagram">,
  { isForbidden }: Pick<OperatingSystem, "isForbidden">,
): boolean {
  try {
    network.openDatagram({ transport: "udp", hostname, port: 0 }, "upstreams").close();
    return true;
  } catch (error) {
    // Who may open no sockets at all does not know.
    return isForbidden(error);
  }
}
