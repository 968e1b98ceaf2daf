// systemd's notification socket: what is told in one breath arrives, all of it and in its order.

import { assertEquals } from "@std/assert";
import { openServiceSocket } from "../../lib/system/service_socket.ts";

Deno.test({
  name:
    "notifications that are told at once arrive one after the other (needs --allow-env, --allow-read, --allow-write, Linux)",
  ignore: Deno.build.os !== "linux" ||
    (["env", "read", "write"] as const).some((name) => Deno.permissions.querySync({ name }).state !== "granted"),
  // It lasts as long as the program.
  sanitizeResources: false,
  async fn() {
    const folder = Deno.makeTempDirSync();
    const path = `${folder}/notify`;
    const manager = Deno.listenDatagram({ transport: "unixpacket", path });
    const former = Deno.env.get("NOTIFY_SOCKET");
    const complaints: string[] = [];
    try {
      Deno.env.set("NOTIFY_SOCKET", path);
      const socket = openServiceSocket((line) => complaints.push(line))!;
      const messages = Array.from({ length: 20 }, (_, i) => `STATUS=${i}`);
      for (const message of messages) socket.notify(message);
      const told: string[] = [];
      while (told.length < messages.length) {
        const [octets] = await manager.receive();
        told.push(new TextDecoder().decode(octets));
      }
      assertEquals({ told, complaints }, { told: messages, complaints: [] });
    } finally {
      manager.close();
      if (former === undefined) Deno.env.delete("NOTIFY_SOCKET");
      else Deno.env.set("NOTIFY_SOCKET", former);
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
