import type { Draft, Origin } from "../draft.ts";

/** What stands in a file of tables and lists: values are text, whatever they are. */
export type Node = Scalar | List | Table;

/** One value. */
export interface Scalar {
  /** Tells it from the others. */
  readonly kind: "scalar";
  /** As text: `true`, `53`. */
  readonly text: string;
  /** 1 and up. */
  readonly line: number;
}

/** Several, in order. */
export interface List {
  /** Tells it from the others. */
  readonly kind: "list";
  /** Its elements. */
  readonly items: readonly Node[];
  /** 1 and up. */
  readonly line: number;
}

/** Several, each under its key. */
export interface Table {
  /** Tells it from the others. */
  readonly kind: "table";
  /** Its values. */
  readonly entries: ReadonlyMap<string, Node>;
  /** 1 and up. */
  readonly line: number;
}

/** A value, and where it stands. */
export interface Found {
  /** As text. */
  readonly text: string;
  /** Where it stands. */
  readonly origin: Origin;
}

/** A tree from which one value after the other is taken, so that it can be said in the end what nobody took. */
export class Tree {
  /** The whole file. */
  readonly root: Node;
  readonly #file: string;
  readonly #taken: Set<Node>;

  /** Of a file of this name; `taken` is shared with the tree that it is a part of. */
  constructor(root: Node, file: string, taken: Set<Node> = new Set()) {
    this.root = root;
    this.#file = file;
    this.#taken = taken;
  }

  /** Where a node stands. */
  originOf({ line }: Node): Origin {
    return { file: this.#file, line };
  }

  /** The value at a path, which counts as taken; `null` when there is none or it is no single value. */
  take(...path: readonly string[]): Found | null {
    const node = find(this.root, path);
    if (node?.kind !== "scalar") return null;
    this.#taken.add(node);
    return { text: node.text, origin: this.originOf(node) };
  }

  /** The values of the list at a path, or the one that stands in its place. */
  takeAll(...path: readonly string[]): Found[] {
    const node = find(this.root, path);
    return node === null ? [] : this.values(node);
  }

  /** The values of a list, or the one that stands in its place; they count as taken. Lists and tables in it do not. */
  values(node: Node): Found[] {
    const items = node.kind === "list" ? node.items : [node];
    return items.flatMap((item) => {
      if (item.kind !== "scalar") return [];
      this.#taken.add(item);
      return { text: item.text, origin: this.originOf(item) };
    });
  }

  /** The keys and values of the table at a path, which do not count as taken. */
  entries(...path: readonly string[]): [string, Node][] {
    const node = find(this.root, path);
    return node?.kind === "table" ? [...node.entries] : [];
  }

  /** The elements of the list at a path, each as a tree of its own that shares what is taken. */
  items(...path: readonly string[]): Tree[] {
    const node = find(this.root, path);
    return node?.kind === "list" ? node.items.map((item) => new Tree(item, this.#file, this.#taken)) : [];
  }

  /** Says of everything that nobody took that it has no counterpart. */
  tellRest(draft: Draft, whyOf: (path: string) => string | undefined): void {
    const told = new Set(this.#taken);
    const tell = (node: Node, path: string) => {
      // What is referred to from several places stands in one.
      if (told.has(node)) return;
      told.add(node);
      if (node.kind === "scalar") draft.none(this.originOf(node), `${path}: ${firstLine(node.text)}`, whyOf(path));
      else if (node.kind === "list") node.items.forEach((item) => tell(item, path));
      else for (const [key, value] of node.entries) tell(value, path === "" ? key : `${path}.${key}`);
    };
    tell(this.root, "");
  }
}

function find(root: Node, path: readonly string[]): Node | null {
  let node: Node | undefined = root;
  for (const key of path) {
    if (node?.kind !== "table") return null;
    node = node.entries.get(key);
  }
  return node ?? null;
}

function firstLine(text: string): string {
  const [first = "", ...others] = text.trimEnd().split("\n");
  return others.length === 0 ? first : `${first} …`;
}
