/** How a zone proves what is not in it. */
export type Denial = "nsec" | "nsec3" | "nsec3-opt-out";

/** A zone of the tree. */
export interface Zone {
  /** Absolute: with a dot at its end. */
  readonly origin: string;
  /** Lines of its master file beyond SOA, NS, DNSKEY and what signing adds. */
  readonly lines: readonly string[];
  /** RDATA of a DS record that its parent has although it is not signed. Default: none. */
  readonly dsOfOthers?: string;
  /** `null`: it is not signed. */
  readonly signing: null | {
    /** As `dnssec-keygen` calls it. */
    readonly algorithm: string;
    readonly denial: Denial;
    /** Further keys, which sign nothing. Default: none. */
    readonly idleKeys?: number;
    /** Whether its signatures have run out. Default: no. */
    readonly isExpired?: boolean;
    /** What somebody has done to the signed text. Default: nothing. */
    readonly forge?: (signed: string) => string;
    /** Whether the parent has a DS record for it; `"wrong"`: one of another key. Default: the right one. */
    readonly ds?: "none" | "wrong";
  };
}

/** More than fits into a datagram that nobody fragments. */
const LARGE_SET = 90;
const NAME_SERVER = "a.ns.";
const ECDSA = "ECDSAP256SHA256";

/** An address record for each of `labels`. */
const hosts = (...labels: string[]) => labels.map((label) => `${label} A 192.0.2.1`);
const delegations = (...labels: string[]) => labels.map((label) => `${label} NS ${NAME_SERVER}`);

/**
 * A tree of zones with its own root that has every kind of answer, proof and delegation, and some that are wrong. Children
 * come before their parents, which need their keys.
 */
export const ZONES: readonly Zone[] = [
  { origin: "child.example.org.", signing: { algorithm: ECDSA, denial: "nsec3" }, lines: hosts("@", "www", "*.wild") },
  // Denies with NSEC. Some names are spelt as nobody asks for them.
  {
    origin: "example.org.",
    signing: { algorithm: ECDSA, denial: "nsec" },
    lines: [
      ...hosts("@", "www", "MiXed", "a.b.entered", "*.wild", "under.other.wild"),
      "www AAAA 2001:db8::1",
      "*.wild TXT wild",
      "*.cname CNAME www.example.net.",
      "*.cname-own CNAME www",
      "*.cname-wild CNAME any.wild.example.net.",
      "*.cname-missing CNAME missing.example.net.",
      "*.cname-empty CNAME text.example.net.",
      "*.cname-insecure CNAME www.insecure.org.",
      "*.cname-bogus CNAME forged.bogus.org.",
      "to-net CNAME to-org.example.net.",
      "end CNAME www",
      "to-wild CNAME x.wild",
      "to-missing CNAME missing",
      "to-insecure CNAME www.insecure.org.",
      "to-bogus CNAME forged.bogus.org.",
      "to-child CNAME www.child",
      "dname DNAME wild",
      "dname-net DNAME example.net.",
      "dname-child DNAME child",
      "dname-insecure DNAME insecure.org.",
      "dname-missing DNAME below.missing",
      ...Array.from({ length: LARGE_SET }, (_, i) => `large A 198.18.0.${i}`),
      ...Array.from({ length: LARGE_SET }, (_, i) => `large-text TXT "${`${i} `.repeat(20)}"`),
      "types MX 10 MaiL.Example.org.",
      "types SRV 1 2 443 WWW.example.org.",
      'types NAPTR 1 1 "s" "SIP+D2U" "" _sip._udp.WWW.Example.org.',
      "types AFSDB 1 WWW.Example.org.",
      "types RP Hostmaster.Example.org. text.Example.org.",
      "types KX 1 WWW.Example.org.",
      'types CAA 0 issue "ca.example.net"',
      "types HTTPS 1 www.example.org. alpn=h2",
      "types SVCB 1 types.example.org. port=8443",
      "types TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "types SSHFP 4 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "types TYPE65280 \\# 4 01020304",
      "types LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m",
      "_443._tcp.www TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      ...delegations("child", "plain"),
    ],
  },
  { origin: "plain.example.org.", signing: null, lines: hosts("@", "www", "*.wild") },
  // Denies with NSEC3.
  {
    origin: "example.net.",
    signing: { algorithm: ECDSA, denial: "nsec3" },
    lines: [
      ...hosts("@", "www", "a.b.entered", "*.wild"),
      "text TXT text",
      "*.cname CNAME www.example.org.",
      "*.cname-missing CNAME missing.example.org.",
      "to-org CNAME end.example.org.",
      "dname DNAME wild",
      "dname-org DNAME example.org.",
      ...delegations("plain"),
    ],
  },
  { origin: "plain.example.net.", signing: null, lines: hosts("@", "www", "*.wild") },
  { origin: "child.optout.net.", signing: { algorithm: ECDSA, denial: "nsec" }, lines: hosts("@", "www", "*.wild") },
  // Denies with NSEC3, and says nothing of delegations that are not signed.
  {
    origin: "optout.net.",
    signing: { algorithm: ECDSA, denial: "nsec3-opt-out" },
    lines: [...hosts("@", "www", "*.wild"), "*.cname CNAME www.example.org.", ...delegations("plain", "child")],
  },
  { origin: "plain.optout.net.", signing: null, lines: hosts("@", "www", "*.wild") },
  // Not signed, below a parent that opts out and below one that proves it.
  {
    origin: "insecure.org.",
    signing: null,
    lines: [
      ...hosts("@", "www", "*.wild"),
      "*.cname CNAME www.example.org.",
      "to-secure CNAME x.cname.example.org.",
      "to-bogus CNAME forged.bogus.org.",
      "dname DNAME example.org.",
      ...delegations("island"),
    ],
  },
  { origin: "insecure.net.", signing: null, lines: hosts("@", "www", "*.wild") },
  {
    origin: "island.insecure.org.",
    signing: { algorithm: ECDSA, denial: "nsec", ds: "none" },
    lines: hosts("@", "www", "*.wild"),
  },
  // Keys.
  {
    origin: "large.org.",
    signing: { algorithm: ECDSA, denial: "nsec3", idleKeys: 24 },
    lines: [...hosts("@", "www", "*.wild")],
  },
  { origin: "rsa.org.", signing: { algorithm: "RSASHA256", denial: "nsec" }, lines: hosts("@", "www", "*.wild") },
  { origin: "ed25519.net.", signing: { algorithm: "ED25519", denial: "nsec3" }, lines: hosts("@", "www", "*.wild") },
  // RFC 4035 §5.2: whom nobody can check for want of the algorithm is insecure.
  {
    origin: "algorithm.org.",
    signing: null,
    dsOfOthers: `12345 200 2 ${"0123456789ABCDEF".repeat(4)}`,
    lines: hosts("@", "www", "*.wild"),
  },
  // What no validator may believe.
  {
    origin: "bogus.org.",
    signing: {
      algorithm: ECDSA,
      denial: "nsec",
      forge: (signed) => signed.replaceAll("192.0.2.66", "203.0.113.66"),
    },
    lines: ["@ A 192.0.2.1", "www A 192.0.2.1", "forged A 192.0.2.66", "*.wild A 192.0.2.66"],
  },
  {
    origin: "expired.org.",
    signing: { algorithm: ECDSA, denial: "nsec", isExpired: true },
    lines: hosts("@", "www", "*.wild"),
  },
  {
    origin: "wrongds.org.",
    signing: { algorithm: ECDSA, denial: "nsec3", ds: "wrong" },
    lines: hosts("@", "www", "*.wild"),
  },
  // Names with a meaning of their own, as the Internet has them: not in the root, or delegated without a DS record.
  { origin: "home.arpa.", signing: null, lines: [] },
  { origin: "10.in-addr.arpa.", signing: null, lines: [] },
  { origin: "64.100.in-addr.arpa.", signing: null, lines: [] },
  {
    origin: "in-addr.arpa.",
    signing: { algorithm: ECDSA, denial: "nsec" },
    lines: delegations("10", "64.100"),
  },
  { origin: "arpa.", signing: { algorithm: ECDSA, denial: "nsec" }, lines: delegations("home", "in-addr") },
  {
    origin: "org.",
    signing: { algorithm: ECDSA, denial: "nsec3-opt-out" },
    lines: [
      ...delegations("example", "insecure", "large", "rsa", "algorithm", "bogus", "expired", "wrongds"),
    ],
  },
  {
    origin: "net.",
    signing: { algorithm: ECDSA, denial: "nsec" },
    lines: delegations("example", "optout", "insecure", "ed25519"),
  },
  {
    origin: ".",
    signing: { algorithm: ECDSA, denial: "nsec" },
    lines: ["a.ns A 127.0.0.1", ...delegations("org", "net", "arpa")],
  },
];

/** A zone's master file (RFC 1035 §5) before it is signed. */
export function zoneText({ origin, lines }: Zone): string {
  const head = [`$ORIGIN ${origin}`, "$TTL 3600", `@ SOA ${NAME_SERVER} hostmaster.ns. 1 3600 600 86400 3600`];
  return `${[...head, `@ NS ${NAME_SERVER}`, ...lines].join("\n")}\n`;
}

/** The file that a zone is in. */
export function zoneFile({ origin }: Zone): string {
  return `${origin}zone`;
}
