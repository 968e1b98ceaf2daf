import type { Config } from "../../config.ts";
import type { Listen } from "../../../server/listen/listen.ts";
import type { Policy } from "../../policy.ts";
import type { Mark } from "../mark.ts";
import type { FileTables } from "../schema/tables.ts";

/** What is looked at together. */
export interface Checked {
  /** What comes of the file beyond single settings. */
  readonly policy: Policy | null;
  /** What the file says. */
  readonly tables: FileTables;
  /** Where it says it. */
  readonly marks: Mark;
  /** Where clients are served. */
  readonly listen: readonly Listen[];
  /** The single settings, flags above them. */
  readonly config: Config;
}
