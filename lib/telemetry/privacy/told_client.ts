import { NETWORK_OCTETS } from "./client_text.ts";
import type { DailyPseudonyms } from "./daily_pseudonyms.ts";
import type { ClientLevel } from "./levels.ts";

/** Octets of the longest that is told of a client, an IPv6 address. */
export const CLIENT_OCTETS_MAX = 16;

/**
 * Puts what is told of a client in the place of its address.
 *
 * @param client Its first octets are the address, 4 or 16; of those behind what is told nothing may be read afterwards.
 * @param timeMs When it asked.
 * @returns How many octets are told; see `clientText`.
 */
export function tellClient(
  client: Uint8Array<ArrayBuffer>,
  length: number,
  timeMs: number,
  level: ClientLevel,
  pseudonyms: DailyPseudonyms,
): number {
  // hot path
  if (level === "full") return length;
  if (level === "none") return 0;
  if (isMapped(client, length)) {
    client.copyWithin(0, 12, 16);
    length = 4;
  }
  if (level === "network") return length === 4 ? NETWORK_OCTETS.ipv4 : NETWORK_OCTETS.ipv6;
  const pseudonym = pseudonyms.of(client, length, timeMs);
  client.set(pseudonym);
  return pseudonym.length;
}

/** Whether it is an IPv4 address as sockets of IPv6 show it (RFC 4291 §2.5.5.2). */
function isMapped(address: Uint8Array, length: number): boolean {
  // hot path
  if (length !== 16 || address[10] !== 0xff || address[11] !== 0xff) return false;
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  return true;
}
