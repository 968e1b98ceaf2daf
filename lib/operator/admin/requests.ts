/** Where commands look for the program unless told otherwise: where the packages' configuration has it. */
export const DEFAULT_ADMIN_SOCKET = "/run/dns-forwarder/admin.sock";

/** What the program can be asked while it runs, by whoever may connect to its socket. One in a line, as JSON. */
export type AdminRequest =
  | { readonly command: "status" }
  | { readonly command: "reload" }
  | { readonly command: "lists" }
  | { readonly command: "query-log" }
  | RefreshRequest
  | PauseRequest
  | ResumeRequest
  | FlushRequest
  | ExplainRequest
  | ApiRequest;

/** Ask for what the page is made of, or do what it can; see `lib/web/api/`. */
export interface ApiRequest {
  /** Tells it from the others. */
  readonly command: "api";
  /** GET or POST. */
  readonly method: string;
  /** With what stands behind the `?`: `/api/v1/top?by=name`. */
  readonly path: string;
  /** Of a POST. */
  readonly body: unknown;
}

/** Fetch lists now. */
export interface RefreshRequest {
  /** Tells it from the others. */
  readonly command: "refresh";
  /** The name of a list; `null` for all. */
  readonly list: string | null;
}

/** Leave blocking off for a while. */
export interface PauseRequest {
  /** Tells it from the others. */
  readonly command: "pause";
  /** How long; `null` until it is resumed. */
  readonly seconds: number | null;
  /** Client groups; `null` for all. */
  readonly clients: readonly string[] | null;
  /** Lists, "*" for what blocks all names; `null` for all. */
  readonly lists: readonly string[] | null;
}

/** Take blocking up again. */
export interface ResumeRequest {
  /** Tells it from the others. */
  readonly command: "resume";
  /** Of which groups; `null` for all. */
  readonly clients: readonly string[] | null;
  /** By which lists; `null` for all. */
  readonly lists: readonly string[] | null;
}

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

/** Say which addresses a server has that the program itself wants something of. Nobody but the program asks for it. */
export interface FindAddressesRequest {
  /** Tells it from the others. */
  readonly command: "find addresses";
  /** In text. */
  readonly name: string;
  /** The upstream group that is asked; `null` for the default one. */
  readonly via: string | null;
}

/** Say what clients are called. Nobody but the program asks for it. */
export interface NameClientsRequest {
  /** Tells it from the others. */
  readonly command: "name clients";
  /** In text. */
  readonly addresses: readonly string[];
}

/** What a process that serves is asked for by one that does not. */
export type WorkRequest = FlushRequest | ExplainRequest | FindAddressesRequest | NameClientsRequest;

/** What comes back for each line: one line, too. */
export type AdminReply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: string };
