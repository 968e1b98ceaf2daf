import { TYPE, typeFromText } from "../../lib/wire/iana.ts";
import type { Question, Status } from "./validator.ts";

/** `name TYPE` in each line. */
function of(kind: string, meant: Status, lines: string): Question[] {
  return lines.trim().split("\n").map((line) => {
    const [name, type] = line.trim().split(" ");
    return { kind, name: name!, type: typeFromText(type!)!, meant };
  });
}

const TYPES = ["MX", "SRV", "NAPTR", "AFSDB", "RP", "KX", "CAA", "HTTPS", "SVCB", "TLSA", "SSHFP", "LOC", "TYPE65280"];
/** Mnemonics that `typeFromText` does not know. */
const CODES: Readonly<Record<string, number>> = { LOC: 29 };

/** What is asked of every validator. */
export const QUESTIONS: readonly Question[] = [
  ...of(
    "records",
    "secure",
    `
    www.example.org A
    WwW.eXample.OrG A
    www.example.org AAAA
    example.org A
    example.org SOA
    example.org NS
    www.example.net A
    www.child.example.org A
    www.child.optout.net A
    www.rsa.org A
    www.ed25519.net A
    _443._tcp.www.example.org TLSA
    . NS
    . SOA`,
  ),
  ...TYPES.map((type): Question => {
    return { kind: "types", name: "types.example.org", type: CODES[type] ?? typeFromText(type)!, meant: "secure" };
  }),
  ...of(
    "wildcard",
    "secure",
    `
    x.wild.example.org A
    x.y.wild.example.org A
    X.Wild.example.org TXT
    x.wild.example.net A
    x.y.wild.example.net A
    x.wild.child.example.org A
    x.wild.rsa.org A
    x.wild.ed25519.net A
    x.wild.large.org A
    x.wild.child.optout.net A`,
  ),
  // RFC 5155 §8.8: an NSEC3 record that opts out leaves open whether the name is a delegation, RFC 4035 §4.3: insecure.
  ...of("wildcard, opt-out", "insecure", "x.wild.optout.net A\nx.cname.optout.net A"),
  ...of(
    "wildcard CNAME",
    "secure",
    `
    x.cname.example.org A
    x.cname.example.net A
    x.cname-own.example.org A
    x.cname-own.example.org CNAME
    x.cname-wild.example.org A
    x.cname-missing.example.org A
    x.cname-missing.example.net A
    x.cname-empty.example.org A`,
  ),
  ...of("wildcard CNAME", "insecure", "x.cname-insecure.example.org A\nx.cname.insecure.org A"),
  ...of("wildcard CNAME", "bogus", "x.cname-bogus.example.org A"),
  ...of(
    "NODATA",
    "secure",
    `
    www.example.org TXT
    mixed.example.org TXT
    lARGE.example.org TXT
    b.entered.example.org A
    x.wild.example.org MX
    www.example.net TXT
    entered.example.net A
    x.wild.example.net MX
    x.cname-own.example.org TXT
    org TXT
    . TXT`,
  ),
  ...of("NODATA, opt-out", "insecure", "x.wild.optout.net TXT"),
  ...of(
    "NXDOMAIN",
    "secure",
    `
    missing.example.org A
    a.b.c.missing.example.org A
    other.wild.missing.example.org A
    missing.example.net A
    a.b.c.missing.example.net A
    missing.child.example.org A
    missing.arpa A
    missing A
    a.missing A`,
  ),
  ...of("NXDOMAIN, opt-out", "insecure", "missing.optout.net A\nmissing.org A"),
  ...of(
    "DNAME",
    "secure",
    `
    x.dname.example.org A
    X.Dname.example.org A
    x.y.dname.example.org A
    www.dname-net.example.org A
    x.wild.dname-net.example.org A
    missing.dname-net.example.org A
    text.dname-net.example.org A
    www.dname-child.example.org A
    x.dname-missing.example.org A
    dname.example.org DNAME
    dname.example.org A
    x.dname.example.net A
    www.dname-org.example.net A
    x.cname.dname-org.example.net A`,
  ),
  ...of("DNAME", "insecure", "www.dname-insecure.example.org A\nwww.dname.insecure.org A\nx.dname.insecure.org A"),
  ...of(
    "CNAME chain",
    "secure",
    `
    to-net.example.org A
    to-net.example.org CNAME
    to-org.example.net A
    to-wild.example.org A
    to-missing.example.org A
    to-child.example.org A
    to-net.example.org TXT`,
  ),
  ...of("CNAME chain", "insecure", "to-insecure.example.org A\nto-secure.insecure.org A"),
  ...of("CNAME chain", "bogus", "to-bogus.example.org A"),
  ...of(
    "insecure delegation",
    "insecure",
    `
    www.insecure.org A
    x.wild.insecure.org A
    missing.insecure.org A
    www.insecure.org TXT
    www.insecure.net A
    missing.insecure.net A
    www.island.insecure.org A
    x.wild.island.insecure.org A
    www.plain.example.org A
    missing.plain.example.org A
    x.wild.plain.example.net A
    www.plain.example.net TXT
    www.plain.optout.net A
    missing.plain.optout.net A
    www.algorithm.org A
    missing.algorithm.org A`,
  ),
  ...of(
    "large",
    "secure",
    `
    large.example.org A
    large-text.example.org TXT
    large.org DNSKEY
    www.large.org A
    www.large.org TXT
    missing.large.org A`,
  ),
  ...of(
    "DNSKEY, NSEC3PARAM",
    "secure",
    `
    . DNSKEY
    org DNSKEY
    example.org DNSKEY
    child.example.org DNSKEY
    www.example.org DNSKEY
    example.net NSEC3PARAM
    example.org NSEC`,
  ),
  ...of("DNSKEY, NSEC3PARAM", "insecure", "insecure.org DNSKEY\nisland.insecure.org DNSKEY"),
  ...of(
    "DS",
    "secure",
    `
    org DS
    net DS
    example.org DS
    example.net DS
    child.example.org DS
    plain.example.org DS
    plain.example.net DS
    insecure.net DS
    algorithm.org DS
    child.optout.net DS
    www.example.org DS
    missing.example.org DS
    missing.example.net DS`,
  ),
  ...of("DS, opt-out", "insecure", "insecure.org DS\nplain.optout.net DS\nisland.insecure.org DS"),
  ...of(
    "bogus",
    "bogus",
    `
    forged.bogus.org A
    x.wild.bogus.org A
    www.expired.org A
    missing.expired.org A
    www.wrongds.org A
    missing.wrongds.org A
    wrongds.org DNSKEY`,
  ),
  ...of("beside bogus", "secure", "www.bogus.org A\nmissing.bogus.org A\nwww.bogus.org TXT"),
  ...["forged.bogus.org", "www.expired.org", "www.wrongds.org", "x.cname-bogus.example.org"].map((name): Question => {
    return { kind: "bogus, CD", name, type: TYPE.A, meant: "insecure", checkingDisabled: true };
  }),
  // What is above a special name is signed, and proves to validators that there is nothing or nothing signed below.
  ...of(
    "special names: DS and so on",
    "secure",
    `
    local DS
    local DNSKEY
    local NSEC
    internal DS
    internal DNSKEY
    alt DS
    localhost DS
    test DS
    invalid DS
    onion DS
    home.arpa DS
    10.in-addr.arpa DS
    64.100.in-addr.arpa DS`,
  ),
  ...of(
    "special names: empty zones",
    "insecure",
    `
    home.arpa A
    printer.home.arpa A
    10.in-addr.arpa PTR
    1.0.0.10.in-addr.arpa PTR
    1.0.64.100.in-addr.arpa PTR`,
  ),
  ...of(
    "special names: TLDs",
    "secure",
    `
    local A
    printer.local A
    a.b.local TXT
    internal A
    host.internal A
    name.alt A
    x.test A
    x.invalid A
    x.onion A`,
  ),
  // RFC 6761 §6.3: it exists here. The root proves that it does not, and a client that validates has to know better.
  ...of("localhost", "secure", "localhost A\nlocalhost AAAA").map((question) => ({ ...question, isOurs: true })),
];
