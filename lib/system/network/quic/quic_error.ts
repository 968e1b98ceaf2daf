import { type QuicDoubt, QuicError } from "../../../base/sockets/quic.ts";

const REFUSED = /error \d+: invalid peer certificate: (.*)$/;

/** What the errors of rustls, which verifies, are about. */
const DOUBTS: readonly (readonly [RegExp, QuicDoubt])[] = [
  [/^(?:certificate )?expired/i, "expired"],
  [/^(?:certificate )?not ?valid ?yet/i, "notYetValid"],
  [/not valid for name/i, "name"],
];

/** What Deno has said, and what of it is about the certificate of the other side. */
export function quicErrorOf(error: unknown): QuicError {
  const message = error instanceof Error ? error.message : String(error);
  // What the other side thinks of ours is "aborted by peer".
  const refused = message.startsWith("aborted by peer") ? null : REFUSED.exec(message);
  if (refused === null) return new QuicError(message, null, { cause: error });
  const reason = refused[1]!;
  const doubt = DOUBTS.find(([form]) => form.test(reason))?.[1] ?? "chain";
  return new QuicError(reason, doubt, { cause: error });
}
