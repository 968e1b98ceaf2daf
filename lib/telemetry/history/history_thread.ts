import type { HistoryPage, HistorySeries, HistoryTop, SearchQuery, SeriesQuery, TopQuery } from "./history.ts";

/** What is wanted to be known. */
export type HistoryQuestion =
  | { readonly kind: "series"; readonly query: SeriesQuery }
  | { readonly kind: "top"; readonly query: TopQuery }
  | { readonly kind: "search"; readonly query: SearchQuery };

/** What is said to a question. */
export type HistoryAnswer = HistorySeries | HistoryTop | HistoryPage;

/** What whoever keeps the history is told. */
export type HistoryOrder =
  /** First of all: where, and how much there may be. */
  | { readonly kind: "begin"; readonly folder: string; readonly octetsMax: number }
  /** There may be more or less from now on. */
  | { readonly kind: "limit"; readonly octetsMax: number }
  /** Lines as the query log has them, to be written down. */
  | { readonly kind: "rows"; readonly octets: Uint8Array<ArrayBuffer> }
  | { readonly kind: "ask"; readonly id: number; readonly question: HistoryQuestion }
  /** Nothing comes any more. */
  | { readonly kind: "stop" };

/** What comes back. */
export type HistoryReport =
  /** To `rows`: whether they are written down, or why not; and since when there are any, in milliseconds since 1970. */
  | { readonly kind: "taken"; readonly error: string | null; readonly oldestMs: number | null }
  /** To `ask`: one of both is there. */
  | {
    readonly kind: "answer";
    readonly id: number;
    readonly answer: HistoryAnswer | null;
    readonly error: string | null;
  }
  /** For the operator. */
  | { readonly kind: "told"; readonly message: string }
  /** To `stop`. */
  | { readonly kind: "stopped" };

/** Whoever keeps the history: beside the thread that serves, so that nobody waits for a database. */
export interface HistoryThread {
  /** Gives an order. Octets of rows are its own from then on. */
  send(order: HistoryOrder): void;
  /** Ends it at once. */
  end(): void;
}

/** Starts whoever keeps the history. */
export type StartHistory = (events: {
  /** Something has come back. */
  reported(report: HistoryReport): void;
  /** It has ended by itself, and why. */
  ended(reason: string): void;
}) => HistoryThread;
