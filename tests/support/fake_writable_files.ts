import { concat } from "@std/bytes/concat";
import { createHash } from "node:crypto";
import { FileError } from "../../lib/base/files.ts";
import type { FileWriter, LineFile, WritableFiles } from "../../lib/base/writable_files.ts";
import type { FakeFiles } from "./fake_files.ts";

/** Writes into fake files. */
export class FakeWritableFiles implements WritableFiles {
  readonly #files: FakeFiles;
  /** What has been done: `write /a/b`, in its order. */
  readonly steps: string[] = [];
  /** Writing takes the last of this many octets; then the disk is full. */
  freeOctets = Infinity;
  /** Files that some process has locked. */
  readonly locked: Set<string> = new Set();
  /** Why none can be locked; `null` where they can. */
  lockError: FileError | null = null;
  /** What each step waits for; it may never come, or be an error. */
  until: ((step: string) => Promise<void> | void) | null = null;
  /** So many steps are done, and what comes then never is: the program has been killed. */
  stepsMax = Infinity;

  constructor(files: FakeFiles) {
    this.#files = files;
  }

  async makeFolder(path: string): Promise<void> {
    await this.#step(`makeFolder ${path}`);
  }

  async create(path: string): Promise<FileWriter> {
    await this.#step(`create ${path}`);
    this.#files.write(path, new Uint8Array());
    const hash = createHash("sha256");
    let sizeOctets = 0;
    let isOpen = true;
    return {
      write: async (octets) => {
        await this.#step(`write ${path}`);
        if (!isOpen) throw new FileError("it is closed");
        this.freeOctets -= octets.length;
        if (this.freeOctets < 0) throw new FileError("the disk is full");
        const before = this.#files.texts.get(path) as Uint8Array<ArrayBuffer>;
        this.#files.write(path, new Uint8Array([...before, ...octets]));
        hash.update(octets);
        sizeOctets += octets.length;
      },
      finish: async () => {
        await this.#step(`finish ${path}`);
        isOpen = false;
        return { sizeOctets, sha256: hash.digest("hex") };
      },
      discard: async () => {
        if (!isOpen) return;
        isOpen = false;
        await this.remove(path);
      },
    };
  }

  async appendLines(path: string): Promise<LineFile> {
    await this.#step(`append ${path}`);
    const before = this.#files.texts.get(path) as Uint8Array<ArrayBuffer> ?? new Uint8Array();
    let content = before.slice(0, before.lastIndexOf(0x0a) + 1);
    const { length } = content;
    this.#files.write(path, content);
    return {
      sizeOctets: length,
      write: async (octets) => {
        await this.#step(`write ${path}`);
        const taken = octets.subarray(0, Math.max(0, Math.min(octets.length, this.freeOctets)));
        this.freeOctets -= taken.length;
        const longer = concat([content, taken]);
        // Who has the file open writes to it, wherever it is by now.
        for (const [at, other] of this.#files.texts) if (other === content) this.#files.write(at, longer);
        content = longer;
        if (taken.length < octets.length) throw new FileError("the disk is full");
      },
      close: () => void this.steps.push(`close ${path}`),
    };
  }

  async replace(from: string, to: string): Promise<void> {
    await this.#step(`replace ${from} ${to}`);
    const content = this.#files.texts.get(from);
    if (content === undefined) throw new FileError("there is no such file");
    this.#files.write(to, content);
    this.#files.remove(from);
  }

  async move(from: string, to: string): Promise<void> {
    await this.replace(from, to);
  }

  async lock(path: string): Promise<(() => void) | null> {
    await null;
    if (this.lockError !== null) throw this.lockError;
    if (this.locked.has(path)) return null;
    this.locked.add(path);
    return () => void this.locked.delete(path);
  }

  async remove(path: string): Promise<void> {
    await this.#step(`remove ${path}`);
    for (const other of [...this.#files.texts.keys()]) {
      if (other === path || other.startsWith(`${path}/`)) this.#files.remove(other);
    }
  }

  async #step(step: string): Promise<void> {
    await null;
    await this.until?.(step);
    if (this.steps.length >= this.stepsMax) return await new Promise<never>(() => {});
    this.steps.push(step);
  }
}
