import type { About, Field } from "./fields.ts";

/** A setting, as pages list it. */
export interface Described {
  /** Its path in a file; `X` stands for a name of one's own. */
  readonly path: string;
  /** What can be written, what it does, and what counts otherwise. */
  readonly about: About;
}

/** As much of valibot's schemas as there is to see of them. */
interface Node {
  readonly type: string;
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly value?: Node;
  readonly options?: readonly Node[];
  readonly entries?: Readonly<Record<string, Node>>;
  readonly pipe?: readonly (Node & { readonly metadata?: { readonly about?: About } })[];
}

/** Tables of what others refer to by its name. */
const GROUPS: readonly string[] = ["upstreams", "clients", "lists", "schedules"];

/** All settings of a schema, in its order. */
export function describe(schema: Field<unknown>): Described[] {
  return [...describeBelow(schema as Node, "")];
}

function* describeBelow(node: Node, path: string): Generator<Described> {
  const { wrapped, entries, value, item } = schemaIn(node);
  if (wrapped !== undefined) return yield* describeBelow(wrapped, path);
  const about = aboutOf(node);
  if (about !== null && about.help !== "") yield { path, about };
  if (entries !== undefined) {
    for (const [key, entry] of Object.entries(entries)) {
      yield* describeBelow(entry, path === "" ? key : `${path}.${key}`);
    }
  } else if (value !== undefined) {
    yield* describeBelow(value, `${path}.${GROUPS.includes(path) ? "X" : "NAME"}`);
  } else if (item !== undefined && tableIn(item) !== null) yield* describeBelow(tableIn(item)!, `${path}[]`);
  // A table, or something else in its place.
  else if (tableIn(node) !== null) yield* describeBelow(tableIn(node)!, path);
}

/** Of several kinds that a value can be of, the first has most to say. */
function aboutOf({ pipe, options }: Node): About | null {
  const own = pipe?.map(({ metadata }) => metadata?.about).find((about) => about !== undefined);
  return own ?? (options === undefined ? null : aboutOf(options[0]!));
}

function tableIn(node: Node): Node | null {
  if (schemaIn(node).entries !== undefined) return node;
  return node.options?.find((option) => schemaIn(option).entries !== undefined) ?? null;
}

/** Before the schema of a table stands another one, which says what is a table at all; and perhaps once more around it. */
function schemaIn(node: Node): Node {
  if (node.type !== "custom") return node;
  const inner = node.pipe!.find(({ entries, value }) => entries !== undefined || value !== undefined);
  return inner ?? schemaIn(node.pipe![0]!);
}
