// `top` on a real terminal: keys, sizes, and that the terminal is as it was before, however it ends.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeApi } from "../support/fake_api.ts";
import { listenAsProgram } from "../support/fake_admin_socket.ts";
import { run } from "./encrypted/installed.ts";
import { HAS_TERMINALS, TerminalSession } from "./terminal_session.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function testOnTerminal(
  fact: string,
  fn: (session: TerminalSession, api: FakeApi) => Promise<void>,
  variables = "",
): void {
  const name = HAS_TERMINALS ? fact : `${fact} (needs --allow-run, and script of util-linux)`;
  Deno.test({
    name,
    ignore: !HAS_TERMINALS,
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "top-" });
      try {
        const api = new FakeApi();
        const socket = `${folder}/admin.sock`;
        await using _program = listenAsProgram(socket, api);
        const flags = `--no-prompt --allow-net --allow-read=${folder} --allow-write=${folder} --allow-env=TERM`;
        const command = `env ${variables} ${Deno.execPath()} run ${flags} ${MAIN} top --socket ${socket}`;
        await using session = new TerminalSession(command);
        await fn(session, api);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** Alternate screen on, cursor off. */
function isTaken({ screen: { modes } }: TerminalSession): boolean {
  return modes.has(1049) && !modes.has(25);
}

async function assertGivenBack(session: TerminalSession): Promise<void> {
  const { exitCode, modes } = await session.ended();
  assertEquals([exitCode, isTaken(session), session.screen.modes.has(25)], [0, false, true]);
  assertEquals(["icanon", "echo", "isig", "opost"].map((mode) => modes.includes(mode)), [true, true, true, true]);
  assertEquals(session.screen.unknown.filter((sequence) => sequence !== "0G"), []);
}

testOnTerminal("top takes the screen, follows keys and sizes, and gives the terminal back with q", async (session) => {
  await session.until(({ text }) => text.includes("● works"), "the overview");
  assertEquals(isTaken(session), true);
  assertEquals(session.screen.lines[5]!.startsWith("UPSTREAM "), true);
  await session.until(({ text }) => text.includes("new-2.example"), "what is new");
  await session.press("2");
  await session.until(
    ({ lines }) => lines[2]?.startsWith(" COUNT") === true || lines[1]?.startsWith(" COUNT") === true,
    "names",
  );
  await session.press("\x1b[B\r");
  await session.until(({ text }) => text.includes("filter: clients4.google.com"), "the queries of a name");
  await session.press("\x1b");
  await session.until(({ text }) => text.includes("UPSTREAM"), "the overview again");
  await session.resize(120, 40);
  await session.until(
    ({ lines }) => lines.length === 40 && lines[39]!.startsWith("q quit"),
    "all lines of a larger screen",
  );
  assertStringIncludes(session.screen.text, "down since 23:31: no answer");
  await session.resize(60, 12);
  await session.until(({ lines }) => lines[11]?.startsWith("q quit") === true, "a smaller screen");
  await session.press("q");
  await assertGivenBack(session);
});

testOnTerminal(
  "top gives the terminal back while it is stopped by Ctrl-Z, and takes it again when it goes on",
  async (session) => {
    await session.until(({ text }) => text.includes("● works"), "the overview");
    await session.press("\x1a");
    await session.until(({ modes }) => !modes.has(1049) && modes.has(25), "the screen of before");
    // The sequences are written before it stops.
    const isStopped = async () => /^State:\s+T/m.test((await run("cat", [`/proc/${session.pid}/status`]))!);
    let looks = 0;
    while (!await isStopped()) if (looks++ === 1000) throw new Error("It goes on");
    Deno.kill(session.pid, "SIGCONT");
    await session.until(({ modes, text }) => modes.has(1049) && text.includes("● works"), "the overview again");
    await session.press("\x03");
    await assertGivenBack(session);
  },
);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  testOnTerminal(`top gives the terminal back at ${signal}`, async (session) => {
    await session.until(({ text }) => text.includes("● works"), "the overview");
    Deno.kill(session.pid, signal);
    await assertGivenBack(session);
  });
}

testOnTerminal(
  "top shows no colours where NO_COLOR is set",
  async (session) => {
    await session.until(({ text }) => text.includes("● works"), "the overview");
    // deno-lint-ignore no-control-regex
    assertEquals(/\x1b\[3\dm/.test(session.written), false);
    await session.press("q");
    await assertGivenBack(session);
  },
  "NO_COLOR=1",
);

testOnTerminal(
  "top on a dumb terminal prints pictures one after the other, without control sequences",
  async (session) => {
    await session.until((_screen, written) => written.split("UPSTREAM ").length > 2, "the second picture");
    Deno.kill(session.pid, "SIGINT");
    const { exitCode } = await session.ended();
    assertEquals([exitCode, session.written.includes("\x1b[?1049h")], [0, false]);
  },
  "TERM=dumb",
);
