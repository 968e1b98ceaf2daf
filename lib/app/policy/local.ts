import type { Policy } from "../../config/policy.ts";
import { LocalDirectory } from "../../local/client_directory.ts";
import { hostsKind } from "../../local/files/hosts_kind.ts";
import { leaseKind } from "../../local/files/lease_kind.ts";
import type { WantedFile } from "../../local/files/local_files.ts";
import { LocalData } from "../../local/local_data.ts";
import { type AddressEntry, type RecordEntry, RecordSource } from "../../local/record_source.ts";
import { type Name, nameFromText } from "../../wire/name.ts";
import type { PipelineResources } from "../resources.ts";

/** What is known here, by a configuration. */
export interface Local {
  /** Of names. */
  readonly data: LocalData;
  /** Of clients. */
  readonly directory: LocalDirectory;
  /** TTL of what has none of its own. */
  readonly ttlSeconds: number;
  /** To be called behind the last query. */
  close(): void;
}

/**
 * Gathers what a configuration says is known here. Files are read at once, unless another configuration that still holds has them,
 * too; what they say later is followed without a reload.
 *
 * @param groupNames The client groups in the order of their numbers.
 */
export function openLocal(policy: Policy, groupNames: readonly string[], resources: PipelineResources): Local {
  const { hash, log, runtime, localFiles } = resources;
  const { local, clientGroups } = policy;
  const { ttlSeconds, makesPointers } = local;
  const domain = local.domain === null ? null : nameFromText(local.domain);
  const sourceOf = (title: string, addresses: readonly AddressEntry[], records: readonly RecordEntry[]) => {
    const source = new RecordSource({ hash, domain, ttlSeconds, addresses, records, title });
    for (const problem of source.problems) log.warn(`left out: ${problem}`);
    return source;
  };
  const common = sourceOf("[local]", local.addresses, local.records);
  const groups = groupNames.map((name) => {
    const own = clientGroups.find((group) => group.name === name)?.local ?? [];
    return own.length === 0 ? null : sourceOf(`[clients.${name}.local]`, own, []);
  });
  const files = localFiles.follow(wantedFiles(policy, domain, resources));
  const data = new LocalData({
    hash,
    domain,
    ownsSingleLabels: local.singleLabel === "local",
    makesPointers,
    common,
    groups,
    files: files.sources,
  });
  files.onChange = () => data.use(files.sources);
  // Who asks for nobody's MAC need not read who is around.
  const neighbours = clientGroups.every(({ macs }) => macs.length === 0) ? null : resources.neighbours;
  const directory = new LocalDirectory({ common, files, neighbours, wallClock: runtime.wallClock });
  const leaveNeighbours = neighbours?.follow(() => directory.noteNeighbours());
  return {
    data,
    directory,
    ttlSeconds,
    close: () => {
      files.close();
      leaveNeighbours?.();
    },
  };
}

/**
 * Reads the files of a configuration that are not read yet, in steps between which queries are answered: `openLocal` finds them read.
 *
 * @returns What lets go of them; to be called when they have been opened, or are not needed any more.
 */
export async function readLocalFiles(policy: Policy, resources: PipelineResources): Promise<() => void> {
  const { domain } = policy.local;
  const wanted = wantedFiles(policy, domain === null ? null : nameFromText(domain), resources);
  const followed = await resources.localFiles.followInSteps(wanted);
  return () => followed.close();
}

/** Hosts files in the first tier, leases in the second. */
function wantedFiles({ local }: Policy, localDomain: Name | null, { hash }: PipelineResources): WantedFile[][] {
  const { ttlSeconds } = local;
  const common = [local.domain, ttlSeconds];
  const hosts = local.hostsFiles.map((path) => {
    return {
      path,
      key: JSON.stringify(["hosts", path, ...common]),
      kind: hostsKind(path, hash, localDomain, ttlSeconds),
    };
  });
  const leases = local.leases.map(({ file: path, format, domain }) => {
    const own = domain === null ? localDomain : nameFromText(domain);
    const kind = leaseKind({ path, hash, format, domain: own, localDomain, ttlSeconds });
    return { path, key: JSON.stringify([format, path, domain, ...common]), kind };
  });
  return [hosts, leases];
}
