// The program with a configuration file, as operators start it.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, type Ending, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const MAIN = [Deno.execPath(), "run", "--no-prompt", "--allow-net", "--allow-read", `${ROOT}/main.ts`];

function test(name: string, fn: (file: string) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs --allow-run)`,
    ignore: !CAN_RUN,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-config-" });
      try {
        await fn(`${folder}/config.toml`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function endOf(...args: readonly string[]): Promise<Ending> {
  await using child = new ChildProgram([...MAIN, ...args]);
  return await child.end();
}

test("--config serves by a file", async (file) => {
  await using resolver = new UdpServer(({ octets }) => courseResolver(octets));
  const servers = `servers = ["${formatSocketAddress(resolver.address)}"]`;
  await Deno.writeTextFile(file, `[server]\nlisten = ["127.0.0.1:0"]\n[upstreams.default]\n${servers}\n`);
  await using child = new ChildProgram([...MAIN, "--config", file]);
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ["codecrafters.io. 3600 IN A 76.76.21.21"]);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

test("a file that cannot be used ends the program with 2, and says where and why", async (file) => {
  await Deno.writeTextFile(file, "[cache]\nsize = 64\n");
  const said = [
    `${file}:2:8: cache.size: must be text with a unit, such as "64MiB"`,
    "     2 | size = 64",
    "       |        ^^",
    `dns-forwarder: Cannot use ${file}: 1 problem`,
  ];
  for (const args of [["--config", file], ["--check", "--config", file], ["check-config", file]]) {
    assertEquals(await endOf(...args), { exitCode: 2, stdout: "", lines: said });
  }
});

test("a file that is not there ends the program with 2", async (file) => {
  const said = [`${file}: cannot be read: there is no such file`, `dns-forwarder: Cannot use ${file}: 1 problem`];
  assertEquals(await endOf("--config", file), { exitCode: 2, stdout: "", lines: said });
});

test("check-config says that a file can be used, and opens nothing", async (file) => {
  await Deno.writeTextFile(file, '[server]\nlisten = ["192.0.2.1:53"]\n');
  assertEquals(await endOf("check-config", file), { exitCode: 0, stdout: `${file} can be used\n`, lines: [] });
  const { stdout } = await endOf("check-config", file, "--json");
  assertEquals(JSON.parse(stdout), { problems: [], warnings: [] });
});
