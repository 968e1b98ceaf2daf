import { TlsError } from "../../../base/sockets/tls.ts";

/** What Node says of a handshake that fails, in our words; other errors as they are. */
export function toTlsError(error: Error): Error {
  const { code = "", message } = error as Error & { code?: string };
  const alert = /^received fatal alert: (\w+)/.exec(message);
  if (alert !== null) return new TlsError(`The other side refuses: ${wordsOf(alert[1]!)}`, { cause: error });
  if (message.startsWith("Client network socket disconnected before secure TLS")) {
    return new TlsError("The connection has ended in the handshake", { cause: error });
  }
  return code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS") ? new TlsError(message, { cause: error }) : error;
}

/** `HandshakeFailure` is `handshake failure` in RFC 8446 §6. */
function wordsOf(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
