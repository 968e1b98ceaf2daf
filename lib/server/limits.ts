import { KIB, MIB } from "../base/units.ts";

/** RFC 7766 §6.2.3: "on the order of a few seconds"; RFC 9210 §4.2 leaves the number to us. */
export const IDLE_TIMEOUT_MS = 10_000;
/** Queries of one connection that may wait; the next are read when one of them is answered (RFC 7766 §6.2.1.1). */
export const QUERIES_PER_CONNECTION_MAX = 64;
/** Connections in all. Each needs a file descriptor, and 1,024 is the usual limit of those. */
export const CONNECTIONS_MAX = 500;
/** Connections of one client: one greedy client leaves room for others (RFC 7766 §6.2.2, RFC 9210 §5.2). */
export const CONNECTIONS_PER_CLIENT_MAX = 100;
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
