import { FileError, type FileInfo, type Files, type FollowedFile, type GrowingFiles } from "../../lib/base/files.ts";

const ENCODER = new TextEncoder();

/** What is at a path; `null` cannot be read, and some of it is no file. */
export type FakeContent = string | Uint8Array<ArrayBuffer> | null | { readonly kind: "folder" | "other" };

/** Files in memory, by their paths; folders are there when something is in them. */
export class FakeFiles implements Files, GrowingFiles {
  /** What is in them. */
  readonly texts: Map<string, FakeContent>;
  /** Paths in the order in which they were read. */
  readonly reads: string[] = [];
  /** A size to claim for a path: a test need not have so much. */
  readonly claimedOctets: Map<string, number> = new Map();
  /** How long pieces are. */
  pieceOctets = 64;
  readonly #versions = new Map<string, number>();
  readonly #open = new Set<{ path: string; at: number }>();
  #lastVersion = 0;

  constructor(texts: Readonly<Record<string, FakeContent>> = {}) {
    this.texts = new Map(Object.entries(texts));
  }

  /** Puts a file in the place of whatever was there. */
  write(path: string, content: FakeContent): void {
    this.texts.set(path, content);
    this.#changed(path);
  }

  /** Takes away what is at a path. */
  remove(path: string): void {
    this.texts.delete(path);
    this.#changed(path);
  }

  async stat(path: string): Promise<FileInfo | null> {
    await null;
    return this.#infoOf(path);
  }

  async read(path: string, octetsMax: number): Promise<Uint8Array<ArrayBuffer>> {
    await null;
    return this.readNow(path, octetsMax);
  }

  async *pieces(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const octets = await this.read(path, Infinity);
    for (let at = 0; at < octets.length; at += this.pieceOctets) yield octets.slice(at, at + this.pieceOctets);
  }

  /** What is open is what stands at the path, unless `move` has taken it elsewhere. */
  async follow(path: string): Promise<FollowedFile> {
    await null;
    this.readNow(path, Infinity);
    const open = { path, at: 0 };
    this.#open.add(open);
    return {
      readMore: async () => {
        await null;
        const octets = octetsOf(this.texts.get(open.path) ?? "");
        if (octets.length < open.at) open.at = 0;
        const piece = octets.slice(open.at, open.at + this.pieceOctets);
        open.at += piece.length;
        return piece;
      },
      isInPlace: async () => {
        await null;
        return open.path === path && this.texts.has(path);
      },
      close: () => void this.#open.delete(open),
    };
  }

  /** Files that are followed. */
  get openCount(): number {
    return this.#open.size;
  }

  /** Moves a file to another path, as a program does that puts it aside. */
  move(from: string, to: string): void {
    this.write(to, this.texts.get(from)!);
    this.remove(from);
    for (const open of this.#open) if (open.path === from) open.path = to;
  }

  statNow(path: string): FileInfo | null {
    return this.#infoOf(path);
  }

  readNow(path: string, octetsMax: number): Uint8Array<ArrayBuffer> {
    this.reads.push(path);
    const info = this.#infoOf(path);
    if (info === null) throw new FileError("there is no such file");
    const { kind, sizeOctets } = info;
    if (kind !== "file") throw new FileError(kind === "folder" ? "it is a folder" : "it is no ordinary file");
    const content = this.texts.get(path)!;
    if (content === null) throw new FileError("the operating system forbids it");
    if (sizeOctets > octetsMax) throw new FileError(`it has ${sizeOctets} octets, ${octetsMax} at most are read`);
    return octetsOf(content);
  }

  async list(folder: string): Promise<readonly string[]> {
    await null;
    if (!this.#isFolder(folder)) throw new FileError("there is no such file");
    const below = [...this.texts.keys()].filter((path) => path.startsWith(`${folder}/`));
    return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))].sort();
  }

  #infoOf(path: string): FileInfo | null {
    const content = this.texts.get(path);
    if (content === undefined && !this.#isFolder(path)) return null;
    const isOther = content !== null && typeof content === "object" && "kind" in content;
    const isFile = content !== undefined && !isOther;
    return {
      kind: isOther ? content.kind : isFile ? "file" : "folder",
      sizeOctets: this.claimedOctets.get(path) ?? (isFile ? octetsOf(content).length : 0),
      modifiedMs: null,
      version: String(this.#versions.get(path) ?? 0),
      isPublic: true,
    };
  }

  #isFolder(path: string): boolean {
    return [...this.texts.keys()].some((other) => other.startsWith(`${path}/`));
  }

  /** What comes or goes makes its folder another one, too. */
  #changed(path: string): void {
    for (const at of [path, folderOf(path)]) this.#versions.set(at, ++this.#lastVersion);
  }
}

function octetsOf(content: FakeContent): Uint8Array<ArrayBuffer> {
  if (typeof content === "string") return ENCODER.encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
