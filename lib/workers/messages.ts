import type { FullConfig } from "../config/config.ts";
import type { Pause } from "../lists/schedule/pause.ts";
import type { ByHand } from "../operator/by_hand.ts";
import type { TornOut } from "../observe/ring/ring_merger.ts";
import type { WorkRequest } from "../operator/admin/requests.ts";
import type { TlsMaterial } from "../server/certificates/tls_material.ts";
import type { QueryTrace } from "../observe/query_trace.ts";
import type { Status } from "../operator/status.ts";

/** What a supervisor tells a worker. */
export type Order =
  | StartOrder
  | PausesOrder
  | ListsOrder
  | ShowOrder
  | ByHandOrder
  | PrepareOrder
  | DecideOrder
  | DoOrder
  | FollowOrder
  | TakenOrder
  | { readonly kind: "tell" }
  | { readonly kind: "stop" };

/** What counts from now on. */
export type NowOrder = PausesOrder | ByHandOrder | ListsOrder | ShowOrder | FollowOrder | TakenOrder;

/** Make ready to follow another configuration, and follow the former one meanwhile. */
export interface PrepareOrder {
  /** Tells it from the others. */
  readonly kind: "prepare";
  /** Which change it is, from 1: each is another one. */
  readonly change: number;
  /** See `StartOrder`. */
  readonly config: FullConfig;
  /** See `StartOrder`. */
  readonly material: TlsMaterial;
}

/** Only these pauses count from now on. */
export interface PausesOrder {
  /** Tells it from the others. */
  readonly kind: "pauses";
  /** All of them. */
  readonly pauses: readonly Pause[];
}

/** A set of names of lists, for whoever begins with it. */
export interface HeldSet {
  /** Where it stands, or stood. */
  readonly path: string;
  /** By which a worker knows its file, which its supervisor holds open; `null` where it is not held. */
  readonly descriptor: number | null;
}

/** Use another set of names of lists. */
export interface ListsOrder {
  /** Tells it from the others. */
  readonly kind: "lists";
  /** Where it stands. */
  readonly lists: string;
}

/** Show other certificates. */
export interface ShowOrder {
  /** Tells it from the others. */
  readonly kind: "show";
  /** With their keys: who serves reads no files for them. */
  readonly material: TlsMaterial;
}

/** What the operator has changed by hand. */
export interface ByHandOrder {
  /** Tells it from the others. */
  readonly kind: "by hand";
  /** All of it. */
  readonly byHand: ByHand;
}

/** Follow what was prepared, or undo it; of no effect on any but the last change that was prepared. */
export interface DecideOrder {
  /** Tells it from the others. */
  readonly kind: "commit" | "abort";
  /** See `PrepareOrder`. */
  readonly change: number;
}

/** Do something for the operator, and tell what comes of it. */
export interface DoOrder {
  /** Tells it from the others. */
  readonly kind: "do";
  /** Tells what comes of it from what comes of others. */
  readonly id: number;
  /** What is to be done. */
  readonly request: WorkRequest;
}

/** Tell what leaves for clients from now on. */
export interface FollowOrder {
  /** Tells it from the others. */
  readonly kind: "follow";
  /** Which time it is that this is wanted, from 1; 0 when it is not wanted any more. */
  readonly round: number;
}

/** Tell the next of it: what was told last has been taken. */
export interface TakenOrder {
  /** Tells it from the others. */
  readonly kind: "taken";
  /** See `FollowOrder`. */
  readonly round: number;
}

/** The first order: serve. */
export interface StartOrder {
  /** Tells it from the others. */
  readonly kind: "start";
  /** Its share of the configuration, which serves where the other workers do, at the ports that are really meant. */
  readonly config: FullConfig;
  /** What encrypted listeners show. */
  readonly material: TlsMaterial;
  /** Which worker it is, from 1. */
  readonly number: number;
  /** What all of them know cookies and probes for loops again by: 16 octets in hexadecimal digits. */
  readonly secret: string;
  /** What is paused already. */
  readonly pauses: readonly Pause[];
  /** What was changed by hand already. */
  readonly byHand: ByHand;
  /** The set of names of lists that is used; `null` for none. */
  readonly lists: HeldSet | null;
  /** See `FollowOrder`. */
  readonly round: number;
  /** Whether it shall say where it serves and how: one does for all. */
  readonly announces: boolean;
}

/**
 * What a worker tells its supervisor: that it serves, that it could follow a change or why it cannot, that it follows one, how it
 * is doing, and how it was doing at its end.
 */
export type Report =
  | { readonly kind: "serving" }
  | { readonly kind: "ready"; readonly change: number }
  | { readonly kind: "following"; readonly change: number }
  | { readonly kind: "unable"; readonly change: number; readonly reason: string }
  | DoneReport
  | ObservedReport
  | { readonly kind: "status"; readonly status: Status }
  | TracesReport
  | { readonly kind: "stopped"; readonly status: Status };

/** What has left for clients. */
export interface ObservedReport extends Omit<TornOut, "words"> {
  /** Tells it from the others. */
  readonly kind: "observed";
  /** See `FollowOrder`. */
  readonly round: number;
  /** Whether the worker has told nothing before in this round: what it tells of texts begins with the first. */
  readonly isFirst: boolean;
  /** See `TornOut`; in base64. */
  readonly words: string;
}

/** What has become of questions. */
export interface TracesReport {
  /** Tells it from the others. */
  readonly kind: "traces";
  /** Each of one question. */
  readonly traces: readonly QueryTrace[];
}

/** What has come of a `DoOrder`. */
export interface DoneReport {
  /** Tells it from the others. */
  readonly kind: "done";
  /** See `DoOrder`. */
  readonly id: number;
  /** What has come of it; nothing when it has failed. */
  readonly result?: unknown;
  /** Why it has failed, for the operator; `null` when it has not. */
  readonly error: string | null;
}
