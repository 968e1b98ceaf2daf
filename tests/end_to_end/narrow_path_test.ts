// A way that is narrower than a reply, between two network namespaces: for this a test has to be root, on Linux.

import { assertEquals } from "@std/assert";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";

/** Longer than a client waits for four replies on the slowest machine. */
const PATIENCE_MS = 20_000;

const SERVER = "198.18.0.1";
const CLIENT = "198.18.0.2";

const WHOLE = { octets: 520, isTruncated: false, answers: 30 };
const CUT = { octets: 40, isTruncated: true, answers: 0 };

const CAN_MAKE_NAMESPACES = CAN_RUN && Deno.build.os === "linux" && await makesNamespaces();

for (
  const { io, widthOctets, overUdp } of [
    { io: "native", widthOctets: 540, overUdp: CUT },
    // 20 octets for the header of IPv4, 8 for that of UDP.
    { io: "native", widthOctets: 548, overUdp: WHOLE },
    // There the kernel sends fragments.
    { io: "plain", widthOctets: 540, overUdp: WHOLE },
  ]
) {
  const what = overUdp === CUT ? "is told to ask over TCP" : "gets the reply whole";
  Deno.test({
    name: `[9715_06] behind a way of ${widthOctets} octets, a client of --io ${io} ${what} (needs root and ip netns)`,
    ignore: !CAN_MAKE_NAMESPACES,
    async fn() {
      const [here, there] = [nameOf("a"), nameOf("b")];
      try {
        await connect(here, there, widthOctets);
        await using server = new ChildProgram(commandIn(here, "serve", SERVER, io));
        await server.line(/^ready$/);
        const said = await run(...commandIn(there, "ask", SERVER));
        assertEquals(JSON.parse(said), { overUdp: [overUdp, overUdp, overUdp], overTcp: 30 });
        server.signal("SIGTERM");
        assertEquals(JSON.parse((await server.end()).lines.at(-1)!), { replied: 4, unsendable: 0 });
      } finally {
        for (const namespace of [here, there]) await succeeds("ip", "netns", "del", namespace);
      }
    },
  });
}

/** Two namespaces with a cable between them, through which no more than `widthOctets` go in one piece. */
async function connect(here: string, there: string, widthOctets: number): Promise<void> {
  for (const namespace of [here, there]) {
    await run("ip", "netns", "add", namespace);
    await run("ip", "-n", namespace, "link", "set", "lo", "up");
  }
  const cable = ["type", "veth", "peer", "name", "cable", "netns", there];
  await run("ip", "-n", here, "link", "add", "cable", ...cable);
  for (const [namespace, address] of [[here, SERVER], [there, CLIENT]] as const) {
    await run("ip", "-n", namespace, "addr", "add", `${address}/30`, "dev", "cable");
    await run("ip", "-n", namespace, "link", "set", "cable", "mtu", `${widthOctets}`, "up");
  }
}

function commandIn(namespace: string, ...args: readonly string[]): [string, ...string[]] {
  const deno = [Deno.execPath(), "run", "--no-prompt", "--allow-all", `--config=${ROOT}/deno.json`];
  return ["ip", "netns", "exec", namespace, ...deno, `${ROOT}/tests/end_to_end/narrow_path.ts`, ...args];
}

function nameOf(what: string): string {
  return `narrow-${Deno.pid}-${what}`;
}

/** Standard output of a command that succeeds. */
async function run(command: string, ...args: readonly string[]): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], signal }).output();
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  if (!success) throw new Error(`${command} ${args.join(" ")} says: ${text(stderr)}`);
  return text(stdout);
}

async function succeeds(command: string, ...args: readonly string[]): Promise<boolean> {
  return await run(command, ...args).then(() => true, () => false);
}

async function makesNamespaces(): Promise<boolean> {
  const can = await succeeds("ip", "netns", "add", nameOf("try"));
  return can && await succeeds("ip", "netns", "del", nameOf("try"));
}
