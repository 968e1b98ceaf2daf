// Servers of others that are asked over HTTPS: unbound and dnsdist, where they are installed.

import { assertEquals } from "@std/assert";
import { App } from "../../../lib/app/app.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { plainListen } from "../../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../../lib/system/deno_runtime.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { RCODE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { question, record, response, wire } from "../../support/messages.ts";
import { udp } from "../../support/fake_socket.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { ChildProgram } from "../child_program.ts";
import { UdpClient } from "../udp_client.ts";
import { UdpServer } from "../udp_server.ts";
import { testWith } from "./installed.ts";

const { server, authority } = await testCertificates();
const ANSWER = "192.0.2.1";

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** A folder with the server's certificate and key, and the authority that is to be believed. */
async function withFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/server.pem`, server.certificate);
  await Deno.writeTextFile(`${folder}/server.key`, server.key);
  await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asks so many names at once through the program, whose upstream is at `port`; what it says of each. */
async function askThrough(folder: string, port: number, count: number): Promise<string[]> {
  const upstream = `https://dns.example.org:${port}/dns-query?ip=127.0.0.1&ca=${folder}/ca.pem`;
  const config: FullConfig = {
    ...DEFAULTS,
    policy: null,
    listen: [plainListen(udp("127.0.0.1", 0))],
    upstreams: [parseEndpoint(upstream, 53)],
    logLevel: "error",
  };
  const app = new App(config, denoRuntime({}, () => {}));
  const ask = async (name: string) => {
    using client = new UdpClient(app.addresses[0]!);
    const query = wire({ id: 7, recursionDesired: true, questions: [question(name)] });
    const { rcode, answers } = decode(await client.ask(query));
    return rcode === RCODE.NOERROR ? answers[0]!.rdata.join(".") : `RCODE ${rcode}`;
  };
  const said = await Promise.all(Array.from({ length: count }, (_, i) => ask(`n${i}.example`)));
  await app.stop();
  return said;
}

await testWith(["unbound-checkconf"], "[8484_07] unbound answers over HTTPS", async () => {
  await withFolder(async (folder) => {
    const port = freePort();
    const lines = [
      `interface: 127.0.0.1@${port}`,
      `https-port: ${port}`,
      `tls-service-key: "${folder}/server.key"`,
      `tls-service-pem: "${folder}/server.pem"`,
      `directory: "${folder}"`,
      `pidfile: ""`,
      `chroot: ""`,
      `username: ""`,
      `logfile: ""`,
      "use-syslog: no",
      "do-daemonize: no",
      "verbosity: 1",
      `module-config: "iterator"`,
      `local-zone: "example." redirect`,
      `local-data: "example. 60 IN A ${ANSWER}"`,
    ];
    const text = ["server:", ...lines, "remote-control:", "control-enable: no"].join("\n");
    await Deno.writeTextFile(`${folder}/unbound.conf`, `${text}\n`);
    await using unbound = new ChildProgram(["unbound", "-d", "-c", `${folder}/unbound.conf`]);
    await unbound.line(/start of service/);
    assertEquals(await askThrough(folder, port, 100), new Array(100).fill(ANSWER));
  });
});

await testWith(["dnsdist"], "[8484_07] dnsdist answers over HTTPS", async () => {
  await using behind = new UdpServer(({ octets }) => {
    const { id, questions } = decode(octets);
    return response({
      id,
      questions,
      answers: [record(`n.example 60 IN A ${ANSWER}`)].map((one) => ({ ...one, name: questions[0]!.name })),
    });
  });
  await withFolder(async (folder) => {
    const port = freePort();
    const text = [
      `setLocal("127.0.0.1:${freePort()}")`,
      `newServer({address="127.0.0.1:${behind.address.port}", healthCheckMode="up"})`,
      `addDOHLocal("127.0.0.1:${port}", "${folder}/server.pem", "${folder}/server.key", "/dns-query")`,
      `setSecurityPollSuffix("")`,
    ];
    await Deno.writeTextFile(`${folder}/dnsdist.conf`, `${text.join("\n")}\n`);
    const command = `exec dnsdist -C ${folder}/dnsdist.conf --supervised --disable-syslog 1>&2`;
    await using dnsdist = new ChildProgram(["sh", "-c", command]);
    await dnsdist.line(/for DoH/);
    assertEquals(await askThrough(folder, port, 100), new Array(100).fill(ANSWER));
  });
});
