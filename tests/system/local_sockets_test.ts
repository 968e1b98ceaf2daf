import { assert, assertEquals, assertRejects } from "@std/assert";
import { LocalSocketError } from "../../lib/base/local_sockets.ts";
import { DENO_LOCAL_SOCKETS } from "../../lib/system/network/local_sockets.ts";

const ignore = ["read", "write", "run", "net"].some((name) => {
  return Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state !== "granted";
}) || Deno.build.os === "windows";

function testInFolder(fact: string, fn: (path: string, folder: string) => Promise<void>): void {
  const name = `DENO_LOCAL_SOCKETS ${fact} (needs --allow-read, --allow-write and --allow-run)`;
  Deno.test({
    name,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-socket-" });
      try {
        await fn(`${folder}/admin.sock`, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

testInFolder(
  "connect both sides, which its owner and its group alone may do; nothing is left",
  async (path, folder) => {
    const listener = await DENO_LOCAL_SOCKETS.listen(path);
    assertEquals(Deno.statSync(path).mode! & 0o777, 0o660);
    assertEquals(names(folder), ["admin.sock"]);
    const [here, there] = await Promise.all([DENO_LOCAL_SOCKETS.connect(path), listener.accept()]);
    await here.write(new TextEncoder().encode("hello"));
    const buffer = new Uint8Array(10);
    assertEquals(await there.read(buffer), 5);
    here.close();
    assertEquals(await there.read(buffer), null);
    there.close();
    const accepting = assertRejects(() => listener.accept());
    listener.close();
    await accepting;
    assertEquals(names(folder), []);
  },
);

testInFolder("replaces what a program that was killed has left", async (path) => {
  const left = Deno.listen({ transport: "unix", path: `${path}.left` });
  // Its own name is taken away when it is closed.
  await Deno.rename(`${path}.left`, path);
  left.close();
  await assertRejects(() => DENO_LOCAL_SOCKETS.connect(path), LocalSocketError, "nobody listens there any more");
  const listener = await DENO_LOCAL_SOCKETS.listen(path);
  (await DENO_LOCAL_SOCKETS.connect(path)).close();
  (await listener.accept()).close();
  listener.close();
});

testInFolder("leaves alone who listens there, and what is no socket", async (path, folder) => {
  const listener = await DENO_LOCAL_SOCKETS.listen(path);
  await assertRejects(() => DENO_LOCAL_SOCKETS.listen(path), LocalSocketError, "another program listens there");
  (await DENO_LOCAL_SOCKETS.connect(path)).close();
  listener.close();
  await Deno.writeTextFile(path, "precious");
  await assertRejects(
    () => DENO_LOCAL_SOCKETS.listen(path),
    LocalSocketError,
    "something that is no socket stands there",
  );
  assertEquals(await Deno.readTextFile(path), "precious");
  const link = `${folder}/link.sock`;
  await Deno.symlink(path, link);
  await assertRejects(
    () => DENO_LOCAL_SOCKETS.listen(link),
    LocalSocketError,
    "something that is no socket stands there",
  );
  assertEquals(names(folder).sort(), ["admin.sock", "link.sock"]);
});

testInFolder("takes away nothing that is not its own when it closes", async (path, folder) => {
  const listener = await DENO_LOCAL_SOCKETS.listen(path);
  await Deno.remove(path);
  await Deno.writeTextFile(path, "another's");
  listener.close();
  assertEquals(await Deno.readTextFile(path), "another's");
  assertEquals(names(folder), ["admin.sock"]);
});

testInFolder("say why they cannot be had", async (path, folder) => {
  await assertRejects(() => DENO_LOCAL_SOCKETS.connect(path), LocalSocketError, "there is no such socket or folder");
  await assertRejects(() => DENO_LOCAL_SOCKETS.listen(`${folder}/none/admin.sock`), LocalSocketError, "no such socket");
  await Deno.writeTextFile(path, "");
  await assertRejects(() => DENO_LOCAL_SOCKETS.listen(`${path}/admin.sock`), LocalSocketError);
  const long = `${folder}/${"x".repeat(120)}`;
  const error = await DENO_LOCAL_SOCKETS.listen(long).catch((error) => error);
  assert(error instanceof LocalSocketError);
  assertEquals(names(folder), ["admin.sock"]);
});
