// What a webhook really gets, from the real program, whose host it finds by itself.

import { assert, assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../../lib/base/net/address.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { record, response } from "../../support/messages.ts";
import { testCertificates } from "../../support/test_certificates.ts";
import { CAN_RUN, ChildProgram, ROOT } from "../child_program.ts";
import { UdpServer } from "../udp_server.ts";

const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-read", "--allow-sys=osUptime,inspector"];

Deno.test({
  name:
    "an alert reaches its webhook by the program's own answers, and again after its server was away (needs --allow-run)",
  ignore: !CAN_RUN,
  fn: async () => {
    const asked: string[] = [];
    await using upstream = new UdpServer(({ octets }) => {
      const { id, questions } = decode(octets);
      const name = nameToText(questions[0]!.name);
      asked.push(name.toLowerCase());
      const isA = questions[0]!.type === TYPE.A;
      return response({ id, questions, answers: isA ? [record(`${name} 60 IN A 127.0.0.1`)] : [] });
    });
    const folder = await Deno.makeTempDir();
    const got = Promise.withResolvers<{ path: string; body: Record<string, unknown> }>();
    let isAway = true;
    const hook = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
      const body = await request.json();
      if (isAway) {
        isAway = false;
        return new Response(null, { status: 503 });
      }
      got.resolve({ path: new URL(request.url).pathname, body });
      return new Response(null, { status: 204 });
    });
    try {
      // Good for a day: that is told at once.
      const { server } = await testCertificates();
      await Deno.writeTextFile(`${folder}/c.pem`, server.certificate + server.key);
      await Deno.writeTextFile(
        `${folder}/config.toml`,
        `[server]
listen = ["127.0.0.1:0", "tls://127.0.0.1:0"]
certificate = "${folder}/c.pem"
server-id = "ns1"
[upstreams.default]
servers = ["${formatSocketAddress(upstream.address)}"]
[alerts]
webhook = "http://alerts.example.org:${hook.addr.port}/secret-hook"
`,
      );
      const command = [Deno.execPath(), "run", ...PERMISSIONS, `${ROOT}/main.ts`, "--config", `${folder}/config.toml`];
      await using program = new ChildProgram(command);
      const { path, body } = await got.promise;
      assertEquals([path, body.status, body.kind, body.subject, body.instance], [
        "/secret-hook",
        "firing",
        "certificate-ending",
        `${folder}/c.pem`,
        "ns1",
      ]);
      assert(asked.includes("alerts.example.org."), asked.join());
      await program.line(/warn: alert: The certificate .*c\.pem ends in less than a day/);
      await program.line(/alerts: they are sent again/);
      program.signal("SIGTERM");
      const { lines } = await program.end();
      assertEquals(lines.filter((line) => line.includes("secret-hook")), []);
    } finally {
      await hook.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
