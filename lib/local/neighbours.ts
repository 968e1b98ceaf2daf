import { FileError, type Files } from "../base/files.ts";
import { parseIp } from "../base/net/ip.ts";
import type { Services } from "../observe/services.ts";
import { macOf } from "./leases/lease.ts";

/** The kernel's table of IPv4 neighbours: who has talked to this machine not long ago. */
export const NEIGHBOURS_PATH = "/proc/net/arp";
/** A table of this size has some 50,000 neighbours. */
const OCTETS_MAX = 4 * 1024 * 1024;
/** So often it is read: it tells of no change. */
const INTERVAL_MS = 5000;
/** Nobody has answered for the address. */
const NO_MAC = "00:00:00:00:00:00";

/** What the table is read with. */
export interface NeighboursOptions extends Pick<Services, "timers"> {
  /** Where files are read. */
  readonly files: Pick<Files, "read" | "readNow">;
}

/**
 * The MAC addresses of the machines around, as far as the kernel knows them. Looked up in memory; read behind everybody's back, as
 * long as somebody follows them.
 */
export class Neighbours {
  readonly #options: NeighboursOptions;
  #text = "";
  #macs: ReadonlyMap<string, string> = new Map();
  #cancel: (() => void) | null = null;
  readonly #followers = new Set<() => void>();

  /** Reads nothing yet. */
  constructor(options: NeighboursOptions) {
    this.#options = options;
  }

  /**
   * Follows the table from now on: it is read at once, and then every few seconds. `onChange` is called when a MAC is known of an
   * address that was not, or another one. Returns the function that ends it.
   */
  follow(onChange: () => void): () => void {
    if (this.#followers.size === 0) this.#begin();
    const follower = () => onChange();
    this.#followers.add(follower);
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.close();
    };
  }

  /** Reads it no more. */
  close(): void {
    this.#followers.clear();
    this.#cancel?.();
    this.#cancel = null;
  }

  /** `aa:bb:cc:dd:ee:ff`; `null` if it is not known. */
  macOf(address: string): string | null {
    return this.#macs.get(address) ?? null;
  }

  #begin(): void {
    try {
      this.#take(this.#options.files.readNow(NEIGHBOURS_PATH, OCTETS_MAX));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
    this.#wait();
  }

  #wait(): void {
    this.#cancel = this.#options.timers.start(INTERVAL_MS, () => void this.#read());
  }

  async #read(): Promise<void> {
    const mark = this.#cancel;
    try {
      const octets = await this.#options.files.read(NEIGHBOURS_PATH, OCTETS_MAX);
      if (this.#take(octets)) this.#followers.forEach((tell) => tell());
    } catch (error) {
      // Another system, or not permitted: then there are leases alone.
      if (!(error instanceof FileError)) throw error;
    }
    // Unless it was closed meanwhile, and perhaps begun anew.
    if (this.#cancel === mark && mark !== null) this.#wait();
  }

  /** Whether it says something else than before. */
  #take(octets: Uint8Array): boolean {
    const text = new TextDecoder().decode(octets);
    if (text === this.#text) return false;
    this.#text = text;
    const former = this.#macs;
    const macs = this.#macs = new Map(text.split("\n").slice(1).map(entryOf).filter((entry) => entry !== null));
    return former.size !== macs.size || [...macs].some(([address, mac]) => former.get(address) !== mac);
  }
}

/** `192.0.2.7  0x1  0x2  aa:bb:cc:dd:ee:ff  *  eth0` */
function entryOf(line: string): [address: string, mac: string] | null {
  const [address, , , text] = line.trim().split(/\s+/);
  const mac = macOf(text ?? "");
  return mac === null || mac === NO_MAC || parseIp(address!) === null ? null : [address!, mac];
}
