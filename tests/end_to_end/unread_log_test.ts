// A log that nobody reads, whatever it is written to, is the log's loss and not the clients'.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { question, wire } from "../support/messages.ts";
import { CAN_RUN, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
const LOCAL_QUERY = wire({ id: 0x1234, questions: [question("localhost")] });
const PATIENCE_MS = 20_000;
/** Each status has some 600 octets: more than pipes, and the program, keep for later. */
const STATUS_COUNT = 1500;

const PERMISSIONS = {
  "one process": ["--allow-net"],
  workers: ["--allow-net", "--allow-ffi", "--allow-run"],
} as const;
const hasFfi = Deno.permissions.querySync({ name: "ffi" }).state === "granted";

for (const how of ["one process", "workers"] as const) {
  Deno.test({
    name: `the program serves and stops although nobody reads its log: ${how} (needs --allow-run)`,
    ignore: !CAN_RUN || (how === "workers" && (Deno.build.os !== "linux" || !hasFfi)),
    async fn() {
      await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
      const resolver = formatSocketAddress(upstream.address);
      const port = freePort();
      const args = ["run", "--no-prompt", ...PERMISSIONS[how], `${ROOT}/main.ts`, "--listen", `127.0.0.1:${port}`];
      args.push("--resolver", resolver, "--log-level", "debug", ...(how === "workers" ? ["--workers", "2"] : []));
      const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
      const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      using client = await clientOf(port, QUERY);
      for (let i = 0; i < STATUS_COUNT; i++) {
        child.kill("SIGUSR2");
        for (let k = 0; k < 2; k++) assertEquals(decode(await client.ask(QUERY)).answers.length, 1);
      }
      child.kill("SIGTERM");
      // Only when it has ended does somebody read.
      const { code } = await child.status;
      clearTimeout(killer);
      const log = await new Response(child.stderr).text();
      assertEquals(code, 0);
      assertMatch(log, /running for [0-9]+ s, [0-9]+ questions in flight/);
    },
  });
}

Deno.test({
  name: "what is lost of the log is told when somebody reads again, in the log and in the status (needs --allow-run)",
  ignore: !CAN_RUN,
  async fn() {
    const port = freePort();
    const args = ["run", "--no-prompt", "--allow-net", `${ROOT}/main.ts`, "--listen", `127.0.0.1:${port}`];
    // They make the status long.
    for (let i = 1; i <= 8; i++) args.push("--resolver", `127.0.0.1:${i}`);
    const child = new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
    const killer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    using client = await clientOf(port, LOCAL_QUERY);
    for (let i = 0; i < STATUS_COUNT; i++) {
      child.kill("SIGUSR2");
      await client.ask(LOCAL_QUERY);
    }
    let log = "";
    const lostLine = /dns-forwarder: warn: [1-9][0-9]* lines of this log are lost/;
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      const wasComplete = lostLine.test(log);
      log += text;
      if (!wasComplete && lostLine.test(log)) child.kill("SIGUSR2");
      if (/questions in flight, [1-9][0-9]* lines of the log lost\n[^]*cache: /.test(log)) break;
    }
    child.kill("SIGTERM");
    assertEquals((await child.status).code, 0);
    clearTimeout(killer);
    // Nothing is cut in two.
    assert(log.split("\n").slice(0, -1).every((line) => line.startsWith("dns-forwarder: ")), log);
  },
});

/** A port that was free a moment ago: the log that would tell which one it is, is not read. */
function freePort(): number {
  using socket = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (socket.addr as SocketAddress).port;
}

/** A client of the program, once that serves. */
async function clientOf(port: number, query: Uint8Array<ArrayBuffer>): Promise<UdpClient> {
  for (;;) {
    const client = new UdpClient({ transport: "udp", hostname: "127.0.0.1", port });
    // Its own patience is longer than a start has to take.
    const timer = setTimeout(() => client[Symbol.dispose](), 200);
    const isHeard = await client.ask(query).then(() => true, () => false);
    clearTimeout(timer);
    if (isHeard) return client;
    client[Symbol.dispose]();
  }
}
