/** What is known of the clients of this network besides their addresses: from leases, hosts files, the table of neighbours. */
export interface ClientDirectory {
  /** Another number whenever something else may be said of an address than before. */
  readonly generation: number;
  /** `aa:bb:cc:dd:ee:ff`; `null` when it is not known. The address as `formatIp` writes it. */
  macOf(address: string): string | null;
  /** What it is called, in lower case, with or without its domain; `null` when it is not known. */
  nameOf(address: string): string | null;
}

/** Knows nobody. */
export const NO_DIRECTORY: ClientDirectory = { generation: 0, macOf: () => null, nameOf: () => null };
