import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { FileError } from "../../lib/base/files.ts";
import { DENO_FILES } from "../../lib/system/deno_files.ts";

const OCTETS_MAX = 1000;
const ignore = ["read", "write", "run"].some((name) => {
  return Deno.permissions.querySync({ name } as Deno.PermissionDescriptor).state !== "granted";
});

function testInFolder(fact: string, fn: (folder: string) => Promise<void>): void {
  const name = `DENO_FILES ${fact} (needs --allow-read, --allow-write and --allow-run)`;
  Deno.test({ name, ignore, fn: () => inFolder(fn) });
}

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dns-forwarder-files-" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

testInFolder("reads a file, through a symbolic link as well", async (folder) => {
  await Deno.writeTextFile(`${folder}/a`, "one\n");
  await Deno.symlink("a", `${folder}/b`);
  for (const name of ["a", "b"]) {
    assertEquals(new TextDecoder().decode(await DENO_FILES.read(`${folder}/${name}`, OCTETS_MAX)), "one\n");
  }
  assertEquals((await DENO_FILES.stat(`${folder}/b`))?.sizeOctets, 4);
  assertEquals(await DENO_FILES.list(folder), ["a", "b"]);
});

testInFolder("says why it does not read what is no file, too long, or away", async (folder) => {
  await Deno.symlink("circle", `${folder}/circle`);
  await Deno.symlink("nothing", `${folder}/broken`);
  await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
  await Deno.writeTextFile(`${folder}/long`, "x".repeat(OCTETS_MAX + 1));
  using sparse = await Deno.create(`${folder}/sparse`);
  await sparse.truncate(2 ** 31);
  const reasons = {
    ".": "it is a folder",
    "pipe": "it is no ordinary file",
    "long": "it has 1001 octets, 1000 at most are read",
    "sparse": "it has 2147483648 octets, 1000 at most are read",
    "away": "there is no such file",
    "broken": "there is no such file",
    "circle": "its symbolic links lead in a circle",
    "long/file": "a part of its path is no folder",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const error = await assertRejects(() => DENO_FILES.read(`${folder}/${name}`, OCTETS_MAX), FileError);
    assertEquals(`${name}: ${(error as Error).message}`, `${name}: ${reason}`);
    const sameError = assertThrows(() => DENO_FILES.readNow(`${folder}/${name}`, OCTETS_MAX), FileError);
    assertEquals(sameError.message, reason);
  }
  assertEquals((await DENO_FILES.stat(`${folder}/pipe`))?.kind, "other");
  assertEquals(await DENO_FILES.stat(`${folder}/away`), null);
});

testInFolder(
  "reads at once what is at the end of a link, and knows when another file has taken its place",
  async (folder) => {
    await Deno.writeTextFile(`${folder}/a`, "one");
    await Deno.symlink("a", `${folder}/link`);
    assertEquals(new TextDecoder().decode(DENO_FILES.readNow(`${folder}/link`, OCTETS_MAX)), "one");
    const before = await DENO_FILES.stat(`${folder}/link`);
    assertEquals([await DENO_FILES.stat(`${folder}/link`), DENO_FILES.statNow(`${folder}/link`)], [before, before]);
    await Deno.writeTextFile(`${folder}/b`, "two");
    await Deno.rename(`${folder}/b`, `${folder}/a`);
    assertNotEquals((await DENO_FILES.stat(`${folder}/link`))?.version, before?.version);
    await Deno.remove(`${folder}/a`);
    assertEquals(DENO_FILES.statNow(`${folder}/link`), null);
  },
);

testInFolder(
  "knows a folder for another one when something has come or gone in it, a pipe among others",
  async (folder) => {
    await Deno.mkdir(`${folder}/v1`);
    await Deno.mkdir(`${folder}/v2`);
    await Deno.symlink("v1", `${folder}/..data`);
    const changes: (() => Promise<unknown>)[] = [
      () => new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output(),
      () => Deno.writeTextFile(`${folder}/a`, "one"),
      () => Deno.rename(`${folder}/a`, `${folder}/b`),
      // As Kubernetes swaps the files of a ConfigMap.
      async () => {
        await Deno.symlink("v2", `${folder}/..new`);
        await Deno.rename(`${folder}/..new`, `${folder}/..data`);
      },
      () => Deno.remove(`${folder}/b`),
    ];
    for (const change of changes) {
      // The kernel's clock ticks every few milliseconds: what happens within one of them has the same time.
      Deno.utimeSync(folder, 1, 1);
      const before = DENO_FILES.statNow(folder)!.version;
      await change();
      assertNotEquals(DENO_FILES.statNow(folder)!.version, before, `${change}`);
    }
  },
);

testInFolder("follows a file that grows, is moved away, or begins anew", async (folder) => {
  const path = `${folder}/log`;
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  await assertRejects(() => DENO_FILES.follow(path), FileError, "there is no such file");
  await Deno.writeTextFile(path, "one\n");
  const file = await DENO_FILES.follow(path);
  try {
    assertEquals([text(await file.readMore()), text(await file.readMore())], ["one\n", ""]);
    await Deno.writeTextFile(path, "two\n", { append: true });
    assertEquals([text(await file.readMore()), await file.isInPlace()], ["two\n", true]);
    await Deno.truncate(path, 0);
    assertEquals(text(await file.readMore()), "");
    await Deno.writeTextFile(path, "three\n", { append: true });
    assertEquals(text(await file.readMore()), "three\n");
    await Deno.rename(path, `${folder}/old`);
    assertEquals(await file.isInPlace(), false);
    await Deno.writeTextFile(`${folder}/old`, "four\n", { append: true });
    await Deno.writeTextFile(path, "five\n");
    assertEquals([text(await file.readMore()), await file.isInPlace()], ["four\n", false]);
  } finally {
    file.close();
  }
});
