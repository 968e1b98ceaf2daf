import type { Files } from "../../base/files.ts";
import type { Services } from "../../observe/services.ts";
import type { AddressSource } from "../address_source.ts";
import type { MacTable } from "../leases/mac_table.ts";
import type { LocalFileKind } from "./file_kind.ts";
import { LocalFile } from "./local_file.ts";

/** So often each file is looked at: a few calls of the system. */
export const LOOK_MS = 1000;

/** What a file says of names and of clients. */
export interface FileContent {
  /** Names. */
  readonly source: AddressSource;
  /** Whose addresses they are; `null` where the file does not say. */
  readonly macs: MacTable | null;
}

/** A file that is wanted. */
export interface WantedFile {
  /** Where it is. */
  readonly path: string;
  /** The same text for files that are read in the same way. */
  readonly key: string;
  /** How it is read. */
  readonly kind: LocalFileKind<FileContent>;
}

/** What files are read with. */
export interface LocalFilesOptions extends Pick<Services, "clock" | "timers" | "log"> {
  /** Where they are. */
  readonly files: Files;
}

/** A file, and how many follow it. */
interface SharedFile {
  readonly file: LocalFile<FileContent>;
  readonly followers: Set<FollowedFiles>;
  /** Resolves when it has been read for the first time. */
  reading: Promise<void> | null;
}

/**
 * The hosts files and lease files of all configurations: whoever follows one that another follows shares it, so that a reload
 * reads none again.
 */
export class LocalFiles {
  readonly #options: LocalFilesOptions;
  readonly #shared = new Map<string, SharedFile>();
  #cancelLook: (() => void) | null = null;

  /** See {@linkcode LocalFilesOptions}. */
  constructor(options: LocalFilesOptions) {
    this.#options = options;
  }

  /** Follows files, in tiers: what the first tier knows of a name, the second need not. Those that are new are read at once. */
  follow(tiers: readonly (readonly WantedFile[])[]): FollowedFiles {
    const { followed, added } = this.#join(tiers);
    for (const { file } of added) file.readNow();
    followed.refresh();
    return followed;
  }

  /** The same, but new ones are read in steps: whoever follows these files afterwards finds them read. */
  async followInSteps(tiers: readonly (readonly WantedFile[])[]): Promise<FollowedFiles> {
    const { followed, added } = this.#join(tiers);
    for (const shared of added) {
      shared.reading = shared.file.readInSteps();
      await shared.reading;
    }
    // Another one may be reading the others.
    for (const { key } of tiers.flat()) await this.#shared.get(key)?.reading;
    followed.refresh();
    return followed;
  }

  #join(tiers: readonly (readonly WantedFile[])[]): { followed: FollowedFiles; added: SharedFile[] } {
    const keys = tiers.map((tier) => tier.map((wanted) => wanted.key));
    const followed = new FollowedFiles(keys, this.#shared, () => this.#leave(followed, keys.flat()));
    const added: SharedFile[] = [];
    for (const wanted of tiers.flat()) {
      const isThere = this.#shared.has(wanted.key);
      const shared = this.#share(wanted);
      shared.followers.add(followed);
      if (!isThere) added.push(shared);
    }
    this.#wait();
    return { followed, added };
  }

  /** Looks at none any more. */
  close(): void {
    this.#cancelLook?.();
    this.#cancelLook = null;
    for (const { file } of this.#shared.values()) file.close();
    this.#shared.clear();
  }

  #wait(): void {
    if (this.#shared.size === 0 || this.#cancelLook !== null) return;
    this.#cancelLook = this.#options.timers.start(LOOK_MS, () => {
      this.#cancelLook = null;
      for (const { file } of this.#shared.values()) void file.look();
      this.#wait();
    });
  }

  #leave(followed: FollowedFiles, keys: readonly string[]): void {
    for (const key of keys) {
      const shared = this.#shared.get(key);
      if (shared === undefined) continue;
      shared.followers.delete(followed);
      if (shared.followers.size > 0) continue;
      shared.file.close();
      this.#shared.delete(key);
    }
    if (this.#shared.size > 0) return;
    this.#cancelLook?.();
    this.#cancelLook = null;
  }

  #share({ path, key, kind }: WantedFile): SharedFile {
    return this.#shared.getOrInsertComputed(key, () => {
      const followers = new Set<FollowedFiles>();
      const onChange = () => followers.forEach((followed) => followed.refresh());
      return { file: new LocalFile({ ...this.#options, path, kind, onChange }), followers, reading: null };
    });
  }
}

/** What files say that one configuration follows. */
export class FollowedFiles {
  readonly #keys: readonly (readonly string[])[];
  readonly #shared: ReadonlyMap<string, SharedFile>;
  readonly #leave: () => void;
  #tiers: readonly (readonly FileContent[])[] = [];
  #generation = 0;
  /** Called when any of them says something else. */
  onChange: (() => void) | null = null;

  /** @internal Of `LocalFiles`. */
  constructor(keys: readonly (readonly string[])[], shared: ReadonlyMap<string, SharedFile>, leave: () => void) {
    this.#keys = keys;
    this.#shared = shared;
    this.#leave = leave;
  }

  /** What they say, by tier. */
  get tiers(): readonly (readonly FileContent[])[] {
    return this.#tiers;
  }

  /** The names of the same. */
  get sources(): readonly (readonly AddressSource[])[] {
    return this.#tiers.map((contents) => contents.map(({ source }) => source));
  }

  /** Another number when any of them says something else. */
  get generation(): number {
    return this.#generation;
  }

  /** @internal One of them says something else. */
  refresh(): void {
    this.#generation++;
    this.#tiers = this.#keys.map((keys) => {
      return keys.map((key) => this.#shared.get(key)?.file.content ?? null).filter((content) => content !== null);
    });
    this.onChange?.();
  }

  /** Follows them no more; a file that nobody follows is not looked at. */
  close(): void {
    this.#leave();
  }
}
