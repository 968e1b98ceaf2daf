import { parseIp } from "../../base/net/ip.ts";
import { eachLine, type LeaseSink, macOf } from "./lease.ts";

/** What a lease is when it is none any more: 1 declined, 2 expired and taken back, 3 released. */
const ACTIVE = "0";
/** Kinds of leases: an address for a client; others are prefixes, or addresses for a moment. */
const NON_TEMPORARY = "0";
/** A lease without end has this lifetime. */
const FOREVER = 0xffff_ffff;

/**
 * Reads the leases of Kea's memfile, CSV with a header: which columns there are differs from version to version and between
 * DHCPv4 and DHCPv6. The file is a journal: the last row of an address counts, and a lifetime of 0 takes it away.
 */
export function readKeaLeases(text: string, sink: LeaseSink): Generator<void> {
  let columns: ReadonlyMap<string, number> | null = null;
  return eachLine(text, sink, (line) => {
    if (line === "") return true;
    const cells = line.split(",");
    if (cells[0] === "address") {
      columns = new Map(cells.map((name, i) => [name, i]));
      return true;
    }
    if (columns === null) return false;
    const cell = (name: string) => cells[columns!.get(name) ?? -1] ?? "";
    const address = parseIp(cell("address"));
    if (address === null || !/^[0-9]+$/.test(cell("expire")) || !/^[0-9]+$/.test(cell("valid_lifetime"))) return false;
    if ((cell("lease_type") || NON_TEMPORARY) !== NON_TEMPORARY) return true;
    const [end, lifetime] = [Number(cell("expire")), Number(cell("valid_lifetime"))];
    sink.lease({
      address,
      hostname: cell("hostname").replaceAll(/&#x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))) ||
        null,
      mac: macOf(cell("hwaddr")),
      endSeconds: lifetime === FOREVER ? 0 : end,
      newness: end - lifetime,
      isActive: lifetime !== 0 && (cell("state") || ACTIVE) === ACTIVE,
    });
    return true;
  });
}

/**
 * The files that together hold the leases, the oldest first. While Kea cleans up, the journal so far is `.1`, and what is kept
 * of the one before it `.2`; both together become `.completed`. A server that starts reads them so.
 */
export function keaFiles(path: string, isThere: (path: string) => boolean): string[] {
  const completed = `${path}.completed`;
  const older = isThere(completed) ? [completed] : [`${path}.2`, `${path}.1`].filter(isThere);
  return [...older, path];
}
