import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DER, derOf } from "../../../lib/base/certificates/der.ts";
import { writeAll } from "../../../lib/base/net/byte_stream.ts";
import type { TlsClientOptions, TlsIdentity } from "../../../lib/base/sockets/tls.ts";
import { type MadeCertificate, makeCertificate } from "../../../lib/system/certificates/make_certificate.ts";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { nowValid, TEST_NAMES, testCertificates, withExtension } from "../../support/test_certificates.ts";
import { CLIENT, NO_SIGNAL, octetsOf, readText, testTls, withListener } from "./tls_rig.ts";

const { authority, server } = await testCertificates();

const KEY_USAGE = "2.5.29.15";
/** Bits of a key usage with the number of unused ones before them (RFC 5280 §4.2.1.3). */
const CERT_SIGN = [2, 0x04];
const CRL_SIGN = [1, 0x02];
const NO_BITS = [0];
const DIGITAL_SIGNATURE = [7, 0x80];

/** An authority of the authority, with this key usage, or with none. */
async function between(bits: readonly number[] | null): Promise<MadeCertificate> {
  const wish = { names: [], addresses: [], ...nowValid(), isAuthority: true, subject: "One between" };
  const value = bits === null ? null : derOf(DER.bitString, Uint8Array.from(bits));
  return await withExtension(await makeCertificate(wish, authority), { id: KEY_USAGE, value }, authority);
}

/** What a server of an authority shows, with others behind. */
async function behind(signer: MadeCertificate, others: readonly MadeCertificate[] = [signer]): Promise<TlsIdentity> {
  const { certificate, key } = await makeCertificate({ ...TEST_NAMES, ...nowValid() }, signer);
  return { certificate: certificate + others.map((other) => other.certificate).join(""), key };
}

/** What is found of a server's certificates on several connections; sessions are taken up again from the second one on. */
async function verdictsOn(identity: TlsIdentity, client: Partial<TlsClientOptions> = {}): Promise<(string | null)[]> {
  const verdicts: (string | null)[] = [];
  await withListener({ identities: [identity] }, async (listener, address) => {
    for (let i = 0; i < 3; i++) {
      const ours = await DENO_NETWORK.connectTls(address, { ...CLIENT, ...client }, NO_SIGNAL);
      const theirs = await listener.accept();
      await writeAll(theirs, octetsOf("x"));
      await readText(ours, 1);
      verdicts.push(ours.chainError);
      ours.close();
      theirs.close();
    }
  });
  return verdicts;
}

const MAY_NOT = "the certificate of One between may not sign others (its key usage has no keyCertSign): " +
  "whoever runs the server has to get one from another authority";

for (
  const [what, bits] of Object.entries({ "revocation lists alone": CRL_SIGN, "nothing": NO_BITS, DIGITAL_SIGNATURE })
) {
  testTls(`[5280_01] connectTls() believes no authority whose key usage allows ${what}`, async () => {
    assertEquals(await verdictsOn(await behind(await between(bits))), [MAY_NOT, MAY_NOT, MAY_NOT]);
  });
}

testTls("[5280_01] connectTls() believes an authority that may sign, and one without a key usage", async () => {
  for (const bits of [CERT_SIGN, [1, 0x06], null]) {
    assertEquals(await verdictsOn(await behind(await between(bits))), [null, null, null]);
  }
});

testTls("[5280_01] connectTls() finds an authority that may not sign wherever it stands", async () => {
  const barred = await between(CRL_SIGN);
  const second = await makeCertificate(
    { names: [], addresses: [], ...nowValid(), isAuthority: true, subject: "Another" },
    barred,
  );
  for (const others of [[server, barred], [server, server, authority, barred]]) {
    assertEquals((await verdictsOn(await behind(barred, others)))[0], MAY_NOT);
  }
  assertEquals((await verdictsOn(await behind(second, [second, barred])))[0], MAY_NOT);
  // Behind what is looked at.
  const [found] = await verdictsOn(await behind(barred, [...new Array<MadeCertificate>(9).fill(server), barred]));
  assertEquals(found, "it shows more than 10 certificates, and no more are looked at");
});

testTls("[5280_01] connectTls() does not mind another server's certificate among those that are shown", async () => {
  const good = await between(CERT_SIGN);
  assertEquals((await verdictsOn(await behind(good, [server, good])))[0], null);
});

testTls("[5280_01] listenTls() takes no client behind an authority that may not sign", async () => {
  const clients = [await behind(await between(CERT_SIGN)), await behind(await between(CRL_SIGN))];
  await withListener({ clientCa: authority.certificate }, async (listener, address) => {
    const [good, barred] = clients;
    const ours = await DENO_NETWORK.connectTls(address, { ...CLIENT, identity: good! }, NO_SIGNAL);
    const theirs = await listener.accept();
    assertMatch(theirs.peerCertificates[1]!.subject, /One between/);
    ours.close();
    theirs.close();
    for (let i = 0; i < 2; i++) {
      await assertRejects(async () => {
        const refused = await DENO_NETWORK.connectTls(address, { ...CLIENT, identity: barred! }, NO_SIGNAL);
        await readText(refused, 1);
      });
    }
  });
});
