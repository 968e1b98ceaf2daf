import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { readCertificate } from "../../../lib/base/certificates/certificate.ts";
import { DER, DerError, derOf, isDer, objectId } from "../../../lib/base/certificates/der.ts";
import { fromPem, toPem } from "../../../lib/base/certificates/pem.ts";
import { makeCertificate } from "../../../lib/system/certificates/make_certificate.ts";
import { nowValid, TEST_CERTIFICATE, testCertificates } from "../../support/test_certificates.ts";

const { authority, server } = await testCertificates();

const text = (words: string) => new TextEncoder().encode(words);

/** What a test puts into a certificate; the rest is usual. */
interface Parts {
  readonly version?: Uint8Array[];
  readonly serial?: Uint8Array;
  readonly extensions?: Uint8Array[];
  readonly unusedBits?: number;
  readonly behind?: Uint8Array[];
  readonly algorithm?: Uint8Array;
}

/** A certificate as it is signed by nobody, with the key of the server of the tests. */
function certificateOf(
  { version = V3, serial = Uint8Array.of(5), extensions = [san()], unusedBits = 0, behind = [], algorithm = ALGORITHM }:
    Parts,
): Uint8Array {
  const name = derOf(
    DER.sequence,
    derOf(DER.set, derOf(DER.sequence, objectId("2.5.4.3"), derOf(DER.utf8String, text("x")))),
  );
  const time = derOf(DER.utcTime, text("260101000000Z"));
  const tbs = derOf(
    DER.sequence,
    ...version,
    derOf(DER.integer, serial),
    ALGORITHM,
    name,
    derOf(DER.sequence, time, time),
    name,
    readCertificate(server.der).spki,
    ...extensions,
  );
  const signature = derOf(DER.bitString, Uint8Array.of(unusedBits, ...new Array<number>(64).fill(1)));
  return derOf(DER.sequence, tbs, algorithm, signature, ...behind);
}

const ALGORITHM = derOf(DER.sequence, objectId("1.2.840.10045.4.3.2"));
const V3 = [derOf(0xa0, derOf(DER.integer, Uint8Array.of(2)))];

function extension(id: string, value: Uint8Array, critical: Uint8Array[] = []): Uint8Array {
  return derOf(DER.sequence, objectId(id), ...critical, derOf(DER.octetString, value));
}

function san(...critical: Uint8Array[]): Uint8Array {
  return list(extension("2.5.29.17", derOf(DER.sequence, derOf(0x82, text("dns.example.org"))), critical));
}

const list = (...extensions: Uint8Array[]) => derOf(0xa3, derOf(DER.sequence, ...extensions));

Deno.test("readCertificate() reads what OpenSSL has written", () => {
  const [der] = fromPem(TEST_CERTIFICATE, "CERTIFICATE");
  const { subject, issuer, names, addresses, validFromS, validToS, isPlain, isSelfIssued } = readCertificate(der!);
  assertEquals({ subject, issuer, names, addresses, validFromS, validToS, isPlain, isSelfIssued }, {
    subject: "lists.example.org",
    issuer: "Authority of tests",
    names: ["lists.example.org"],
    addresses: [],
    validFromS: Date.UTC(2026, 10, 30, 12, 25, 39) / 1000,
    validToS: Date.UTC(2046, 10, 24, 12, 25, 39) / 1000,
    isPlain: true,
    isSelfIssued: false,
  });
});

Deno.test("readCertificate() reads what makeCertificate() writes, before 2050 and after it, with many names", async () => {
  const names = Array.from({ length: 300 }, (_, i) => `host-${i}.example.org`);
  const wish = { names, addresses: ["192.0.2.1", "2001:db8::1"], validFromS: -1_000_000_000, validToS: 4_000_000_000 };
  const { validFromS, validToS, ...read } = readCertificate((await makeCertificate(wish)).der);
  assertEquals([read.names, read.addresses, validFromS, validToS], [
    wish.names,
    wish.addresses,
    wish.validFromS,
    wish.validToS,
  ]);
  assert(read.isPlain && read.isSelfIssued && readCertificate(authority.der).isPlain);
});

Deno.test("readCertificate() takes nothing for a name that could be taken for another one, and tells nothing that moves a cursor", () => {
  const names = ["a b", "\0.example.org", "x\n", "", "Good.Example.ORG"].map((name) => derOf(0x82, text(name)));
  const extensions = [list(extension("2.5.29.17", derOf(DER.sequence, ...names)))];
  assertEquals(readCertificate(certificateOf({ extensions })).names, ["good.example.org"]);
});

Deno.test("readCertificate() knows who may show it by its purposes", () => {
  const [servers, clients, any] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "2.5.29.37.0"].map(objectId);
  const isForServers = (...purposes: Uint8Array[]) => {
    const extensions = [list(extension("2.5.29.37", derOf(DER.sequence, ...purposes)))];
    return readCertificate(certificateOf({ extensions })).isForServers;
  };
  assertEquals([isForServers(servers!), isForServers(clients!, servers!), isForServers(any!)], [true, true, true]);
  assertEquals([isForServers(clients!), isForServers()], [false, false]);
  assertEquals(readCertificate(certificateOf({})).isForServers, true);
});

Deno.test("readCertificate() reads no two keys as one: whatever readers understand in different ways is not plain", () => {
  assertEquals(readCertificate(certificateOf({})).isPlain, true);
  const unplain: Record<string, Parts> = {
    "version 1": { version: [], extensions: [] },
    "version 4": { version: [derOf(0xa0, derOf(DER.integer, Uint8Array.of(3)))] },
    "a negative serial number": { serial: Uint8Array.of(0x80) },
    "no serial number": { serial: new Uint8Array(0) },
    "a long serial number": { serial: Uint8Array.of(0, 5) },
    "a default that is written": { extensions: [san(derOf(DER.boolean, Uint8Array.of(0)))] },
    "a truth that is not 255": { extensions: [san(derOf(DER.boolean, Uint8Array.of(1)))] },
    "no extension in a list": { extensions: [list()] },
    "an extension twice": {
      extensions: [list(extension("2.5.29.14", derOf(4)), extension("2.5.29.14", derOf(4)))],
    },
    "constraints that are no sequence": { extensions: [list(extension("2.5.29.19", derOf(DER.set)))] },
    "purposes that are nothing": { extensions: [list(extension("2.5.29.37", new Uint8Array(0)))] },
    "something behind an extension": {
      extensions: [list(extension("2.5.29.19", Uint8Array.of(0x30, 0, 5, 0)))],
    },
    "an issuer's unique ID": { extensions: [derOf(0x81, Uint8Array.of(0, 1)), san()] },
    "a subject's unique ID": { extensions: [derOf(0xa2, Uint8Array.of(3, 2, 0, 1)), san()] },
    "unused bits": { unusedBits: 3 },
    "two algorithms": { algorithm: derOf(DER.sequence, objectId("1.2.840.113549.1.1.11")) },
  };
  for (const [what, parts] of Object.entries(unplain)) {
    assertEquals(readCertificate(certificateOf(parts)).isPlain, false, what);
  }
});

Deno.test("readCertificate() throws at what is none", () => {
  for (
    const octets of [
      new Uint8Array(0),
      server.der.subarray(1),
      server.der.subarray(0, -1),
      Uint8Array.of(...server.der, 0),
      certificateOf({ behind: [derOf(5)] }),
      // A length in more octets than it takes.
      Uint8Array.of(0x30, 0x81, 0x00),
    ]
  ) assertThrows(() => readCertificate(octets), DerError);
});

/** Certificates with some octets changed, left out or doubled. */
const MUTANTS = fc.array(fc.tuple(fc.nat({ max: 2000 }), fc.nat({ max: 255 }), fc.constantFrom(0, 1, 2)), {
  minLength: 1,
  maxLength: 3,
}).map((changes) => {
  const octets = [...server.der];
  for (const [at, octet, how] of changes) {
    octets.splice(at % octets.length, how === 2 ? 0 : 1, ...how === 1 ? [] : [octet]);
  }
  return Uint8Array.from(octets);
});

Deno.test("readCertificate() reads or throws, whatever the octets", () => {
  fc.assert(fc.property(fc.oneof(MUTANTS, fc.uint8Array({ maxLength: 200 })), (octets) => {
    try {
      readCertificate(octets);
    } catch (error) {
      assert(error instanceof DerError, `${error}`);
    }
  }));
});

Deno.test("readCertificate() calls nothing plain that the program's TLS does not understand", () => {
  fc.assert(
    fc.property(MUTANTS, (octets) => {
      let isPlain = false;
      try {
        ({ isPlain } = readCertificate(octets));
      } catch {
        // It says nothing.
      }
      if (!isPlain) return;
      // Whoever makes a client reads the certificates of its authorities, as they are read in handshakes.
      Deno.createHttpClient({ caCerts: [toPem("CERTIFICATE", octets)] }).close();
    }),
    { numRuns: 300 },
  );
});

Deno.test("isDer() knows what is whole to its depths, and goes no deeper than there is sense", () => {
  let deep = derOf(DER.sequence);
  for (let i = 0; i < 100; i++) deep = derOf(DER.sequence, deep);
  assertEquals([isDer(deep), isDer(server.der), isDer(Uint8Array.of(0x30, 2, 0x30, 5))], [false, true, false]);
});

Deno.test("fromPem() takes what has its label, and leaves the rest", () => {
  const pem = `words\n${toPem("CERTIFICATE", server.der)}${server.key}${toPem("CERTIFICATE", authority.der)}`;
  assertEquals(fromPem(pem, "CERTIFICATE"), [server.der, authority.der]);
  assertEquals(fromPem("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----", "CERTIFICATE"), []);
});

Deno.test("makeCertificate() makes what its signer signs, with a key of its own", async () => {
  const wish = { names: ["a.example.org"], addresses: [], ...nowValid() };
  const [one, two] = [await makeCertificate(wish, authority), await makeCertificate(wish, authority)];
  assert(one.key !== two.key && one.certificate !== two.certificate);
  assertEquals(readCertificate(one.der).issuer, "Authority of tests");
});
