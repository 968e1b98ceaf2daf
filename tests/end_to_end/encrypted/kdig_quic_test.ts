// Another client over QUIC: kdig, which speaks it from version 3.3 on. Older ones ask over UDP without a word.

import { assertMatch, assertStringIncludes } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { DENO_QUIC } from "../../../lib/system/network/quic/deno_quic.ts";
import { testCertificates } from "../../support/test_certificates.ts";

const whyNot = await hindrance();

/** Why there is no such client; `null` where there is one. */
async function hindrance(): Promise<string | null> {
  if (DENO_QUIC.whyNot !== null) return DENO_QUIC.whyNot;
  const rights = await Promise.all([
    Deno.permissions.query({ name: "run" }),
    Deno.permissions.query({ name: "write" }),
  ]);
  if (rights.some(({ state }) => state !== "granted")) return "needs --allow-run and --allow-write";
  try {
    const { stdout } = await new Deno.Command("kdig", { args: ["--version"] }).output();
    const version = /(\d+)\.(\d+)/.exec(new TextDecoder().decode(stdout));
    const isNew = version !== null && Number(version[1]) * 100 + Number(version[2]) >= 303;
    return isNew ? null : `kdig ${version?.[0] ?? ""} cannot`;
  } catch {
    return "there is no kdig";
  }
}

const NAME = "[9250_01] kdig +quic is answered, with padding, and only in the name of the certificate";

Deno.test({ name: whyNot === null ? NAME : `${NAME} (left out: ${whyNot})`, ignore: whyNot !== null }, async () => {
  const { server, authority } = await testCertificates();
  const listen = [parseListen("quic://127.0.0.1:0", 53)];
  const material = { identities: [server], authorities: {} };
  const app = new App({ ...DEFAULTS, listen, logLevel: "error" }, denoRuntime({}, () => {}), undefined, material);
  const ca = await Deno.makeTempFile({ suffix: ".pem" });
  await Deno.writeTextFile(ca, authority.certificate);
  const kdig = async (hostname: string) => {
    const port = `${app.addresses[0]!.port}`;
    const args = [
      "@127.0.0.1",
      "-p",
      port,
      "+quic",
      `+tls-ca=${ca}`,
      `+tls-hostname=${hostname}`,
      "+retry=0",
      "a.example",
    ];
    const { stdout } = await new Deno.Command("kdig", { args, stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  };
  const answer = await kdig("dns.example.org");
  assertMatch(answer, /QUIC session \(QUICv1\)/);
  assertStringIncludes(answer, ";; Received 468 B");
  assertMatch(answer, /a\.example\.\s+60\s+IN\s+A\s+127\.0\.0\.1/);
  assertMatch(await kdig("other.example.org"), /^(?!.*status: NOERROR)/s);
  await Deno.remove(ca);
  await app.stop();
});
