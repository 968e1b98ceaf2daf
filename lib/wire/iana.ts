/**
 * Code points of the IANA "Domain Name System (DNS) Parameters" registry, as far as the program acts on them or the
 * presentation format names them.
 */

/** RR TYPEs by mnemonic (RFC 1035 §3.2.2 and later). */
export const TYPE = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  SIG: 24,
  PX: 26,
  AAAA: 28,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  /** Stands in NSEC records for a name that does not exist, and is never asked for (RFC 9824 §3.5). */
  NXNAME: 128,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const;

/** CLASSes (RFC 1035 §3.2.4, RFC 2136 §1.3). */
export const CLASS = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const;

/** OPCODEs (RFC 1035 §4.1.1 and later). */
export const OPCODE = { QUERY: 0, IQUERY: 1, STATUS: 2, NOTIFY: 4, UPDATE: 5, DSO: 6 } as const;

/** RCODEs; those above 15 need the OPT record's extension (RFC 6891 §6.1.3). */
export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  BADVERS: 16,
  BADCOOKIE: 23,
} as const;

/** INFO-CODEs of extended DNS errors (RFC 8914 §4). */
export const EDE = {
  OTHER: 0,
  STALE_ANSWER: 3,
  FORGED_ANSWER: 4,
  CACHED_ERROR: 13,
  BLOCKED: 15,
  CENSORED: 16,
  FILTERED: 17,
  PROHIBITED: 18,
  STALE_NXDOMAIN_ANSWER: 19,
  NOT_SUPPORTED: 21,
  NO_REACHABLE_AUTHORITY: 22,
  NETWORK_ERROR: 23,
  /** RFC 9824 §9. */
  INVALID_QUERY_TYPE: 30,
} as const;

/** EDNS option codes (RFC 6891 §9). */
export const EDNS_OPTION = {
  COOKIE: 10,
  TCP_KEEPALIVE: 11,
  PADDING: 12,
  EXTENDED_ERROR: 15,
  MQTYPE_QUERY: 20,
  MQTYPE_RESPONSE: 21,
} as const;

const TYPE_NAMES = invert(TYPE);
const CLASS_NAMES = invert(CLASS);
const RCODE_NAMES = invert(RCODE);

/** Mnemonic of an RR TYPE, or `TYPE123` for one without (RFC 3597 §5). */
export function typeToText(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

/** The RR TYPE of a mnemonic or of `TYPE123` (RFC 3597 §5), letter case ignored; `null` when it is neither. */
export function typeFromText(text: string): number | null {
  return codeFromText(text, TYPE, "TYPE");
}

/** Mnemonic of a CLASS, or `CLASS123` for one without (RFC 3597 §5). */
export function classToText(rrclass: number): string {
  return CLASS_NAMES.get(rrclass) ?? `CLASS${rrclass}`;
}

/** The CLASS of a mnemonic or of `CLASS123` (RFC 3597 §5), letter case ignored; `null` when it is neither. */
export function classFromText(text: string): number | null {
  return codeFromText(text, CLASS, "CLASS");
}

/** Mnemonic of an RCODE, or `RCODE123` for one without. */
export function rcodeToText(rcode: number): string {
  return RCODE_NAMES.get(rcode) ?? `RCODE${rcode}`;
}

/** The RCODE of a mnemonic or of `RCODE123`, letter case ignored; `null` when it is neither. */
export function rcodeFromText(text: string): number | null {
  return codeFromText(text, RCODE, "RCODE");
}

function codeFromText(text: string, codes: Readonly<Record<string, number>>, prefix: string): number | null {
  const mnemonic = text.toUpperCase();
  if (Object.hasOwn(codes, mnemonic)) return codes[mnemonic]!;
  const digits = mnemonic.startsWith(prefix) ? mnemonic.slice(prefix.length) : "";
  if (!/^[0-9]{1,5}$/.test(digits) || Number(digits) > 0xffff) return null;
  return Number(digits);
}

function invert(codes: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(codes).map(([mnemonic, code]) => [code, mnemonic]));
}

/** Types that are no data of a zone, but parts of messages or ways to ask for more than one RRset (RFC 6895 §3.1). */
export const NO_DATA_TYPES: ReadonlySet<number> = new Set([
  TYPE.OPT,
  TYPE.NXNAME,
  TYPE.TKEY,
  TYPE.TSIG,
  TYPE.IXFR,
  TYPE.AXFR,
  TYPE.MAILB,
  TYPE.MAILA,
  TYPE.ANY,
]);

/** RFC 6895 §3.1: QTYPEs and Meta-TYPEs have codes from here to 255. */
const FIRST_META_TYPE = 128;
const LAST_META_TYPE = 255;

/**
 * RFC 6895 §3.1: whether records of this type hold data, or may do so one day; 0 and 65535 are reserved. What may be kept
 * in the cache is less: see `mayBeCached`.
 */
export function isDataType(type: number): boolean {
  // hot path
  if (type === 0 || type === TYPE.OPT || type === 0xffff) return false;
  return type < FIRST_META_TYPE || type > LAST_META_TYPE;
}
