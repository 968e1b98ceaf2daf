import { endpointText, isUnauthenticated } from "../upstream/endpoint.ts";
import type { FullConfig } from "./config.ts";

/** What the operator is told of upstreams that need not prove who they are, a line each. */
export function warningsOfUnauthenticated({ upstreams, policy }: FullConfig): string[] {
  const all = [...upstreams, ...(policy?.upstreamGroups ?? []).flatMap(({ servers }) => servers)];
  return [...new Set(all.filter(isUnauthenticated).map(endpointText))].map((text) => {
    return `upstream ${text} need not prove who it is (auth=none): whoever is on the way may answer in its place`;
  });
}
