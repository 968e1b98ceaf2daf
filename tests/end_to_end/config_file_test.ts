// The program with a configuration file, as operators start it.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { lines, question, record, wire } from "../support/messages.ts";
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

/** An upstream that gives every name this address. */
function upstreamOf(address: string): UdpServer {
  return new UdpServer(({ octets }) => {
    const { id, questions: [asked] } = decode(octets);
    return wire({
      id,
      isResponse: true,
      questions: [asked!],
      answers: [record(`${nameToText(asked!.name)} 60 IN A ${address}`)],
    });
  });
}

test("a route, and a reload of the file that says where it leads; a file that cannot be used changes nothing", async (file) => {
  await using everything = upstreamOf("192.0.2.1");
  await using one = upstreamOf("192.0.2.2");
  await using other = upstreamOf("192.0.2.3");
  const text = (to: UdpServer) =>
    `[server]
listen = ["127.0.0.1:0"]
[upstreams.default]
servers = ["${formatSocketAddress(everything.address)}"]
[[route]]
domains = ["corp.example"]
to = ["${formatSocketAddress(to.address)}"]
`;
  await Deno.writeTextFile(file, text(one));
  await using child = new ChildProgram([...MAIN, "--config", file]);
  using client = new UdpClient(await child.address());
  const ask = async (name: string) => {
    return lines(
      decode(await client.ask(wire({ id: 1, recursionDesired: true, questions: [question(name)] }))).answers,
    );
  };
  assertEquals(await ask("a.example"), ["a.example. 60 IN A 192.0.2.1"]);
  assertEquals(await ask("a.corp.example"), ["a.corp.example. 60 IN A 192.0.2.2"]);
  await Deno.writeTextFile(file, text(other).replace("[[route]]", "[[rout]]"));
  child.signal("SIGHUP");
  await child.line(/Cannot use the configuration: .*:5:3: rout: no such setting; did you mean "route"\?/);
  assertEquals(await ask("b.corp.example"), ["b.corp.example. 60 IN A 192.0.2.2"]);
  await Deno.writeTextFile(file, text(other));
  child.signal("SIGHUP");
  await child.line(/reloaded: /);
  assertEquals(await ask("c.corp.example"), ["c.corp.example. 60 IN A 192.0.2.3"]);
});
