import { assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../lib/base/files.ts";
import { DENO_WRITABLE_FILES as FILES } from "../../lib/system/deno_writable_files.ts";

const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";

function test(fact: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${fact} (needs --allow-read and --allow-write)`,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function put(path: string, text: string): Promise<string> {
  const writer = await FILES.create(path);
  await writer.write(new TextEncoder().encode(text));
  const { sha256 } = await writer.finish();
  return sha256;
}

test("DENO_WRITABLE_FILES makes folders and files for the program's user alone", async (folder) => {
  await FILES.makeFolder(`${folder}/a/b`);
  await FILES.makeFolder(`${folder}/a/b`);
  await put(`${folder}/a/b/c`, "x");
  const modes = ["a", "a/b", "a/b/c"].map((path) => (Deno.statSync(`${folder}/${path}`).mode! & 0o777).toString(8));
  assertEquals(modes, ["700", "700", "600"]);
});

test("DENO_WRITABLE_FILES.create() tells what has been written, and does not write through a link that lies in its way", async (folder) => {
  await Deno.writeTextFile(`${folder}/victim`, "mine");
  await Deno.symlink(`${folder}/victim`, `${folder}/new`);
  assertEquals(
    await put(`${folder}/new`, "ads.example\n"),
    "0932e77963204ca33e6576860071b7b053f946f94fd0b4438053d3fc51c0bc40",
  );
  assertEquals(await Deno.readTextFile(`${folder}/victim`), "mine");
});

test("DENO_WRITABLE_FILES.replace() puts one file in the place of another", async (folder) => {
  await put(`${folder}/a`, "old");
  await put(`${folder}/a.new`, "new");
  await FILES.replace(`${folder}/a.new`, `${folder}/a`);
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a"]);
  assertEquals(await Deno.readTextFile(`${folder}/a`), "new");
});

test("FileWriter.discard() leaves nothing, and is of no effect behind finish()", async (folder) => {
  const writer = await FILES.create(`${folder}/a`);
  await writer.write(new Uint8Array(10));
  await writer.discard();
  await writer.discard();
  assertEquals([...Deno.readDirSync(folder)], []);
  const another = await FILES.create(`${folder}/a`);
  await another.finish();
  await another.discard();
  assertEquals(Deno.statSync(`${folder}/a`).size, 0);
});

test("DENO_WRITABLE_FILES.remove() removes folders with what is in them, and what is not there", async (folder) => {
  await FILES.makeFolder(`${folder}/a/b`);
  await put(`${folder}/a/b/c`, "x");
  await FILES.remove(`${folder}/a`);
  await FILES.remove(`${folder}/a`);
  assertEquals([...Deno.readDirSync(folder)], []);
});

test("DENO_WRITABLE_FILES says what hinders it", async (folder) => {
  await Deno.writeTextFile(`${folder}/file`, "");
  const noFolder = await assertRejects(() => FILES.create(`${folder}/file/a`), FileError);
  assertEquals(noFolder.message, "a part of its path is no folder");
  const gone = await assertRejects(() => FILES.replace(`${folder}/a`, `${folder}/b`), FileError);
  assertEquals(gone.message, "there is no such file");
});

test("DENO_WRITABLE_FILES.appendLines() goes on behind the last whole line, for the program's user alone", async (folder) => {
  const path = `${folder}/lines`;
  const put = async (text: string) => {
    const file = await FILES.appendLines(path);
    await file.write(new TextEncoder().encode(text));
    file.close();
    return file.sizeOctets;
  };
  assertEquals(await put("a\nb\n"), 0);
  assertEquals((Deno.statSync(path).mode! & 0o777).toString(8), "600");
  assertEquals(await put(`c${"x".repeat(10_000)}`), 4);
  assertEquals(await put("d\n"), 4);
  assertEquals(Deno.readTextFileSync(path), "a\nb\nd\n");
  Deno.writeTextFileSync(path, "y".repeat(5000));
  assertEquals(await put("e\n"), 0);
  assertEquals(Deno.readTextFileSync(path), "e\n");
});

test("DENO_WRITABLE_FILES.appendLines() opens no pipe, and writes through no link", async (folder) => {
  await Deno.writeTextFile(`${folder}/victim`, "mine\n");
  await Deno.symlink(`${folder}/victim`, `${folder}/link`);
  await assertRejects(() => FILES.appendLines(`${folder}/link`), FileError, "it is no ordinary file");
  await assertRejects(() => FILES.appendLines(folder), FileError, "it is no ordinary file");
  await assertRejects(() => FILES.appendLines(`${folder}/none/lines`), FileError, "there is no such file");
});
