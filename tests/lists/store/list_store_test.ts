import { assertEquals } from "@std/assert";
import type { KeptText } from "../../../lib/lists/store/kept_text.ts";
import { ListStore } from "../../../lib/lists/store/list_store.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeWritableFiles } from "../../support/fake_writable_files.ts";

const FOLDER = "/state/fetch";
const A = "https://lists.example.org/a.txt";
const B = "https://lists.example.org/b.txt";

function storeOn(files: FakeFiles, writableFiles = new FakeWritableFiles(files)): ListStore {
  return new ListStore({ folder: FOLDER, files, writableFiles });
}

async function put(disk: FakeWritableFiles, text: KeptText, source: string, content: string): Promise<void> {
  await text.makeFolder();
  const writer = await disk.create(text.newPath);
  await writer.write(new TextEncoder().encode(content));
  const written = await writer.finish();
  const counts = { names: 1, lines: 1, bad: 0, firstBad: [] };
  await text.replace({ source, etag: null, lastModified: null, checkedSeconds: 1, ...counts, ...written });
}

function contentOf(files: FakeFiles, text: KeptText): string | null {
  return text.path && new TextDecoder().decode(files.texts.get(text.path) as Uint8Array);
}

Deno.test("ListStore.open() finds texts again by what they came from, in whatever order", async () => {
  const files = new FakeFiles();
  const [a, b] = await storeOn(files).open("ads", [A, B]);
  assertEquals([a!.record, a!.path], [null, null]);
  await put(new FakeWritableFiles(files), a!, A, "of a");
  await put(new FakeWritableFiles(files), b!, B, "of b");
  const again = await storeOn(files).open("ads", [B, "https://lists.example.org/c.txt", A]);
  assertEquals(again.map((text) => contentOf(files, text)), ["of b", null, "of a"]);
  assertEquals(again[2]!.record, a!.record);
  assertEquals((await storeOn(files).open("other", [A]))[0]!.record, null);
});

Deno.test("ListStore.open() gives whoever asks again the same text, and no two of them one file", async () => {
  const files = new FakeFiles();
  const store = storeOn(files);
  const [a] = await store.open("ads", [A]);
  const [b, same] = await store.open("ads", [B, A]);
  assertEquals(a === same, true);
  await put(new FakeWritableFiles(files), a!, A, "of a");
  await put(new FakeWritableFiles(files), b!, B, "of b");
  assertEquals([contentOf(files, a!), contentOf(files, b!)], ["of a", "of b"]);
  // What was there before is not written over by what comes later.
  const [c] = await storeOn(files).open("ads", ["https://lists.example.org/c.txt"]);
  await put(new FakeWritableFiles(files), c!, "https://lists.example.org/c.txt", "of c");
  const all = await storeOn(files).open("ads", [A, B, "https://lists.example.org/c.txt"]);
  assertEquals(all.map((text) => contentOf(files, text)), ["of a", "of b", "of c"]);
});

Deno.test("KeptText.replace() leaves the former text or the new one, whole, wherever the program is killed", async () => {
  const outcomes = new Set<string | null>();
  for (let stepsMax = 0;; stepsMax++) {
    const files = new FakeFiles();
    await put(new FakeWritableFiles(files), (await storeOn(files).open("ads", [A]))[0]!, A, "the former text");
    const disk = new FakeWritableFiles(files);
    disk.stepsMax = stepsMax;
    const [text] = await storeOn(files, disk).open("ads", [A]);
    let isDone = false;
    void put(disk, text!, A, "another text").then(() => isDone = true);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const afterwards = storeOn(files);
    await afterwards.tidy(["ads"]);
    const [left] = await afterwards.open("ads", [A]);
    const content = contentOf(files, left!);
    outcomes.add(content);
    // The text that is there and what is known of it, and nothing else.
    assertEquals(
      [...files.texts.keys()].filter((path) => path.startsWith(FOLDER)).length,
      2,
      `after ${stepsMax} steps`,
    );
    assertEquals(left!.record!.sizeOctets, content!.length);
    if (isDone) break;
  }
  assertEquals(outcomes, new Set(["the former text", "another text"]));
});

Deno.test("KeptText.confirm() changes what is known of the text, and not the text", async () => {
  const files = new FakeFiles();
  const [text] = await storeOn(files).open("ads", [A]);
  await text!.confirm({ etag: '"1"', lastModified: null, checkedSeconds: 5 });
  assertEquals(text!.record, null);
  await put(new FakeWritableFiles(files), text!, A, "of a");
  await text!.confirm({ etag: '"2"', lastModified: "x", checkedSeconds: 9 });
  const [again] = await storeOn(files).open("ads", [A]);
  const { etag, lastModified, checkedSeconds } = again!.record!;
  assertEquals({ etag, lastModified, checkedSeconds }, { etag: '"2"', lastModified: "x", checkedSeconds: 9 });
  assertEquals(contentOf(files, again!), "of a");
});

Deno.test("ListStore.tidy() removes lists that there are no more, and leaves the others' texts", async () => {
  const files = new FakeFiles();
  const store = storeOn(files);
  await put(new FakeWritableFiles(files), (await store.open("ads", [A]))[0]!, A, "of a");
  await put(new FakeWritableFiles(files), (await store.open("old", [B]))[0]!, B, "of b");
  files.write(`${FOLDER}/ads/2.new`, "begun");
  await storeOn(files).tidy(["ads", "new"]);
  assertEquals([...files.texts.keys()].some((path) => path.includes("/old/") || path.endsWith(".new")), false);
  assertEquals(contentOf(files, (await storeOn(files).open("ads", [A]))[0]!), "of a");
});

Deno.test.each([
  { what: "no JSON", json: "{" },
  { what: "another version's", json: '{"source":"x"}' },
  { what: "a list", json: "[]" },
  { what: "nothing", json: "null" },
  { what: "of a text that is not there", json: JSON.stringify(recordOf("0".repeat(64), 4)) },
])("ListStore.open() takes a record that is $what for none", async ({ json }) => {
  const files = new FakeFiles({ [`${FOLDER}/ads/1.json`]: json });
  assertEquals((await storeOn(files).open("ads", [A]))[0]!.record, null);
});

Deno.test("ListStore.open() takes a text of another length than its record says for none", async () => {
  const sha256 = "ab".repeat(32);
  const files = new FakeFiles({
    [`${FOLDER}/ads/1.json`]: JSON.stringify(recordOf(sha256, 4)),
    [`${FOLDER}/ads/1.${sha256.slice(0, 16)}`]: "cut",
  });
  assertEquals((await storeOn(files).open("ads", [A]))[0]!.record, null);
});

Deno.test("ListStore keeps names that would lead elsewhere in its folder", async () => {
  const files = new FakeFiles();
  await put(new FakeWritableFiles(files), (await storeOn(files).open("../../etc", [A]))[0]!, A, "of a");
  assertEquals([...files.texts.keys()].every((path) => path.startsWith(`${FOLDER}/%2E%2E%2F%2E%2E%2Fetc/`)), true);
});

function recordOf(sha256: string, sizeOctets: number): Record<string, unknown> {
  return {
    source: A,
    etag: null,
    lastModified: null,
    checkedSeconds: 1,
    sizeOctets,
    sha256,
    names: 1,
    lines: 1,
    bad: 0,
    firstBad: [],
  };
}
