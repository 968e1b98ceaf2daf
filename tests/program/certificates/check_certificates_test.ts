import { assertEquals } from "@std/assert";
import { runProgram } from "../../../lib/program/run_program.ts";
import { FakeSystem } from "../../support/fake_system.ts";
import { testCertificates } from "../../support/test_certificates.ts";

const { expired, server } = await testCertificates();

Deno.test("check-config tells of certificates that cannot be used, and of those that are not well", async () => {
  const check = async (files: Readonly<Record<string, string>>) => {
    const host = new FakeSystem(["check-config", "/a.toml"]);
    host.files.write(
      "/a.toml",
      'server.listen = ["tls://192.0.2.53"]\nserver.certificate = "tls"\nupstreams.default.servers = ["192.0.2.1"]',
    );
    for (const [path, text] of Object.entries(files)) host.files.write(path, text);
    const exitCode = await runProgram(host, host.system);
    return [exitCode, ...host.lines.map((line) => line.replace("dns-forwarder: ", "").replace(/ on .*/, ""))];
  };
  const none = "Cannot use the certificate: /tls: cannot be read: there is no such file";
  assertEquals(await check({}), [2, none]);
  const keyless = "Cannot use the certificate: /tls: there is no certificate with its key";
  assertEquals(await check({ "/tls/a.pem": server.certificate }), [2, keyless]);
  const [code, ...warnings] = await check({ "/tls/a.pem": expired.certificate + expired.key });
  assertEquals(code, 0);
  assertEquals(warnings.at(-1), "warn: /tls/a.pem: every user of this machine may read this key");
});
