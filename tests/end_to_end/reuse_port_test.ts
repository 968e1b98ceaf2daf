// An instance that takes over from another one at the same address (`--reuse-port`), as only a kernel shows it.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { udp } from "../support/fake_socket.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { runProgram } from "./program.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpClient } from "./udp_client.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("example.org")] });
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";

/** One that is free for UDP and TCP, and below those that the kernel gives to whoever asks for any. */
function freeAddress(): SocketAddress {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    try {
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port }).close();
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return udp("127.0.0.1", port);
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Starts an instance; resolves when it serves. */
async function startInstance(address: SocketAddress, ...flags: string[]): Promise<ChildProgram> {
  const rights = ["--no-prompt", "--allow-net", "--allow-ffi", "--allow-run", `${ROOT}/main.ts`];
  const listen = ["--reuse-port", "--listen", formatSocketAddress(address), "--answer", "192.0.2.1"];
  const child = new ChildProgram([Deno.execPath(), "run", ...rights, ...listen, ...flags]);
  await child.line(flags.length > 0 ? /workers serve/ : /takes datagrams in batches/);
  return child;
}

/** Asks one question after the other, each from another port, until it is told to end. Returns how many were answered. */
async function askUntil(address: SocketAddress, end: Promise<unknown>): Promise<number> {
  let hasEnded = false;
  void end.then(() => hasEnded = true);
  let count = 0;
  for (; !hasEnded; count++) {
    using client = new UdpClient(address);
    assertEquals(lines(decode(await client.ask(QUERY)).answers), ["example.org. 60 IN A 192.0.2.1"]);
  }
  return count;
}

for (const flags of [[], ["--workers", "2"]]) {
  Deno.test({
    name:
      `${["--reuse-port", ...flags].join(" ")}: a new instance takes over while clients ask, and no query is lost ` +
      "(needs Linux, --allow-ffi and --allow-run)",
    ignore: !CAN_RUN || !CAN_CALL,
    async fn() {
      const address = freeAddress();
      await using old = await startInstance(address, ...flags);
      const end = Promise.withResolvers<void>();
      const asking = askUntil(address, end.promise);
      await using young = await startInstance(address, ...flags);
      old.signal("SIGTERM");
      const { exitCode, lines: log } = await old.end();
      assertEquals(exitCode, 0);
      end.resolve();
      await asking;
      // It has had its share, and the other one has the rest.
      assertMatch(log.at(-1)!, / received=[1-9]/);
      using stream = await TcpClient.connect(address);
      assertEquals(lines(decode(await stream.ask(QUERY)).answers), ["example.org. 60 IN A 192.0.2.1"]);
      young.signal("SIGTERM");
      assertEquals((await young.end()).exitCode, 0);
    },
  });
}

Deno.test("--reuse-port without native I/O ends with exit code 2, and says what it takes", async () => {
  const { exitCode, lines } = await runProgram("--io", "plain", "--reuse-port", "--listen", "127.0.0.1:5300");
  assertEquals({ exitCode, lines }, {
    exitCode: 2,
    lines: ["dns-forwarder: Cannot use --reuse-port: it needs native I/O: --io plain"],
  });
});
