/** The programs whose configurations can be carried over. */
export const PEERS = ["dnsmasq", "unbound", "pihole", "adguard", "blocky", "coredns"] as const;

/** See `PEERS`. */
export type Peer = typeof PEERS[number];
