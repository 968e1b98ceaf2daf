/** Where commands look for the program unless told otherwise: where the packages' configuration has it. */
export const DEFAULT_ADMIN_SOCKET = "/run/dns-forwarder/admin.sock";

/** What the program can be asked while it runs, by whoever may connect to its socket. One in a line, as JSON. */
export type AdminRequest =
  | { readonly command: "status" }
  | { readonly command: "reload" }
  | FlushRequest
  | ExplainRequest;

/** Forget what is remembered. */
export interface FlushRequest {
  /** Tells it from the others. */
  readonly command: "flush";
  /** A name in text; `null` for all. */
  readonly name: string | null;
  /** Whether the names below it are meant as well. */
  readonly below: boolean;
}

/** Say what becomes of a question, and why. */
export interface ExplainRequest {
  /** Tells it from the others. */
  readonly command: "explain";
  /** In text. */
  readonly name: string;
  /** QTYPE. */
  readonly type: number;
  /** The address of who asks; `null` for this machine. */
  readonly client: string | null;
  /** Whether DNSSEC records are wanted (DO). */
  readonly dnssec: boolean;
  /** The time of day for which it is asked, `2026-12-01 21:00`; `null` for now. */
  readonly at: string | null;
}

/** What a process that serves is asked for by one that does not. */
export type WorkRequest = FlushRequest | ExplainRequest;

/** What comes back for each line: one line, too. */
export type AdminReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };
