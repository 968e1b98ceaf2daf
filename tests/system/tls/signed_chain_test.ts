import { assertEquals } from "@std/assert";
import { fromPem } from "../../../lib/base/certificates/pem.ts";
import { signedCount } from "../../../lib/system/network/tls/signed_chain.ts";
import { testCertificates } from "../../support/test_certificates.ts";

Deno.test("signedCount() goes as far as each certificate has signed the one before, whatever else is shown", async () => {
  const { server, authority, stranger, selfSigned, untrusted } = await testCertificates();
  const derOf = ({ certificate }: { certificate: string }) => fromPem(certificate, "CERTIFICATE")[0]!;
  const counts = [
    [],
    [server],
    [server, authority],
    // Of the same name, and it has signed nothing of it.
    [server, stranger],
    [untrusted, authority],
    [untrusted, stranger, authority],
    [selfSigned, server, authority],
  ].map((shown) => signedCount(shown.map(derOf)));
  assertEquals(counts, [0, 1, 2, 1, 1, 2, 1]);
});
