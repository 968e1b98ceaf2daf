import { Draft, type Source } from "./draft.ts";
import type { Peer } from "./peers.ts";
import { writeDraft } from "./write_draft.ts";

/** Makes settings of a program's files. */
type Importer = (sources: readonly Source[], draft: Draft) => void;

/** Each one, and what it takes to read the files, is loaded when it is asked for. */
const IMPORTERS: Readonly<Record<Peer, () => Promise<Importer>>> = {
  dnsmasq: async () => (await import("./dnsmasq/dnsmasq.ts")).importDnsmasq,
  unbound: async () => (await import("./unbound/unbound.ts")).importUnbound,
  pihole: async () => (await import("./pihole.ts")).importPihole,
  adguard: async () => (await import("./adguard.ts")).importAdguard,
  blocky: async () => (await import("./blocky.ts")).importBlocky,
  coredns: async () => (await import("./coredns/coredns.ts")).importCoredns,
};

/**
 * Writes another program's configuration in our words, with a comment for each line that has no counterpart.
 *
 * @throws {UsageError} for a file that cannot be read at all.
 */
export async function importConfig(peer: Peer, sources: readonly Source[]): Promise<string> {
  const importer = await IMPORTERS[peer]();
  const draft = new Draft();
  importer(sources, draft);
  return writeDraft(draft, { program: peer, files: sources.map(({ file }) => file) });
}
