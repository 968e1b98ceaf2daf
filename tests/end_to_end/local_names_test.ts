// Names that are known here, as operators have them: a configuration file, a hosts file, leases; what the machine's files do.

import { assertEquals } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { rcodeToText } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { lines, question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const PERMISSIONS = ["--no-prompt", "--allow-net", "--allow-read"];
const MAIN = [Deno.execPath(), "run", ...PERMISSIONS, `${ROOT}/main.ts`];
const WORKERS = [
  Deno.execPath(),
  "run",
  ...PERMISSIONS,
  "--allow-ffi",
  "--allow-run",
  `${ROOT}/main.ts`,
  "--workers",
  "2",
];

const text = (resolver: UdpServer) => `
[server]
listen = ["127.0.0.1:0"]
[upstreams.default]
servers = ["${formatSocketAddress(resolver.address)}"]
[local]
domain = "home.arpa"
hosts-files = ["hosts"]
leases = [{ file = "leases" }]
records = ["_http._tcp.home.arpa. 60 IN SRV 0 0 80 nas.home.arpa."]
[local.addresses]
nas = ["192.168.1.10", "fd00::10"]
"*.apps.home.arpa" = "nas"
out = "codecrafters.io"
[clients.tablets]
macs = ["aa:bb:cc:00:00:01"]
[clients.tablets.local]
who = "192.168.1.99"
`;

function test(name: string, command: readonly string[], fn: (local: Local) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs --allow-run)`,
    ignore: !CAN_RUN,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-local-" });
      try {
        await using resolver = new UdpServer(({ octets }) => courseResolver(octets));
        await Deno.writeTextFile(`${folder}/config.toml`, text(resolver));
        await Deno.writeTextFile(`${folder}/hosts`, "192.168.1.20 printer\n");
        await Deno.writeTextFile(`${folder}/leases`, "0 aa:bb:cc:00:00:01 127.0.0.1 Alec's-Tablet *\n");
        await using child = new ChildProgram([...command, "--config", `${folder}/config.toml`]);
        const address = await child.address();
        const ask = async (asked: string) => {
          // From another port each time: the kernel spreads clients over workers by it.
          using client = new UdpClient(address);
          const { answers, authorities, rcode } = decode(
            await client.ask(wire({ id: 1, recursionDesired: true, questions: [question(asked)] })),
          );
          if (answers.length > 0) return lines(answers);
          return [`${rcodeToText(rcode)} ${authorities.map(({ name }) => nameToText(name))}`];
        };
        await fn({ folder, child, ask });
        child.signal("SIGTERM");
        assertEquals((await child.end()).exitCode, 0);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

interface Local {
  readonly folder: string;
  readonly child: ChildProgram;
  /** Answers, or the RCODE and the zone that denies. */
  readonly ask: (asked: string) => Promise<readonly string[]>;
}

test("[local_01] [local_02] [local_03] [local_04] [local_07] local names are answered", MAIN, async ({ ask }) => {
  const cases: [asked: string, ...told: string[]][] = [
    ["nas", "nas. 300 IN A 192.168.1.10"],
    ["NAS.home.arpa AAAA", "NAS.home.arpa. 300 IN AAAA fd00::10"],
    ["x.apps.home.arpa", "x.apps.home.arpa. 300 IN CNAME nas.home.arpa.", "nas.home.arpa. 300 IN A 192.168.1.10"],
    ["_http._tcp.home.arpa SRV", "_http._tcp.home.arpa. 60 IN SRV 0 0 80 nas.home.arpa."],
    ["printer", "printer. 300 IN A 192.168.1.20"],
    ["20.1.168.192.in-addr.arpa PTR", "20.1.168.192.in-addr.arpa. 300 IN PTR printer.home.arpa."],
    ["alecs-tablet.home.arpa", "alecs-tablet.home.arpa. 300 IN A 127.0.0.1"],
    ["out.home.arpa", "out.home.arpa. 300 IN CNAME codecrafters.io.", "codecrafters.io. 3600 IN A 76.76.21.21"],
    ["who.home.arpa", "who.home.arpa. 300 IN A 192.168.1.99"],
    ["nas.home.arpa MX", "NOERROR home.arpa."],
    ["other.home.arpa", "NXDOMAIN home.arpa."],
    ["other", "NXDOMAIN other."],
    ["codecrafters.io", "codecrafters.io. 3600 IN A 76.76.21.21"],
  ];
  for (const [asked, ...told] of cases) assertEquals([asked, ...await ask(asked)], [asked, ...told]);
});

test("[local_10] a hosts file is followed, whatever takes its place", MAIN, async ({ folder, child, ask }) => {
  const hosts = `${folder}/hosts`;
  const replaceBy = async (make: (path: string) => Promise<unknown>, line: RegExp) => {
    await Deno.remove(hosts, { recursive: true });
    await make(hosts);
    await child.line(line);
  };
  await Deno.writeTextFile(`${hosts}.new`, "192.168.1.21 printer\n192.168.1.22 scanner\n");
  await Deno.rename(`${hosts}.new`, hosts);
  await child.line(/hosts: 2 addresses of names$/);
  assertEquals(await ask("printer"), ["printer. 300 IN A 192.168.1.21"]);
  await replaceBy((path) => Deno.mkdir(path), /hosts cannot be read, what it said before holds on: it is a folder$/);
  await replaceBy((path) => new Deno.Command("mkfifo", { args: [path] }).output(), /it is no ordinary file$/);
  await replaceBy(async (path) => {
    await Deno.writeTextFile(path, "");
    await Deno.truncate(path, 2 ** 31);
  }, /it has 2147483648 octets, 67108864 at most are read$/);
  assertEquals(await ask("scanner"), ["scanner. 300 IN A 192.168.1.22"]);
  await replaceBy(async (path) => {
    await Deno.mkdir(`${folder}/v1`);
    await Deno.writeTextFile(`${folder}/v1/hosts`, "192.168.1.23 printer a b c\n");
    await Deno.symlink("v1", `${folder}/..data`);
    await Deno.symlink("..data/hosts", path);
  }, /hosts: 4 addresses of names$/);
  assertEquals(await ask("printer"), ["printer. 300 IN A 192.168.1.23"]);
  // As Kubernetes swaps the files of a ConfigMap.
  await Deno.mkdir(`${folder}/v2`);
  await Deno.writeTextFile(`${folder}/v2/hosts`, "192.168.1.24 printer\n192.168.1.25 a\n192.168.1.26 b\n");
  await Deno.symlink("v2", `${folder}/..new`);
  await Deno.rename(`${folder}/..new`, `${folder}/..data`);
  await child.line(/hosts: 3 addresses of names$/);
  assertEquals(await ask("printer"), ["printer. 300 IN A 192.168.1.24"]);
});

test("every worker knows local names, and follows their files", WORKERS, async ({ folder, child, ask }) => {
  await child.line(/: 2 workers serve$/);
  const askAll = () => Promise.all(Array.from({ length: 20 }, () => ask("printer")));
  assertEquals(new Set((await askAll()).flat()), new Set(["printer. 300 IN A 192.168.1.20"]));
  await Deno.writeTextFile(`${folder}/hosts`, "192.168.1.21 printer\n192.168.1.22 scanner\n");
  await Promise.all([1, 2].map((number) => child.line(new RegExp(`worker ${number}: hosts file .*: 2 addresses`))));
  assertEquals(new Set((await askAll()).flat()), new Set(["printer. 300 IN A 192.168.1.21"]));
});
