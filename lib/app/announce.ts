import type { FullConfig } from "../config/config.ts";
import { isExperimental, type Listen, listenName } from "../server/listen/listen.ts";
import type { Log } from "../observe/log.ts";
import { type Endpoint, endpointText, isUnauthenticated } from "../upstream/endpoint.ts";
import { VERSION } from "../version.ts";

/** Tells the operator that the program serves, where, and who answers. */
export function announce({ upstreams, answer, policy }: FullConfig, served: readonly Listen[], log: Log): void {
  const where = served.map((listen) => `${listenName(listen)}${isExperimental(listen) ? " (experimental)" : ""}`)
    .join(" and ");
  if (upstreams.length > 0) {
    log.info(`${VERSION} listens on ${where}, forwards to ${upstreams.map(endpointText).join(", ")}`);
    warnOfUnauthenticated([...upstreams, ...(policy?.upstreamGroups ?? []).flatMap(({ servers }) => servers)], log);
    return;
  }
  const madeUp = [answer.ipv4, answer.ipv6].filter((ip) => ip !== null).join(" and ");
  log.warn(
    `${VERSION} listens on ${where}. ANSWERS ARE MADE UP: every name has the address ${madeUp}. ` +
      `Give --resolver <ip>[:port] to forward`,
  );
}

/** Each time, so that it is not forgotten. */
function warnOfUnauthenticated(endpoints: readonly Endpoint[], log: Log): void {
  for (const text of new Set(endpoints.filter(isUnauthenticated).map(endpointText))) {
    log.warn(`upstream ${text} need not prove who it is (auth=none): whoever is on the way may answer in its place`);
  }
}
