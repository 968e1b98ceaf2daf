import type { ListFormat } from "../list_rule.ts";

/** A list whose texts are to be had, as a configuration says it. */
export interface KeptList {
  /** What others refer to it by. */
  readonly name: string;
  /** Where its lines are. */
  readonly sources: readonly KeptListSource[];
  /** How they are read. */
  readonly format: ListFormat;
  /** Whether a plain name means all below it as well; `null` for what is usual in its format. */
  readonly coversBelow: boolean | null;
  /** How long what was fetched is good for. */
  readonly refreshMs: number;
  /** Of a source, unpacked. */
  readonly maxSizeOctets: number;
  /** With a larger share of bad lines it is no list; 0–1. */
  readonly maxErrorsShare: number;
  /** With fewer names it is no list. */
  readonly minNames: number;
  /** Having lost a larger share of its names at once it is not believed; 0–1. */
  readonly maxShrinkShare: number;
  /** The upstream group that finds the addresses of its servers; `null` for the default one. */
  readonly via: string | null;
  /** A bearer token for them; `null` for none. */
  readonly token: string | null;
}

/** Where lines of a list are: at a URL, or in a file, whose path is absolute. */
export type KeptListSource = { readonly url: string } | { readonly file: string };

/** The source in one text, which tells it from others. */
export function sourceKey(source: KeptListSource): string {
  return "url" in source ? source.url : source.file;
}

/** The source as the operator may read it: what stands behind the path of a URL, and who asks, may be secrets. */
export function sourceText(source: KeptListSource): string {
  if ("file" in source) return source.file;
  const { protocol, host, pathname, search } = new URL(source.url);
  return `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`;
}
