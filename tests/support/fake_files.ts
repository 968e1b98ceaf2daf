import { FileError, type FileInfo, type Files } from "../../lib/base/files.ts";

const ENCODER = new TextEncoder();

/** Files in memory, by their paths; folders are there when something is in them. */
export class FakeFiles implements Files {
  /** What is in them; `null` cannot be read. */
  readonly texts: Map<string, string | Uint8Array<ArrayBuffer> | null>;
  readonly #watchers = new Map<() => void, string>();

  constructor(texts: Readonly<Record<string, string | Uint8Array<ArrayBuffer> | null>> = {}) {
    this.texts = new Map(Object.entries(texts));
  }

  /** Puts a file in the place of whatever was there, and tells who watches its folder. */
  write(path: string, text: string): void {
    this.texts.set(path, text);
    for (const [tell, folder] of this.#watchers) {
      if (folderOf(path) === folder) tell();
    }
  }

  stat(path: string): Promise<FileInfo | null> {
    const content = this.texts.get(path);
    if (content !== undefined) {
      return Promise.resolve({ kind: "file", sizeOctets: octetsOf(content).length, modifiedMs: null, isPublic: true });
    }
    if (!this.#isFolder(path)) return Promise.resolve(null);
    return Promise.resolve({ kind: "folder", sizeOctets: 0, modifiedMs: null, isPublic: true });
  }

  read(path: string, octetsMax: number): Promise<Uint8Array<ArrayBuffer>> {
    const content = this.texts.get(path);
    const octets = octetsOf(content ?? null);
    if (content === undefined && this.#isFolder(path)) return Promise.reject(new FileError("it is a folder"));
    if (content === undefined) return Promise.reject(new FileError("there is no such file"));
    if (content === null) return Promise.reject(new FileError("the operating system forbids it"));
    if (octets.length <= octetsMax) return Promise.resolve(octets);
    return Promise.reject(new FileError(`it has ${octets.length} octets, ${octetsMax} at most are read`));
  }

  list(folder: string): Promise<readonly string[]> {
    if (!this.#isFolder(folder)) return Promise.reject(new FileError("there is no such file"));
    const below = [...this.texts.keys()].filter((path) => path.startsWith(`${folder}/`));
    return Promise.resolve([...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))].sort());
  }

  watch(folder: string, tell: () => void): () => void {
    if (!this.#isFolder(folder)) throw new FileError("there is no such file");
    const told = () => tell();
    this.#watchers.set(told, folder);
    return () => void this.#watchers.delete(told);
  }

  #isFolder(path: string): boolean {
    return [...this.texts.keys()].some((other) => other.startsWith(`${path}/`));
  }
}

function octetsOf(content: string | Uint8Array<ArrayBuffer> | null): Uint8Array<ArrayBuffer> {
  return typeof content === "string" ? ENCODER.encode(content) : content ?? new Uint8Array();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
