import type { Libc } from "../../lib/native/kernel/libc.ts";
import { Zones } from "../../lib/native/kernel/zones.ts";

/** A machine with these interfaces. Numbers that are not here have no name. */
export const INTERFACES = { lo: 1, eth0: 2, eth1: 3 } as const;

/** Their zones, for tests that call no C library. */
export function fakeZones(interfaces: Readonly<Record<string, number>> = INTERFACES): Zones {
  const decoder = new TextDecoder();
  const libc: Pick<Libc, "interfaceIndex" | "interfaceName"> = {
    interfaceIndex: (name) => interfaces[decoder.decode(name).split("\0")[0]!] ?? 0,
    interfaceName(index, buffer) {
      const entry = Object.entries(interfaces).find(([, number]) => number === index);
      if (entry === undefined) return null;
      new TextEncoder().encodeInto(`${entry[0]}\0`, buffer as Uint8Array);
      return {};
    },
  };
  return new Zones(libc as Libc);
}
