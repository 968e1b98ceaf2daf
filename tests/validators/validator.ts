import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { Channel } from "./asking.ts";
import type { Anchor } from "./sign_tree.ts";

/** RFC 4035 §4.3; `none`: there was no reply. */
export type Status = "secure" | "insecure" | "bogus" | "none";

/** A question to validators. */
export interface Question {
  /** The kind of name, for the table. */
  readonly kind: string;
  /** Without a dot at its end; the root is `.`. */
  readonly name: string;
  readonly type: number;
  /** What the tree makes of it. Validators that say something else without us are not measured by it. */
  readonly meant: Status;
  readonly checkingDisabled?: boolean;
  /** Whether the answer is our own, which nobody has signed: told, but not judged. Default: no. */
  readonly isOurs?: boolean;
}

/** What a validator makes of a question. */
export interface Verdict {
  readonly status: Status;
  /** RCODE and answer section, for comparison: the order of records and their TTLs do not matter. */
  readonly answer: string;
}

/** What a validator is started with. */
export interface Behind {
  /** Whom it asks. */
  readonly upstream: SocketAddress;
  /** How. */
  readonly channel: Channel;
  readonly anchor: Anchor;
  /** For files; gone when everything is over. */
  readonly folder: string;
}

/** A validator that can be asked. */
export interface RunningValidator extends AsyncDisposable {
  judge(question: Question): Promise<Verdict>;
}

/** A program that validates. */
export interface Validator {
  readonly name: string;
  readonly executable: string;
  readonly debianPackage: string;
  /** Whether its verdict without us has to be the one that is meant. Others see some things in ways of their own. */
  readonly isJudge: boolean;
  /** Whether it can ask with CD for somebody. */
  readonly passesCd: boolean;
  /** Starts it, with nothing in its cache. */
  readonly start: (executable: string, behind: Behind) => Promise<RunningValidator>;
}
