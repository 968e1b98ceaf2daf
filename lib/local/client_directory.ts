import { parseIp } from "../base/net/ip.ts";
import type { Services } from "../observe/services.ts";
import { nameToText } from "../wire/name.ts";
import type { FollowedFiles } from "./files/local_files.ts";
import type { Neighbours } from "./neighbours.ts";
import type { RecordSource } from "./record_source.ts";

/** What a directory is made from. */
export interface ClientDirectoryOptions extends Pick<Services, "wallClock"> {
  /** What the configuration says. */
  readonly common: RecordSource;
  /** What hosts files and leases say. */
  readonly files: FollowedFiles;
  /** Who is around; `null` where nobody asks for MACs. */
  readonly neighbours: Neighbours | null;
}

/** Who has which address, as far as leases, hosts files, the configuration and the table of neighbours say. */
export class LocalDirectory {
  readonly #options: ClientDirectoryOptions;
  #neighbourGeneration = 0;

  /** See {@linkcode ClientDirectoryOptions}. */
  constructor(options: ClientDirectoryOptions) {
    this.#options = options;
  }

  /** The neighbours are others than before. */
  noteNeighbours(): void {
    this.#neighbourGeneration++;
  }

  /** Another number whenever something else may be said of an address than before. */
  get generation(): number {
    // hot path
    const { files } = this.#options;
    return files.generation + this.#neighbourGeneration;
  }

  /** `aa:bb:cc:dd:ee:ff`; `null` when it is not known. */
  macOf(address: string): string | null {
    const octets = parseIp(address);
    if (octets === null) return null;
    const { files, wallClock, neighbours } = this.#options;
    const nowSeconds = wallClock.epochSeconds();
    for (const { macs } of files.tiers.flat()) {
      const mac = macs?.find(octets, nowSeconds);
      if (mac !== null && mac !== undefined) return mac;
    }
    return neighbours?.macOf(address) ?? null;
  }

  /** What it is called, in lower case, without a dot at its end; `null` when it is not known. */
  nameOf(address: string): string | null {
    return this.whoIs(address)?.name ?? null;
  }

  /** The same, and what says so. */
  whoIs(address: string): { readonly name: string; readonly from: string } | null {
    const octets = parseIp(address);
    if (octets === null) return null;
    const { common, files, wallClock } = this.#options;
    const sources = [common, ...files.tiers.flat().map(({ source }) => source)];
    for (const source of sources) {
      const pointer = source.pointer(octets, wallClock.epochSeconds());
      if (pointer === null) continue;
      const { what } = source.origin(source.names.find(pointer.name, 0, pointer.name.length));
      return { name: nameToText(pointer.name).slice(0, -1).toLowerCase(), from: what };
    }
    return null;
  }
}
