import { EDE } from "../wire/iana.ts";
import { UpstreamError } from "./upstream_error.ts";

/** Why a server is not believed to be who it should be. */
export interface Refusal {
  /**
   * `none`: it shows no certificate. `chain`: no authority that is believed stands behind it. `name`: it is for somebody else.
   * `expired`, `notYetValid`: it does not hold now. `pin`: it has another key.
   */
  readonly kind: "none" | "chain" | "name" | "expired" | "notYetValid" | "pin";
  /** The same for the operator: `its certificate expired on 2026-11-01, and it is 2026-11-30 here`. */
  readonly text: string;
}

/** Whether what the clock says is why a server is refused: it, or the clock, may be wrong. */
export function isForDates({ kind }: Refusal): boolean {
  return kind === "expired" || kind === "notYetValid";
}

/** An upstream has not proved who it is. Nothing has been sent to it, and nothing will be until it has. */
export class UntrustedError extends UpstreamError {
  /** The class's name, also in a minified program. */
  override readonly name = "UntrustedError";
  /** Why. */
  readonly refusal: Refusal;

  /** `upstream` is the server's name. */
  constructor(upstream: string, refusal: Refusal) {
    super(`${upstream} is not believed: ${refusal.text}`, EDE.NETWORK_ERROR);
    this.refusal = refusal;
  }
}
