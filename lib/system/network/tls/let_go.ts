import type { TLSSocket } from "node:tls";

/** What Deno names the property in which a socket keeps what encrypts for it. */
const WRAP = "Symbol(res)";

/** What encrypts for a socket. */
interface Wrap {
  /** Says whom to tell of what happens; it is held until then, and with it the socket and all that hangs on it. */
  setHandle(told: object): void;
}

/**
 * Lets the memory of a socket go whose handshake has failed, when it has ended. Deno (2.9.5) does so itself only for those whose
 * ClientHello was read, or written: of all others 40 KiB would stay until the program ends, and whoever may connect could fill
 * the memory.
 */
export function letGo(socket: TLSSocket): void {
  if (!socket.destroyed) return void socket.once("close", () => letGo(socket));
  const symbol = Object.getOwnPropertySymbols(socket).find((symbol) => String(symbol) === WRAP);
  const wrap = symbol === undefined ? null : (socket as unknown as Record<symbol, Partial<Wrap> | null>)[symbol];
  wrap?.setHandle?.({});
}
