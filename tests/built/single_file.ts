// What any single-file build must do, however it was made: deno task test:built ./dns-forwarder

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { ChildProgram } from "../end_to_end/child_program.ts";
import { courseResolver } from "../end_to_end/course_resolver.ts";
import { startProgram } from "../end_to_end/program.ts";
import { ServiceSocketReceiver } from "../end_to_end/service_socket.ts";
import { UdpClient } from "../end_to_end/udp_client.ts";
import { UdpServer } from "../end_to_end/udp_server.ts";
import { lines, question, wire } from "../support/messages.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });

assert(Deno.args[0] !== undefined, "Which file? deno task test:built ./dns-forwarder");
const FILE = await Deno.realPath(Deno.args[0]);
/** Where service managers have their sockets, and the only place where the file may reach them. */
const RUN_FOLDER = await runFolder();

Deno.test("--version tells how it was built", async () => {
  await using child = new ChildProgram([FILE, "--version"]);
  const { exitCode, stdout, lines } = await child.end();
  assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
  assertMatch(stdout, /^dns-forwarder \S+ \(deno \S+, \S+, (compiled|portable)(, native)?\)\n$/);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`it forwards, answers what is in flight when ${signal} comes, and ends with 0`, async () => {
    let isSignalled = false;
    await using upstream = new UdpServer(async ({ octets }) => {
      if (!isSignalled) Deno.kill(child.pid, signal);
      isSignalled = true;
      await child.line(/stopping/);
      return courseResolver(octets);
    });
    const resolver = formatSocketAddress(upstream.address);
    await using child = new ChildProgram([FILE, "--listen", "127.0.0.1:0", "--resolver", resolver]);
    using client = new UdpClient(await child.address());
    const { answers } = decode(await client.ask(QUERY));
    assertEquals(lines(answers), ["codecrafters.io. 3600 IN A 76.76.21.21"]);
    const { exitCode, stdout } = await child.end();
    assertEquals({ exitCode, stdout }, { exitCode: 0, stdout: "" });
  });
}

Deno.test("dns-forwarder-native takes datagrams in batches, and dns-forwarder says why it does not", async () => {
  await using version = new ChildProgram([FILE, "--version"]);
  const isNative = (await version.end()).stdout.includes(", native)");
  await using child = new ChildProgram([FILE, "--listen", "127.0.0.1:0"]);
  await child.line(isNative ? /takes datagrams in batches/ : /one by one: --allow-ffi is not given/);
  child.signal("SIGTERM");
  assertEquals((await child.end()).exitCode, 0);
});

Deno.test("a wrong flag ends it with 2, a port in use with 1", async () => {
  await using wrong = new ChildProgram([FILE, "--resolvr", "192.0.2.1"]);
  assertEquals((await wrong.end()).exitCode, 2);
  await using other = startProgram();
  await using late = new ChildProgram([FILE, "--listen", formatSocketAddress(other.address)]);
  const { exitCode, lines } = await late.end();
  assertEquals({ exitCode, count: lines.length }, { exitCode: 1, count: 1 });
});

Deno.test("--config serves by a file, and what is wrong with one is told", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-built-" });
  try {
    const servers = `servers = ["${formatSocketAddress(upstream.address)}"]`;
    const text = `[server]\nlisten = ["127.0.0.1:0"]\nserver-id = "\${DNSF_ID:-a}"\n[upstreams.default]\n${servers}\n`;
    await Deno.writeTextFile(`${folder}/a.toml`, text);
    await using child = new ChildProgram([FILE, "--config", `${folder}/a.toml`]);
    using client = new UdpClient(await child.address());
    const { answers } = decode(await client.ask(QUERY));
    assertEquals(lines(answers), ["codecrafters.io. 3600 IN A 76.76.21.21"]);
    await Deno.writeTextFile(`${folder}/b.toml`, text.replace("servers", "server"));
    await using wrong = new ChildProgram([FILE, "check-config", `${folder}/b.toml`]);
    const { exitCode, lines: said } = await wrong.end();
    const problem = `${folder}/b.toml:5:1: upstreams.default.server: no such setting; did you mean "servers"?`;
    assertEquals([exitCode, said[0]], [2, problem]);
    await using schema = new ChildProgram([FILE, "print-schema"]);
    assertEquals(JSON.parse((await schema.end()).stdout).type, "object");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("admin.listen serves the page, packages and all, from the file alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-built-" });
  try {
    const text =
      `[server]\nlisten = ["127.0.0.1:0"]\n[admin]\nlisten = "127.0.0.1:0"\ntoken-file = "${folder}/tokens"\n`;
    await Deno.writeTextFile(`${folder}/a.toml`, text);
    await using child = new ChildProgram([FILE, "--config", `${folder}/a.toml`]);
    const [, url] = /(http:\/\/\S+\/);/.exec(await child.line(/the page is at/))!;
    const document = await (await fetch(url!)).text();
    const paths = [...document.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path!);
    assert(paths.some((path) => path.includes("uplot")) && paths.length > 50, document);
    for (const path of paths) {
      const response = await fetch(new URL(path, url));
      assert(response.ok && (await response.text()).length > 100, path);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("check asks a server, and ends with 0 when it is well", async () => {
  await using server = startProgram();
  await using child = new ChildProgram([FILE, "check", formatSocketAddress(server.address)]);
  const { exitCode, stdout, lines } = await child.end();
  assertEquals({ exitCode, lines }, { exitCode: 0, lines: [] });
  assertMatch(stdout, /: localhost\. IN A: NOERROR in /);
});

const MACHINE = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs tmpfs /var/cache && exec "$@"', "sh"];

Deno.test({
  name: "check runs without HOME and any other variable (needs Linux, and the right to mount)",
  ignore: !await canRun([...MACHINE, "true"]),
  async fn() {
    // In a network of its own, where nobody answers, the checked server is the one at fault: 1, not 3.
    const inside = `'${FILE}' --listen 127.0.0.1:5353 & pid=$!
      n=0; until '${FILE}' check 127.0.0.1:5353 || [ $((n += 1)) = 20 ]; do sleep 0.2; done
      kill $pid; wait $pid; exec '${FILE}' check 127.0.0.1:5353`;
    const net = ["unshare", "-n", "sh", "-c", `ip link set lo up; ${inside}`];
    await using child = new ChildProgram([...MACHINE, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", ...net], {
      PATH: Deno.env.get("PATH")!,
    });
    const { exitCode, stdout } = await child.end();
    assertMatch(stdout, /: localhost\. IN A: NOERROR in /);
    assertEquals(exitCode, 1);
  },
});

Deno.test("check ends with 3 when the file cannot be unpacked anywhere: nobody has asked the server", async () => {
  await using version = new ChildProgram([FILE, "--version"]);
  const isPortable = (await version.end()).stdout.includes("portable");
  await using server = startProgram();
  const variables = { ...Deno.env.toObject(), DNS_FORWARDER_CACHE: "/dev/null/cache" };
  await using child = new ChildProgram([FILE, "check", formatSocketAddress(server.address)], variables);
  assertEquals((await child.end()).exitCode, isPortable ? 3 : 0);
});

Deno.test({
  name: "a service manager hears READY and STOPPING (needs a folder under /run that can be written)",
  ignore: RUN_FOLDER === null,
  async fn() {
    await using manager = await ServiceSocketReceiver.listen(RUN_FOLDER!);
    const variables = { ...Deno.env.toObject(), NOTIFY_SOCKET: manager.path };
    await using child = new ChildProgram([FILE, "--listen", "127.0.0.1:0"], variables);
    await manager.line("READY=1");
    child.signal("SIGTERM");
    await manager.line("STOPPING=1");
    assertEquals((await child.end()).exitCode, 0);
  },
});

async function canRun([executable, ...args]: readonly string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(executable!, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    // There is no such program.
    return false;
  }
}

async function runFolder(): Promise<string | null> {
  for (const folder of [Deno.env.get("XDG_RUNTIME_DIR") ?? "/run", "/run"].filter((path) => path.startsWith("/run"))) {
    try {
      await Deno.remove(await Deno.makeTempDir({ dir: folder }));
      return folder;
    } catch {
      // An ordinary user's is another.
      continue;
    }
  }
  return null;
}
