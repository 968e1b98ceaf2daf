import type { Cidr } from "../../base/net/cidr.ts";
import type { Name } from "../../wire/name.ts";
import type { ListSink, NamePattern } from "../list_rule.ts";
import { ListParser } from "./list_parser.ts";

/** What a word of a configuration says: a name with what it covers, a pattern of names, or addresses. */
export type OwnName =
  | { readonly name: Name; readonly covers: number }
  | { readonly pattern: NamePattern }
  | { readonly network: Cidr };

/** A word that says nothing. The message says what is wrong, without quoting it. */
export class OwnNameFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "OwnNameFormatError";
}

/**
 * Reads a word of `names` in a configuration as a line of a list of domains is read: `x` and all below it, `=x`, `*.x`,
 * `/expression/`. A name of one label is meant so here.
 *
 * @param coversBelow See `ListOptions`.
 * @throws {OwnNameFormatError} when it says nothing, or more than one thing.
 */
export function readOwnName(text: string, coversBelow: boolean | null = null): OwnName {
  const sink = new OwnNameSink();
  const parser = new ListParser("domains", { coversBelow, labelsMin: 1 }, sink);
  parser.write(new TextEncoder().encode(text));
  parser.end();
  if (sink.why !== null) throw new OwnNameFormatError(sink.why);
  const [said, ...others] = sink.said;
  if (said === undefined || others.length > 0 || parser.lines !== 1) throw new OwnNameFormatError("must be one name");
  return said;
}

class OwnNameSink implements ListSink {
  readonly said: OwnName[] = [];
  why: string | null = null;

  name(scratch: Uint8Array, length: number, covers: number): void {
    this.said.push({ name: Uint8Array.from(scratch.subarray(0, length)), covers });
  }

  cancel(): void {}

  address(network: Cidr): void {
    this.said.push({ network });
  }

  pattern(pattern: NamePattern): void {
    this.said.push({ pattern });
  }

  skipped(kind: string): void {
    this.why ??= kind;
  }

  bad(why: string): void {
    this.why ??= why;
  }
}
