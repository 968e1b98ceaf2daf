import { assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../../lib/base/files.ts";
import { type CompileOptions, followOrder } from "../../../lib/lists/compile/compile_lists.ts";
import type { CompileOrder, CompileReport, CountOrder } from "../../../lib/lists/compile/orders.ts";
import { generationsIn, removeOtherSets } from "../../../lib/lists/compile/set_files.ts";
import { NameSet } from "../../../lib/lists/set/name_set.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { FakeFiles } from "../../support/fake_files.ts";
import { FakeWritableFiles } from "../../support/fake_writable_files.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const BAD_WHY = "no domain name";
const ORDER: CompileOrder = {
  kind: "compile",
  folder: "/state",
  generation: 3,
  lists: [
    { name: "ads", digest: "d1", files: ["/fetch/1", "/fetch/2"], format: "domains", coversBelow: null },
    { name: "more", digest: "d2", files: ["/fetch/3"], format: "domains", coversBelow: null },
  ],
};
const TEXTS = {
  "/fetch/1": "a.example\na..b\nb.example\n",
  "/fetch/2": "a..b\na..b\na..b\nc.example\n",
  "/fetch/3": "c.example\n",
};

/** What a test needs; each piece has so many octets. */
class Rig {
  readonly files: FakeFiles;
  readonly writable: FakeWritableFiles;
  readonly options: CompileOptions;
  pauses = 0;

  constructor(texts: Readonly<Record<string, string>> = TEXTS, pieceOctets = 5) {
    this.files = new FakeFiles(texts);
    this.writable = new FakeWritableFiles(this.files);
    this.options = {
      texts: { pieces: (path) => this.#pieces(path, pieceOctets) },
      writableFiles: this.writable,
      random: new SeededRandom(1),
      newDigest: () => ({ update: () => {}, hex: () => SHA256_OF_NOTHING }),
      pause: () => {
        this.pauses++;
        return Promise.resolve();
      },
    };
  }

  /** The set of a generation. */
  set(generation: number): NameSet {
    const octets = this.files.texts.get(`/state/lists-${generation}.set`) as Uint8Array<ArrayBuffer>;
    return new NameSet(octets.slice().buffer, { isChecked: true });
  }

  async *#pieces(path: string, octets: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const text = await this.files.read(path, Infinity);
    for (let at = 0; at < text.length; at += octets) yield text.slice(at, at + octets);
  }
}

Deno.test("followOrder() compiles lists into a set that tells their lines, counted on from text to text", async () => {
  const rig = new Rig();
  const report = await followOrder(ORDER, rig.options) as CompileReport;
  const set = rig.set(3);
  assertEquals([set.generation, set.origins], [3, [{ name: "ads", digest: "d1" }, { name: "more", digest: "d2" }]]);
  const lines = ["a.example", "b.example", "x.c.example", "d.example"].map((text) => {
    const name = nameFromText(text);
    return [0, 1].map((list) => set.lineOf(name, 0, name.length, list));
  });
  assertEquals(lines, [[1, 0], [3, 0], [7, 1], [0, 0]]);
  const [ads, more] = report.lists;
  const bad = (line: number) => ({ line, text: "a..b", why: BAD_WHY });
  assertEquals(ads, { name: "ads", digest: "d1", names: 3, lines: 7, bad: 4, firstBad: [bad(2), bad(4), bad(5)] });
  assertEquals(more, { name: "more", digest: "d2", names: 1, lines: 1, bad: 0, firstBad: [] });
  const { sizeOctets } = (await rig.files.stat("/state/lists-3.set"))!;
  assertEquals([report.generation, report.file, report.sizeOctets], [3, "/state/lists-3.set", sizeOctets]);
});

Deno.test("followOrder() lets others have their turn behind each piece of a text, and while the set is made", async () => {
  const rig = new Rig();
  await followOrder(ORDER, rig.options);
  const pieces = Object.values(TEXTS).reduce((sum, { length }) => sum + Math.ceil(length / 5), 0);
  // Each of the 256 runs of hashes is sorted, measured, and put.
  assertEquals(rig.pauses > pieces + 3 * 256, true);
});

Deno.test("followOrder() counts what a text says, and copies it", async () => {
  const rig = new Rig();
  const order: CountOrder = { kind: "count", file: "/fetch/1", format: "auto", coversBelow: null, copyTo: "/copy" };
  const counted = await followOrder(order, rig.options);
  const firstBad = [{ line: 2, text: "a..b", why: BAD_WHY }];
  const counts = { names: 2, lines: 3, bad: 1, firstBad };
  assertEquals(counted, { kind: "count", ...counts, sizeOctets: 25, sha256: SHA256_OF_NOTHING });
  assertEquals(new TextDecoder().decode(await rig.files.read("/copy", 100)), TEXTS["/fetch/1"]);
});

Deno.test("followOrder() leaves the last good set, wherever it is killed", async () => {
  const whole = new Rig();
  await followOrder({ ...ORDER, generation: 2 }, whole.options);
  const steps = whole.writable.steps.length;
  for (let stepsMax = 0; stepsMax <= 2 * steps; stepsMax++) {
    const rig = new Rig();
    await followOrder({ ...ORDER, generation: 2 }, rig.options);
    rig.writable.stepsMax = steps + stepsMax;
    // What is killed never settles; all else is done before the next turn.
    void followOrder(ORDER, rig.options);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const generations = await generationsIn("/state", rig.files);
    assertEquals([stepsMax, generations], [stepsMax, stepsMax < steps ? [2] : [3, 2]]);
    for (const generation of generations) assertEquals(rig.set(generation).generation, generation);
  }
});

Deno.test("followOrder() leaves nothing of a set that does not fit on the disk, and tells why", async () => {
  const rig = new Rig();
  rig.writable.freeOctets = 1000;
  await assertRejects(() => followOrder(ORDER, rig.options), FileError, "the disk is full");
  assertEquals([...rig.files.texts.keys()].filter((path) => path.startsWith("/state")), []);
});

Deno.test("followOrder() makes no set when a text is missing", async () => {
  const rig = new Rig({ "/fetch/1": "a.example\n" });
  await assertRejects(() => followOrder(ORDER, rig.options), FileError, "there is no such file");
  assertEquals(await generationsIn("/state", rig.files), []);
});

Deno.test("removeOtherSets() leaves the set that is used, and whatever is no set", async () => {
  const names = [
    "lists-1.set",
    "lists-2.set",
    "lists-2.set.new",
    "lists-10.set",
    "lists-11.set.new",
    "fetch",
    "lists-x.set",
  ];
  const files = new FakeFiles(Object.fromEntries(names.map((name) => [`/state/${name}`, ""])));
  assertEquals(await generationsIn("/state", files), [10, 2, 1]);
  await removeOtherSets("/state", 2, files, new FakeWritableFiles(files));
  assertEquals([...files.texts.keys()], ["/state/lists-2.set", "/state/fetch", "/state/lists-x.set"]);
});

Deno.test("generationsIn() finds none where there is no folder", async () => {
  assertEquals(await generationsIn("/nowhere", new FakeFiles()), []);
});
