// Clients over HTTPS on real sockets: curl, kdig, nghttp and h2load, where they are installed.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import type { TlsMaterial } from "../../../lib/server/certificates/tls_material.ts";
import { parseListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { question, wire } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { run, testWith } from "./installed.ts";

const { server, authority } = await testCertificates();
const MATERIAL: TlsMaterial = { identities: [server], authorities: {} };
const QUERY = wire({ id: 0, recursionDesired: true, questions: [question("localhost")] });
const DNS = QUERY.toBase64({ alphabet: "base64url", omitPadding: true });
const TYPE = "content-type: application/dns-message";

/** The program at `https://` and `http://`, and the ports; it knows what `localhost` is. */
function start(fields: Partial<FullConfig> = {}) {
  const listen = ["https://127.0.0.1:0", "http://127.0.0.1:0"].map((text) => parseListen(text, 53));
  const config: FullConfig = { ...DEFAULTS, listen, logLevel: "warn", ...fields };
  const lines: string[] = [];
  const app = new App(config, denoRuntime({}, (line) => lines.push(line)), undefined, MATERIAL);
  const [https, http] = app.served.map(({ address }) => address.port);
  return { app, https: https!, http: http!, lines };
}

/** Files for others' programs, which are gone afterwards. */
async function withFiles(fn: (paths: { ca: string; query: string }) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const paths = { ca: `${folder}/ca.pem`, query: `${folder}/query` };
  await Deno.writeTextFile(paths.ca, authority.certificate);
  await Deno.writeFile(paths.query, QUERY);
  try {
    await fn(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What curl says of one request: version, status, type and length of the content. */
const WORDS = [
  "-s",
  "-m",
  "10",
  "-o",
  "/dev/null",
  "-w",
  "%{http_version} %{http_code} %{content_type} %{size_download}",
];
const GOOD = (version: string) => `${version} 200 application/dns-message 43`;

await testWith(
  ["curl"],
  "[8484_01] curl is answered over HTTP/2 and HTTP/1.1 on one port, by GET and by POST",
  async () => {
    const { app, https } = start();
    const url = `https://dns.example.org:${https}/dns-query`;
    await withFiles(async ({ ca, query }) => {
      const usual = [...WORDS, "--cacert", ca, "--resolve", `dns.example.org:${https}:127.0.0.1`];
      for (const [option, version] of [["--http2", "2"], ["--http1.1", "1.1"]] as const) {
        assertEquals(await run("curl", [...usual, option, `${url}?dns=${DNS}`]), GOOD(version));
        assertEquals(
          await run("curl", [...usual, option, "-H", TYPE, "--data-binary", `@${query}`, url]),
          GOOD(version),
        );
        assertEquals(await run("curl", [...usual, option, "-X", "PUT", url]), `${version} 405  0`);
        assertEquals(await run("curl", [...usual, option, `${url}/a/b?dns=${DNS}`]), `${version} 404  0`);
        assertEquals(await run("curl", [...usual, option, "-d", "x", url]), `${version} 415  0`);
      }
    });
    await app.stop();
  },
);

await testWith(
  ["curl"],
  "curl is answered in the clear, over either version; X-Forwarded-For is ignored with a line",
  async () => {
    const { app, http, lines } = start();
    const url = `http://127.0.0.1:${http}/dns-query?dns=${DNS}`;
    const forwarded = ["-H", "x-forwarded-for: 192.0.2.7"];
    assertEquals(await run("curl", [...WORDS, ...forwarded, url]), GOOD("1.1"));
    assertEquals(await run("curl", [...WORDS, ...forwarded, "--http2-prior-knowledge", url]), GOOD("2"));
    assertEquals(lines.filter((line) => line.includes("X-Forwarded-For")).length, 1);
    await app.stop();
  },
);

await testWith(["curl"], "a trusted proxy asks for whom it says: who may not ask is refused, in DNS", async () => {
  const { app, http } = start({ trustedProxies: ["127.0.0.0/8"], allow: ["192.0.2.0/24"] });
  const rcodeFor = async (client: string) => {
    const url = `http://127.0.0.1:${http}/dns-query?dns=${DNS}`;
    const { stdout } = await new Deno.Command("curl", { args: ["-s", "-H", `x-forwarded-for: ${client}`, url] })
      .output();
    return stdout[3]! & 15;
  };
  assertEquals(await rcodeFor("192.0.2.7"), 0);
  assertEquals(await rcodeFor("192.0.2.7, 198.51.100.7"), 5);
  await app.stop();
});

await testWith(
  ["kdig"],
  "[8484_03] kdig +https is answered by POST and GET, in the name of the certificate",
  async () => {
    const { app, https } = start();
    await withFiles(async ({ ca }) => {
      const usual = [
        "@127.0.0.1",
        "-p",
        `${https}`,
        `+tls-ca=${ca}`,
        "+tls-hostname=dns.example.org",
        "localhost",
        "A",
      ];
      for (const [option, method] of [["+https", "POST"], ["+https-get", "GET"]] as const) {
        const said = (await run("kdig", [...usual, option]))!;
        assertMatch(said, new RegExp(`HTTP session \\(HTTP/2-${method}\\)-\\(.*/dns-query\\)-\\(status: 200\\)`));
        assertStringIncludes(said, "127.0.0.1");
        assertMatch(said, /status: NOERROR; id: 0/);
      }
    });
    await app.stop();
  },
);

await testWith(
  ["nghttp"],
  "nghttp is answered, with the time that the answer holds, also without a table and through a small window",
  async () => {
    const { app, https } = start();
    for (const option of [[], ["--header-table-size=0"], ["--window-bits=4"]]) {
      const said = (await run("nghttp", ["-nv", ...option, `https://127.0.0.1:${https}/dns-query?dns=${DNS}`]))!;
      assertStringIncludes(said, ":status: 200");
      assertStringIncludes(said, "cache-control: max-age=");
    }
    await app.stop();
  },
);

await testWith(["h2load"], "h2load loses nothing over ten connections of ten streams", async () => {
  const { app, https } = start();
  await withFiles(async ({ query }) => {
    const url = `https://127.0.0.1:${https}/dns-query`;
    const usual = ["-n", "5000", "-c", "10", "-m", "10"];
    for (const args of [[...usual, `${url}?dns=${DNS}`], [...usual, "-d", query, "-H", TYPE, url]]) {
      const said = (await run("h2load", args))!;
      assertMatch(said, /5000 succeeded, 0 failed, 0 errored, 0 timeout/);
      assertMatch(said, /status codes: 5000 2xx/);
    }
  });
  await app.stop();
});

await testWith(["curl"], "an application that stops answers what it has taken over HTTPS", async () => {
  const { app, https } = start();
  const url = `https://127.0.0.1:${https}/dns-query?dns=${DNS}`;
  const asked = Array.from({ length: 5 }, () => run("curl", [...WORDS, "-k", url]));
  // Whoever has come by now is answered, whoever has not is turned away: nobody waits.
  await asked[0];
  await app.stop();
  for (const said of await Promise.all(asked)) assertMatch(said!, /^(?:2 200|0 000)/);
});
