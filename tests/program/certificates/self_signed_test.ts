import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readCertificate } from "../../../lib/base/certificates/certificate.ts";
import { fromPem } from "../../../lib/base/certificates/pem.ts";
import { runProgram } from "../../../lib/program/run_program.ts";
import { identitiesIn } from "../../../lib/server/certificates/identity.ts";
import { publicKeyOf } from "../../../lib/system/certificates/public_key.ts";
import { FakeSystem } from "../../support/fake_system.ts";

Deno.test("self-signed writes a key and a certificate that go together, and overwrites nothing", async () => {
  const host = new FakeSystem(["self-signed", "dns.example.org", "192.0.2.1", "--folder", "/tls"]);
  assertEquals(await runProgram(host, host.system), 0);
  const [certificate, key] = ["/tls/dns.example.org.pem", "/tls/dns.example.org.key"].map((path) => ({
    path,
    folder: null,
    isPublic: false,
    text: new TextDecoder().decode(host.files.readNow(path, 10_000)),
  }));
  const { names, addresses } = readCertificate(fromPem(certificate!.text, "CERTIFICATE")[0]!);
  assertEquals([names, addresses], [["dns.example.org"], ["192.0.2.1"]]);
  assertEquals(identitiesIn([certificate!, key!], publicKeyOf).identities.length, 1);
  assertStringIncludes(host.printed.join(""), "/tls/dns.example.org.pem: a certificate for dns.example.org, 192.0.2.1");
  assertMatch(host.printed.join(""), /pin-sha256=[A-Za-z0-9+/]{43}=/);
  const again = new FakeSystem(["self-signed", "dns.example.org", "--folder", "/tls"]);
  again.files.write("/tls/dns.example.org.key", "precious");
  assertEquals(await runProgram(again, again.system), 2);
  assertEquals(again.lines, [
    "dns-forwarder: Cannot make a certificate: /tls/dns.example.org.key is there already",
  ]);
  assertEquals(again.files.texts.get("/tls/dns.example.org.key"), "precious");
});
