import type { ClientGroupConfig, Policy } from "../../../lib/config/policy.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { CLIENT_MACS, type FileSays, LEASE_PATH, NEIGHBOURS_PATH } from "./file_draw.ts";
import type { FilesSay } from "./files_in_force.ts";
import { configured, reverseNameOf } from "./known_source.ts";
import type { Sources } from "./local_law.ts";

/** Patterns of what clients are called. */
const PATTERNS = ["laptop", "www*", "nas", "alecs-*", "nas.example.org", "*.lan", "*"];

/** The policy with groups whose clients are known by their machines or by their names. */
export function withMarks(policy: Policy, random: SeededRandom): Policy {
  const macs = random.shuffled(CLIENT_MACS);
  const names = random.shuffled(PATTERNS);
  return {
    ...policy,
    clientGroups: policy.clientGroups.map((group): ClientGroupConfig => {
      if (group.name === "default") return group;
      return {
        ...group,
        // A network counts before a name.
        addresses: random.chance(0.5) ? [] : group.addresses,
        macs: random.chance(0.5) ? macs.splice(0, 1) : [],
        names: random.chance(0.7) ? names.splice(0, random.between(1, 3)) : [],
      };
    }),
  };
}

/** Whether somebody's group depends on more than the address. */
export function hasMarks({ clientGroups }: Policy): boolean {
  return clientGroups.some(({ macs, names }) => macs.length > 0 || names.length > 0);
}

/** What a client is known by, beside its address. */
export interface Marks {
  readonly mac: string | null;
  readonly name: string | null;
}

/** What files and the configuration say of an address at a moment. */
export function marksOf(
  { local }: Policy,
  { says, files, address, nowSeconds }: {
    readonly says: FilesSay;
    readonly files: Pick<Sources, "hosts" | "leases">;
    readonly address: string;
    readonly nowSeconds: number;
  },
): Marks {
  const reverse = reverseNameOf(address);
  const sources = [configured(local.addresses, local.records, local), ...files.hosts, ...files.leases];
  const name = sources.map(({ pointers }) => pointers.get(reverse)?.name).find((one) => one !== undefined) ?? null;
  const leases = local.leases.length > 0 ? says.get(LEASE_PATH) : undefined;
  return { mac: macOfLease(leases, address, nowSeconds) ?? macOfNeighbour(says.get(NEIGHBOURS_PATH), address), name };
}

/** The last lease of an address counts, as long as it lasts. */
function macOfLease(says: FileSays | null | undefined, address: string, nowSeconds: number): string | null {
  if (says?.kind !== "leases") return null;
  const row = says.rows.findLast((one) => one.address === address);
  return row === undefined || (row.endSeconds !== 0 && row.endSeconds <= nowSeconds) ? null : row.mac;
}

function macOfNeighbour(says: FileSays | null | undefined, address: string): string | null {
  return says?.kind === "neighbours" ? says.macs.get(address) ?? null : null;
}

/** Sentence 1 of the law, for what is known beside the address: the group of the machine, and that of the name, the narrower pattern first. */
export function groupsByMarks(
  { clientGroups }: Policy,
  { mac, name }: Marks,
): { readonly byMac: ClientGroupConfig | undefined; readonly byName: ClientGroupConfig | undefined } {
  const byMac = mac === null ? undefined : clientGroups.find(({ macs }) => macs.includes(mac));
  const patterns = clientGroups.flatMap((group) => group.names.map((text) => ({ text, group }))).toSorted((a, b) => {
    return Number(a.text.includes("*")) - Number(b.text.includes("*")) || b.text.length - a.text.length;
  });
  const byName = name === null ? undefined : patterns.find(({ text }) => isMatch(name, text))?.group;
  return { byMac, byName };
}

/** A pattern of one label is about the first one. */
function isMatch(name: string, pattern: string): boolean {
  const labels = name.toLowerCase().split(".");
  const wanted = pattern.split(".");
  const about = wanted.length === 1 ? labels.slice(0, 1) : labels;
  return about.length === wanted.length && wanted.every((text, i) => {
    const [before, after] = text.split("*");
    const label = about[i]!;
    if (after === undefined) return label === text;
    return label.length >= before!.length + after.length && label.startsWith(before!) && label.endsWith(after);
  });
}
