import { KIB, MIB } from "../base/units.ts";
import type { Client } from "../resolver/client.ts";

/** RFC 7766 §6.2.3: "on the order of a few seconds"; RFC 9210 §4.2 leaves the number to us. */
export const IDLE_TIMEOUT_MS = 10_000;
/** A handshake costs a client some round trips, and both sides as much as a hundred questions (RFC 7858 §3.4). */
export const ENCRYPTED_IDLE_TIMEOUT_MS = 30_000;
/** From a connection to the end of its handshake, with what a proxy says before it. */
export const HANDSHAKE_TIMEOUT_MS = 5000;
/** Queries of one connection that may wait; the next are read when one of them is answered (RFC 7766 §6.2.1.1). */
export const QUERIES_PER_CONNECTION_MAX = 64;
/** Of all connections that there may be, one client gets a part: a greedy one leaves room for others (RFC 7766 §6.2.2, RFC 9210 §5.2). */
const CLIENT_PART = 1 / 5;
/**
 * Connections over QUIC on one listener, of those above. Here it is this program, and not the kernel, that keeps what a client does
 * not take: up to 64 replies of each connection.
 */
export const QUIC_CONNECTIONS_MAX = 100;
/**
 * Octets of queries and replies that wait on one connection, on those of one client, and in all. Whatever the others do,
 * a connection may always keep one reply: nobody can take from a client what it takes to be answered at all.
 *
 * The kernel buffers as much beside that as net.ipv4.tcp_wmem allows.
 */
export const WAITING_OCTETS_MAX = { connection: 64 * KIB, client: 2 * MIB, all: 16 * MIB } as const;

/** How long a client's connection may be idle. */
export function idleTimeoutMs({ isEncrypted }: Client): number {
  return isEncrypted ? ENCRYPTED_IDLE_TIMEOUT_MS : IDLE_TIMEOUT_MS;
}

/** Connections of one client, where there may be so many in all. */
export function connectionsOfClientMax(connectionsMax: number): number {
  return Math.max(1, Math.floor(connectionsMax * CLIENT_PART));
}
