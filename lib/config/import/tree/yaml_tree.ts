import { EVENT_ID, getScalarValue, parseEvents, YAMLException } from "js-yaml";
import { UsageError } from "../../usage_error.ts";
import type { Source } from "../draft.ts";
import { lineNumbers } from "./line_of.ts";
import { type Node, Tree } from "./tree.ts";

/** The first document of a YAML file. What `<<` merges stays under that key. */
export function yamlTree({ file, text }: Source): Tree {
  const lineAt = lineNumbers(text);
  const anchors = new Map<string, Node>();
  const events = readEvents(file, text)[Symbol.iterator]();
  const nameIn = (start: number, end: number) => text.slice(start, end);
  const emptyNode: Node = { kind: "scalar", text: "", line: 1 };

  /** The next node; `null` where the collection ends. */
  function next(): Node | null {
    const event = events.next().value;
    if (event === undefined || event.type === EVENT_ID.POP) return null;
    if (event.type === EVENT_ID.DOCUMENT) return next();
    if (event.type === EVENT_ID.ALIAS) return anchors.get(nameIn(event.anchorStart, event.anchorEnd)) ?? emptyNode;
    const line = lineAt(event.type === EVENT_ID.SCALAR ? Math.max(event.valueStart, 0) : event.start);
    const node = nodeOf(event, line);
    if (event.anchorStart !== -1) anchors.set(nameIn(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  function nodeOf(event: Collection | ScalarEvent, line: number): Node {
    if (event.type === EVENT_ID.SCALAR) {
      return { kind: "scalar", text: event.valueStart === -1 ? "" : getScalarValue(text, event), line };
    }
    if (event.type === EVENT_ID.SEQUENCE) {
      const items: Node[] = [];
      for (let item = next(); item !== null; item = next()) items.push(item);
      return { kind: "list", items, line };
    }
    const entries = new Map<string, Node>();
    for (let key = next(); key !== null; key = next()) {
      const value = next();
      if (value !== null && key.kind === "scalar") entries.set(key.text, value);
    }
    return { kind: "table", entries, line };
  }

  return new Tree(next() ?? emptyNode, file);
}

type Event = ReturnType<typeof parseEvents>[number];
type ScalarEvent = Extract<Event, { type: typeof EVENT_ID.SCALAR }>;
type Collection = Extract<Event, { type: typeof EVENT_ID.SEQUENCE | typeof EVENT_ID.MAPPING }>;

function readEvents(file: string, text: string): Event[] {
  try {
    return parseEvents(text, { filename: file });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new UsageError(`Cannot read ${file}: ${error.message.split("\n")[0]}`);
  }
}
