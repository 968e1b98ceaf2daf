import { assertEquals } from "@std/assert";
import { BadLines, type BadLines as Bad } from "../../../lib/local/bad_lines.ts";
import type { LocalFileKind } from "../../../lib/local/files/file_kind.ts";
import { QUIET_MS, QUIET_MS_MAX } from "../../../lib/base/settled_version.ts";
import { LocalFile, UNFINISHED_MS } from "../../../lib/local/files/local_file.ts";
import { Log } from "../../../lib/observe/log.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeTime } from "../../support/fake_time.ts";

const PATH = "/data/names";

/** Its content is what is in its files, and its bad lines those with a "!". */
function kindOf(fields: Partial<LocalFileKind<string>> = {}): LocalFileKind<string> {
  return {
    title: "file",
    paths: (path) => [path],
    beside: [],
    endsLines: true,
    *parse(files) {
      const text = files.map((octets) => new TextDecoder().decode(octets)).join("");
      const bad: Bad = new BadLines();
      for (const [i, line] of text.split("\n").entries()) {
        if (line.includes("!")) bad.add(i + 1);
        yield;
      }
      return { content: text, summary: `${text.length} characters`, bad };
    },
    ...fields,
  };
}

function setUp(texts: ConstructorParameters<typeof FakeFiles>[0], kind: Partial<LocalFileKind<string>> = {}) {
  const files = new FakeFiles(texts);
  const time = new FakeTime();
  const lines: string[] = [];
  let changes = 0;
  const log = new Log({ level: "info", writeLine: (line) => void lines.push(line.replace("dns-forwarder: ", "")) });
  const onChange = () => changes++;
  const file = new LocalFile({ path: PATH, kind: kindOf(kind), files, timers: time, clock: time, log, onChange });
  file.readNow();
  /** Looks at it, and lets time pass until it has been read if it has changed. */
  const look = async (ms = QUIET_MS) => {
    const looking = file.look();
    await time.passAndSettle(ms);
    await looking;
    await time.passAndSettle(0);
  };
  return { files, time, lines, file, changes: () => changes, look };
}

Deno.test("LocalFile is read at once, and not again as long as nobody changes it", async () => {
  const { file, files, lines, changes, look } = setUp({ [PATH]: "one\n" });
  assertEquals([file.content, changes()], ["one\n", 1]);
  for (let i = 0; i < 100; i++) await look(1000);
  assertEquals([files.reads.length, changes(), lines], [1, 1, ["file /data/names: 4 characters"]]);
});

Deno.test("LocalFile waits until it stays as it is, yet not for ever", async () => {
  const { file, files, look } = setUp({ [PATH]: "one\n" });
  files.write(PATH, "two\n");
  await look(QUIET_MS - 1);
  assertEquals(file.content, "one\n");
  await look(1);
  assertEquals(file.content, "two\n");
  for (let i = 0; i * (QUIET_MS - 50) < QUIET_MS_MAX; i++) {
    assertEquals(file.content, "two\n");
    files.write(PATH, `three ${i}\n`);
    await look(QUIET_MS - 50);
  }
  await look();
  assertEquals(file.content?.startsWith("three"), true);
});

Deno.test("LocalFile looks at a file without the end of its last line, or with nothing in it, once more before it believes it", async () => {
  for (const written of ["half a li", ""]) {
    const { file, files, look } = setUp({ [PATH]: "one\n" });
    files.write(PATH, written);
    await look();
    assertEquals(file.content, "one\n");
    files.write(PATH, "half a line\n");
    await look(UNFINISHED_MS + QUIET_MS);
    assertEquals(file.content, "half a line\n");
    files.write(PATH, written);
    await look();
    assertEquals(file.content, "half a line\n");
    await look(UNFINISHED_MS + QUIET_MS);
    assertEquals(file.content, written);
  }
});

Deno.test("LocalFile tells what is wrong once, tries again now and then, and tells when all is well", async () => {
  const { file, files, lines, look } = setUp({ "/data/other": "" });
  assertEquals(file.content, null);
  for (let i = 0; i < 100; i++) await look(1000);
  assertEquals(files.reads.length, 4);
  files.write(PATH, "good\nbad!\n");
  await look();
  files.remove(PATH);
  for (let i = 0; i < 100; i++) await look(1000);
  assertEquals(file.content, "good\nbad!\n");
  files.write(PATH, "good\n");
  await look();
  assertEquals(lines, [
    "warn: file /data/names cannot be read, nothing is known from it: there is no such file",
    "warn: file /data/names: 10 characters, 1 line is left out (line 2)",
    "warn: file /data/names cannot be read, what it said before holds on: there is no such file",
    "file /data/names: 5 characters",
  ]);
});

Deno.test("LocalFile reads what lies beside it, the oldest first, and follows it", async () => {
  const paths = (path: string, isThere: (path: string) => boolean) => [`${path}.1`, path].filter(isThere);
  const { file, files, look } = setUp({ [PATH]: "new\n", [`${PATH}.1`]: "old\n" }, { beside: [".1"], paths });
  assertEquals(file.content, "old\nnew\n");
  files.remove(`${PATH}.1`);
  await look();
  assertEquals(file.content, "new\n");
});

Deno.test("LocalFile that is closed reads nothing any more and leaves no timer", async () => {
  const { file, files, time, look, changes } = setUp({ [PATH]: "one\n" });
  files.write(PATH, "two");
  await look();
  file.close();
  await look();
  assertEquals([time.armedCount, changes()], [0, 1]);
});

Deno.test("LocalFile reads a file once more that has changed while it was read", async () => {
  const { file, files, look } = setUp({ [PATH]: "one\n" });
  const read = files.read.bind(files);
  files.read = async (path, octetsMax) => {
    const octets = await read(path, octetsMax);
    files.read = read;
    files.write(PATH, "three\n");
    return octets;
  };
  files.write(PATH, "two\n");
  await look();
  assertEquals(file.content, "two\n");
  await look();
  assertEquals(file.content, "three\n");
});
