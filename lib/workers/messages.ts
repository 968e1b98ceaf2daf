import type { Config } from "../config/config.ts";
import type { Status } from "../operator/status.ts";

/** What a supervisor tells a worker. */
export type Order = StartOrder | { readonly kind: "tell" } | { readonly kind: "stop" };

/** The first order: serve. */
export interface StartOrder {
  /** Tells it from the others. */
  readonly kind: "start";
  /** Its share of the configuration, which serves where the other workers do, at the ports that are really meant. */
  readonly config: Config;
  /** Which worker it is, from 1. */
  readonly number: number;
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
