import { DENO_NETWORK } from "../../../lib/system/network/deno_network.ts";
import { tcp } from "../../support/fake_socket.ts";
import { resetOne } from "./resetting_client.ts";
import { CLIENT, closing, NO_SIGNAL, SERVER, testTls } from "./tls_rig.ts";

testTls("listenStream() does not fail for clients that are gone when they are accepted", async () => {
  const listener = DENO_NETWORK.listenStream(tcp("127.0.0.1", 0));
  await closing(listener, async () => {
    for (let i = 0; i < 20; i++) await resetOne(listener.address.port);
    const ours = await DENO_NETWORK.connectStream(listener.address, NO_SIGNAL);
    (await listener.accept()).close();
    ours.close();
  });
});

testTls("listenTls() does not fail for clients that are gone when they are accepted", async () => {
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") return;
  const listener = DENO_NETWORK.listenTls(tcp("127.0.0.1", 0), SERVER);
  await closing(listener, async () => {
    const accepting = listener.accept();
    const script = new URL("resetting_client.ts", import.meta.url).pathname;
    const args = ["run", "--no-prompt", "--allow-net", script, `${listener.address.port}`];
    // Nobody accepts until it has ended.
    new Deno.Command(Deno.execPath(), { args }).outputSync();
    const connecting = DENO_NETWORK.connectTls(listener.address, CLIENT, NO_SIGNAL);
    for (const socket of await Promise.all([accepting, connecting])) socket.close();
  });
});
