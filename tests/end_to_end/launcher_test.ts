// your_program.sh and scripts/deno, run as a new user and the course's tester run them.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, outputOf, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });

function testWithProcesses(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-run)`, ignore: !CAN_RUN, fn });
}

testWithProcesses("your_program.sh serves from another folder, and SIGTERM to its process group ends it", async () => {
  await using resolver = new UdpServer(({ octets }) => courseResolver(octets));
  const args = ["--resolver", formatSocketAddress(resolver.address), "--listen", "127.0.0.1:0"];
  await using child = new ChildProgram([`${ROOT}/your_program.sh`, ...args]);
  using client = new UdpClient(await child.address());
  assertEquals(lines(decode(await client.ask(QUERY)).answers), ["codecrafters.io. 3600 IN A 76.76.21.21"]);
  child.signal("SIGTERM");
  const { exitCode, stdout } = await child.end();
  assertEquals({ exitCode, stdout }, { exitCode: 0, stdout: "" });
});

testWithProcesses("your_program.sh may read the file that --config names, and variables for it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dns forwarder " });
  try {
    const [file, server] = [`${folder}/a.toml`, '[server]\nlisten = ["127.0.0.1:0"]\n'];
    await Deno.writeTextFile(file, `${server}server-id = "\${DNSF_ID}"\n`);
    const variables = { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME") ?? "/", DNSF_ID: "here" };
    await using child = new ChildProgram([`${ROOT}/your_program.sh`, "--config", file], variables);
    using client = new UdpClient(await child.address());
    const asked = wire({ id: 1, questions: [question("id.server TXT 3")] });
    assertEquals(lines(decode(await client.ask(asked)).answers), ['id.server. 0 CH TXT "here"']);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithProcesses("your_program.sh serves on port 2053 or says that it is taken", async () => {
  await using child = new ChildProgram([`${ROOT}/your_program.sh`]);
  await child.line(/listens on 127\.0\.0\.1:2053|Cannot listen on (127\.0\.0\.1|\[::1\]):2053: port 2053 is in use/);
});

testWithProcesses("your_program.sh runs through a symbolic link in a folder with a blank in its name", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dns forwarder " });
  try {
    await Deno.symlink(`${ROOT}/your_program.sh`, `${folder}/your program`);
    assertMatch(await outputOf(`${folder}/your program`, "--version"), /^dns-forwarder /);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithProcesses("scripts/deno runs the Deno on PATH, and does not mistake itself for it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink(`${ROOT}/scripts/deno`, `${folder}/deno`);
    const path = `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}`;
    const { stdout } = await new Deno.Command("deno", { args: ["-V"], env: { PATH: `${folder}:${path}` } }).output();
    assertMatch(new TextDecoder().decode(stdout), /^deno \d/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWithProcesses("your_program.sh imports a file", async () => {
  const file = `${ROOT}/tests/config/import/examples/Corefile`;
  assertMatch(await outputOf(`${ROOT}/your_program.sh`, "import", "coredns", file), /\[\[route\]\]\ndomains = \[/);
});
