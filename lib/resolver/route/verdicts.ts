import type { NameKey } from "../../names/name_key.ts";
import type { Query } from "../query.ts";
import type { Ruling } from "./ruling.ts";

/** What lists say of names, as numbers. */
export interface ListKnowledge {
  /** The number of what lists say of the name that stands in full at `wire[12 … nameEnd)`; 0 for nothing. */
  find(key: NameKey, wire: Uint8Array, nameEnd: number): number;
}

/** What of that counts for a client group. */
export interface Verdicts {
  /** By that number: 0 where nothing counts, and a query goes its way. Made anew when other rules are in force. */
  readonly table: Uint8Array;
  /**
   * What holds for a query where the table says something else; `usual` unless its name is blocked.
   *
   * @param said The number of what lists say of its name.
   */
  judge(query: Query, said: number, usual: Ruling): Ruling;
}

/** Where nothing is blocked. */
export const NO_VERDICTS: Verdicts = { table: new Uint8Array(1), judge: (_query, _finding, usual) => usual };
