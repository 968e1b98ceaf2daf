import { TYPE } from "../iana.ts";

/**
 * One field of an RDATA, in the order of the wire. The kind says both how many octets it takes and how it is written in
 * presentation format:
 *
 * - `uint8`, `uint16`, `uint32`: a number. `type`: a TYPE mnemonic. `time`: seconds since 1970 as `YYYYMMDDHHmmSS`.
 * - `ipv4`, `ipv6`: an address. `locator`: 64 bits of one, in four groups (RFC 6742 §2.1.2).
 * - `compressibleName`: a name that may be compressed when written, and may come compressed (RFC 3597 §4).
 *   `name`: one that is always written in full, yet read with pointers too, since some servers send them.
 * - `string`: a character-string, quoted. `strings`: one or more of them up to the end. `tag`: one, unquoted.
 *   `text`: all that is left, as one quoted string.
 * - `hex`, `base64`: all that is left. `salt`: a length octet and hex, "-" when empty. `hash`: a length octet and
 *   base32hex.
 * - `types`: the type bitmap of NSEC, up to the end (RFC 4034 §4.1.2). `nxtTypes`: that of NXT (RFC 2535 §5.2).
 * - `serviceParameters`: the SvcParams of SVCB, up to the end (RFC 9460 §2.1).
 */
export type RdataField =
  | "uint8"
  | "uint16"
  | "uint32"
  | "type"
  | "time"
  | "ipv4"
  | "ipv6"
  | "locator"
  | "compressibleName"
  | "name"
  | "string"
  | "strings"
  | "tag"
  | "text"
  | "hex"
  | "base64"
  | "salt"
  | "hash"
  | "types"
  | "nxtTypes"
  | "serviceParameters";

const DELEGATION_SIGNER: readonly RdataField[] = ["uint16", "uint8", "uint8", "hex"];
const SIGNATURE: readonly RdataField[] = [
  "type",
  "uint8",
  "uint8",
  "uint32",
  "time",
  "time",
  "uint16",
  "name",
  "base64",
];
const SERVICE_BINDING: readonly RdataField[] = ["uint16", "name", "serviceParameters"];

/**
 * What the RDATA of each known type is made of. A row here is all that a new record type needs: reading, writing,
 * comparing and printing follow it. Types without a row are opaque octets (RFC 3597).
 *
 * RFC 3597 §4: only the types of RFC 1035 may be compressed when sending.
 */
export const RDATA_FIELDS: ReadonlyMap<number, readonly RdataField[]> = new Map<number, readonly RdataField[]>([
  [TYPE.A, ["ipv4"]], // RFC 1035 §3.4.1
  [TYPE.NS, ["compressibleName"]],
  [TYPE.MD, ["compressibleName"]],
  [TYPE.MF, ["compressibleName"]],
  [TYPE.CNAME, ["compressibleName"]],
  [TYPE.SOA, ["compressibleName", "compressibleName", "uint32", "uint32", "uint32", "uint32", "uint32"]],
  [TYPE.MB, ["compressibleName"]],
  [TYPE.MG, ["compressibleName"]],
  [TYPE.MR, ["compressibleName"]],
  [TYPE.PTR, ["compressibleName"]],
  [TYPE.HINFO, ["string", "string"]],
  [TYPE.MINFO, ["compressibleName", "compressibleName"]],
  [TYPE.MX, ["uint16", "compressibleName"]],
  [TYPE.TXT, ["strings"]],
  [TYPE.RP, ["name", "name"]], // RFC 1183 §2.2
  [TYPE.AFSDB, ["uint16", "name"]], // RFC 1183 §1
  [TYPE.X25, ["string"]], // RFC 1183 §3.1
  [TYPE.ISDN, ["strings"]], // RFC 1183 §3.2
  [TYPE.RT, ["uint16", "name"]], // RFC 1183 §3.3
  [TYPE.SIG, SIGNATURE], // RFC 2535 §4.1
  [TYPE.PX, ["uint16", "name", "name"]], // RFC 2163 §4
  [TYPE.AAAA, ["ipv6"]], // RFC 3596 §2.2
  [TYPE.NXT, ["name", "nxtTypes"]], // RFC 2535 §5.2
  [TYPE.SRV, ["uint16", "uint16", "uint16", "name"]], // RFC 2782
  [TYPE.NAPTR, ["uint16", "uint16", "string", "string", "string", "name"]], // RFC 3403 §4.1
  [TYPE.KX, ["uint16", "name"]], // RFC 2230 §3.1
  [TYPE.DNAME, ["name"]], // RFC 6672 §2.1
  [TYPE.DS, DELEGATION_SIGNER], // RFC 4034 §5.1
  [TYPE.SSHFP, ["uint8", "uint8", "hex"]], // RFC 4255 §3.1
  [TYPE.RRSIG, SIGNATURE], // RFC 4034 §3.1
  [TYPE.NSEC, ["name", "types"]], // RFC 4034 §4.1
  [TYPE.DNSKEY, ["uint16", "uint8", "uint8", "base64"]], // RFC 4034 §2.1
  [TYPE.NSEC3, ["uint8", "uint8", "uint16", "salt", "hash", "types"]], // RFC 5155 §3.2
  [TYPE.NSEC3PARAM, ["uint8", "uint8", "uint16", "salt"]], // RFC 5155 §4.2
  [TYPE.TLSA, ["uint8", "uint8", "uint8", "hex"]], // RFC 6698 §2.1
  [TYPE.SVCB, SERVICE_BINDING], // RFC 9460 §2.1
  [TYPE.HTTPS, SERVICE_BINDING],
  [TYPE.SPF, ["strings"]], // RFC 7208 §3.1
  [TYPE.NID, ["uint16", "locator"]], // RFC 6742 §2.1
  [TYPE.L32, ["uint16", "ipv4"]], // RFC 6742 §2.2
  [TYPE.L64, ["uint16", "locator"]], // RFC 6742 §2.3
  [TYPE.LP, ["uint16", "name"]], // RFC 6742 §2.4
  [TYPE.CAA, ["uint8", "tag", "text"]], // RFC 8659 §4.1
]);
