import type { FullConfig } from "../config/config.ts";
import { warningsOfUnauthenticated } from "../config/unauthenticated.ts";
import { isExperimental, type Listen, listenName } from "../server/listen/listen.ts";
import type { Log } from "../observe/log.ts";
import { endpointText } from "../upstream/endpoint.ts";
import { VERSION } from "../version.ts";

/** Tells the operator that the program serves, where, and who answers. */
export function announce(config: FullConfig, served: readonly Listen[], log: Log): void {
  const { upstreams, answer } = config;
  const where = served.map((listen) => `${listenName(listen)}${isExperimental(listen) ? " (experimental)" : ""}`)
    .join(" and ");
  if (upstreams.length > 0) {
    log.info(`${VERSION} listens on ${where}, forwards to ${upstreams.map(endpointText).join(", ")}`);
    // Each time, so that it is not forgotten.
    for (const warning of warningsOfUnauthenticated(config)) log.warn(warning);
    return;
  }
  const madeUp = [answer.ipv4, answer.ipv6].filter((ip) => ip !== null).join(" and ");
  log.warn(
    `${VERSION} listens on ${where}. ANSWERS ARE MADE UP: every name has the address ${madeUp}. ` +
      `Give --resolver <ip>[:port] to forward`,
  );
}
