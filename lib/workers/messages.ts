import type { SocketAddress } from "../base/net/address.ts";
import type { Status } from "../operator/status.ts";

/** What a supervisor tells a worker. */
export type Order = StartOrder | { readonly kind: "tell" } | { readonly kind: "stop" };

/** The first order: serve. */
export interface StartOrder {
  /** Tells it from the others. */
  readonly kind: "start";
  /** The program's arguments. */
  readonly args: readonly string[];
  /** Where to serve, together with the other workers: those of the arguments, with the ports that are really meant. */
  readonly listen: readonly SocketAddress[];
  /** Which worker it is, from 1. */
  readonly number: number;
  /** Workers in all. */
  readonly count: number;
  /** What all of them know cookies and probes for loops again by: 16 octets in hexadecimal digits. */
  readonly secret: string;
  /** Whether it shall say where it serves and how: one does for all. */
  readonly announces: boolean;
}

/** What a worker tells its supervisor: that it serves, how it is doing, and how it was doing at its end. */
export type Report =
  | { readonly kind: "serving" }
  | { readonly kind: "status"; readonly status: Status }
  | { readonly kind: "stopped"; readonly status: Status };
