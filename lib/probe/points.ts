import type { Point } from "./report.ts";

/** What a point is called at the head of its column, and why it counts. */
export interface PointText {
  /** At most eight letters. */
  readonly head: string;
  /** One or two lines. */
  readonly why: string;
}

/** Speed and loss. */
export const SPEED_TEXTS = {
  known: {
    head: "KNOWN",
    why:
      "ms for names that the server remembers, half and 95 % of them: what most names take that are not in our memory.",
  },
  fresh: {
    head: "NEW",
    why: "ms for names that nobody has asked it for: how well it reaches the rest of the world.",
  },
  lost: { head: "LOST", why: "queries without a reply: each makes somebody wait until it is asked again." },
} as const satisfies Record<string, PointText>;

/** The others. */
export const POINT_TEXTS: Readonly<Record<Point, PointText>> = {
  tcp: { head: "TCP", why: "replies that do not fit into a datagram come over TCP, or not at all (RFC 7766)." },
  tls: {
    head: "TLS",
    why:
      "nobody on the way reads or forges what is encrypted; days until the certificate ends, if it is believed (RFC 7858).",
  },
  edns: {
    head: "EDNS",
    why: "size of datagrams that it takes; without EDNS no DNSSEC and no reasons for errors (RFC 6891).",
  },
  cookies: { head: "COOKIES", why: "64 bits more that whoever forges a reply has to guess (RFC 7873)." },
  letterCase: {
    head: "0x20",
    why: "letter case is kept, so that it can be random: a bit more to guess for each letter.",
  },
  missingNames: {
    head: "NXDOMAIN",
    why: "names that do not exist are said not to exist; else typing errors lead to somebody's page (RFC 8020).",
  },
  dnssec: {
    head: "DNSSEC",
    why: "whether wrong signatures are found out, so that forged names get no answer (RFC 4035).",
  },
  filtering: { head: "FILTERS", why: "what it blocks by itself, wanted or not." },
  ipv6: { head: "IPv6", why: "whether its answers have IPv6 addresses." },
  ways: { head: "OFFERS", why: "how else it says that it can be asked (RFC 9462): TLS, HTTPS, QUIC." },
};
