import { assertEquals } from "@std/assert";
import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { CLIENT, NO_SIGNAL, octetsOf, readText, retried, testTls } from "./tls_rig.ts";

/** More than the server may have descriptors. */
const CONNECTIONS = 200;

testTls("listenTls() takes clients again when descriptors had run out", async () => {
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted" || Deno.build.os === "windows") return;
  const script = new URL("echo_server.ts", import.meta.url).pathname;
  const command = `ulimit -n 100; exec "$0" run --no-prompt --allow-net "$1"`;
  const child = new Deno.Command("sh", { args: ["-c", command, Deno.execPath(), script], stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const held: Deno.TcpConn[] = [];
  try {
    let line = "";
    while (!line.endsWith("\n")) line += (await reader.read()).value;
    const { port, authority } = JSON.parse(line);
    const greet = async () => {
      const options = { ...CLIENT, ca: authority, alpn: [] };
      const ours = await DENO_NETWORK.connectTls(tcp("127.0.0.1", port), options, NO_SIGNAL);
      await ours.write(octetsOf("hello"));
      assertEquals(await readText(ours, 5), "hello");
      ours.close();
    };
    for (let i = 0; i < CONNECTIONS; i++) held.push(await Deno.connect({ hostname: "127.0.0.1", port }));
    for (const connection of held.splice(0)) connection.close();
    // Whoever comes now waits at most until the server tries again; who came when there was one descriptor left was sent away.
    await retried(greet);
  } finally {
    for (const connection of held) connection.close();
    child.kill("SIGKILL");
    await reader.cancel();
    await child.status;
  }
});
