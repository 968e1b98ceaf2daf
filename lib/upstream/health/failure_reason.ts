import { TlsError } from "../../base/sockets/tls.ts";
import type { Response } from "../../response/response.ts";
import { RCODE } from "../../wire/iana.ts";
import { WireFormatError } from "../../wire/wire_format_error.ts";
import { UntrustedError } from "../refusal.ts";
import { isSilence } from "../upstream_error.ts";
import type { FailureReason } from "./upstream_traffic.ts";

/** Errors are wrapped a few times on their way up. */
const CAUSES_MAX = 5;

/** Why a question has come to nothing, by what came instead of a reply. */
export function reasonOfError(error: unknown): FailureReason {
  let cause = error;
  for (let i = 0; i < CAUSES_MAX && cause instanceof Error; i++, cause = cause.cause) {
    if (cause instanceof UntrustedError || cause instanceof TlsError) return "tls";
    if (cause instanceof WireFormatError) return "garbled";
  }
  return isSilence(error) ? "timeout" : "network";
}

/** Why a reply is of no use. */
export function reasonOfReply({ scan }: Response): FailureReason {
  return scan.rcode === RCODE.SERVFAIL ? "servfail" : "refused";
}
