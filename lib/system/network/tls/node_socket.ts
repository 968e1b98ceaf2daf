import type { Socket } from "node:net";
import { NODE } from "../node_modules.ts";

/** What Deno names the number under which it knows a connection. */
const NUMBER = "Symbol(Deno.internal.rid)";

/** What is under a socket of Node's, in Deno. */
interface Wrap {
  /** Makes a copy of a connection of Deno's for itself; 0 when it has. */
  openFromRid(number: number): number;
}

/**
 * Makes a socket of Node's of a connection of Deno's, which must not be used any more. Nobody offers that (2.9.5), but Node's own
 * listeners will not do: see `NodeTlsListener`. It takes two descriptors: closing the first one would end the connection.
 */
export function toNodeSocket(connection: Deno.TcpConn): Socket {
  const symbol = Object.getOwnPropertySymbols(connection).find((symbol) => String(symbol) === NUMBER);
  const number = symbol === undefined ? undefined : (connection as unknown as Record<symbol, number>)[symbol];
  const { TCP, constants } = NODE.tcpWrap;
  const wrap = new TCP(constants.SOCKET) as Wrap;
  const isOpen = number !== undefined && wrap.openFromRid(number) === 0;
  if (!isOpen) throw new Error("This version of Deno makes no socket for TLS of a connection");
  const options = { handle: wrap, allowHalfOpen: false };
  const socket = new NODE.net.Socket(options);
  // Heard to the end of the connection: an error that nobody hears ends the program.
  socket.on("error", () => {});
  socket.once("close", () => connection.close());
  return socket;
}
