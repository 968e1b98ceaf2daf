import { assert, assertEquals, assertThrows } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SetBuilder } from "../../lib/lists/build/set_builder.ts";
import { BLOCKS, COVERS } from "../../lib/lists/list_rule.ts";
import { NO_LISTS } from "../../lib/lists/list_set.ts";
import { NameSet } from "../../lib/lists/set/name_set.ts";
import { allOf } from "../../lib/lists/slices.ts";
import { FileMaps } from "../../lib/native/file_maps.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { CAN_CALL, nativeTest } from "../support/native.ts";

const SIZE_OCTETS = 4_194_304;
const NAMES = 100_000;
const SWAPS = 1000;

/** Whoever runs the tests with --allow-ffi alone may not write the file. */
const ignore = Deno.permissions.querySync({ name: "write" }).state !== "granted";
/** For all tests: it keeps the C library open. */
const maps = CAN_CALL ? new FileMaps() : null!;

nativeTest("FileMaps.map() shows what stands in a file, also when another has taken its name", () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeFileSync(path, Uint8Array.of(1, 2, 3));
    const before = maps.map(path);
    Deno.writeFileSync(`${path}.new`, Uint8Array.of(4, 5, 6, 7));
    Deno.renameSync(`${path}.new`, path);
    const after = maps.map(path);
    const shown = [before, after].map(({ octets }) => [...new Uint8Array(octets)]);
    assertEquals(shown, [[1, 2, 3], [4, 5, 6, 7]]);
    before.unmap();
    after.unmap();
  } finally {
    Deno.removeSync(path);
  }
}, { ignore });

nativeTest("FileMaps.map() tells why a file cannot be mapped", () => {
  const path = Deno.makeTempFileSync();
  assertThrows(() => maps.map(path), Error, "it cannot be mapped");
  Deno.removeSync(path);
  assertThrows(() => maps.map(path), Error, "it cannot be opened");
  assertThrows(() => maps.map(`/${"x".repeat(5000)}`), Error, "it cannot be opened");
}, { ignore });

nativeTest("FileMaps.mapDescriptor() shows what stands in a file that is held, whatever has become of its name", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeFileSync(path, Uint8Array.of(1, 2, 3));
  const held = maps.hold(path);
  Deno.removeSync(path);
  const { octets, unmap } = maps.mapDescriptor(held.descriptor);
  assertEquals([...new Uint8Array(octets)], [1, 2, 3]);
  unmap();
  // The descriptor was for this once.
  assertThrows(() => maps.mapDescriptor(held.descriptor), Error, "it cannot be mapped");
  assertThrows(() => maps.hold(path), Error, "it cannot be opened");
}, { ignore });

nativeTest(
  "FileMaps.map() gives memory back when it is told to, once, or when nobody can look at it any more",
  async () => {
    const path = Deno.makeTempFileSync();
    const collect = collector();
    try {
      Deno.writeFileSync(path, new Uint8Array(SIZE_OCTETS));
      const before = maps.count;
      const [first, second] = [maps.map(path), maps.map(path)];
      assertEquals(maps.count, before + 2);
      first.unmap();
      first.unmap();
      assertEquals(maps.count, before + 1);
      assertEquals(second.octets.byteLength, SIZE_OCTETS);
      // Whoever looks at it keeps it; the turn of the event loop is the collector's, to call back.
      await collected(collect);
      assertEquals(new Uint8Array(second.octets)[SIZE_OCTETS - 1], 0);
      const third = () => void maps.map(path);
      third();
      await collected(collect);
      assertEquals(maps.count, before + 1);
      second.unmap();
    } finally {
      Deno.removeSync(path);
    }
  },
  { ignore },
);

nativeTest(
  `NameSet.close() gives the memory of ${SWAPS} sets back that one after the other take each other's place`,
  () => {
    const path = Deno.makeTempFileSync();
    try {
      Deno.writeFileSync(path, new Uint8Array(bufferOf(NAMES)));
      const name = nameFromText("n7.example.org");
      const before = maps.count;
      let current: NameSet | null = null;
      const rss: number[] = [];
      for (let swap = 0; swap < SWAPS; swap++) {
        const { octets, unmap } = maps.map(path);
        const next = new NameSet(octets, { isChecked: true, release: unmap });
        current?.close();
        assertEquals(current?.find(name, 0, name.length) ?? NO_LISTS, NO_LISTS);
        current = next;
        assertEquals(current.find(name, 0, name.length), 1);
        if (swap % 100 === 99) rss.push(Deno.memoryUsage().rss);
      }
      assertEquals(maps.count, before + 1);
      // 1,000 of 1.5 MB each would be seen.
      assert(Math.max(...rss) - rss[0]! < 100_000_000, `resident: ${rss}`);
      current!.close();
    } finally {
      Deno.removeSync(path);
    }
  },
  { ignore },
);

/** A set with so many names of example.org. */
function bufferOf(names: number): ArrayBuffer {
  const builder = new SetBuilder(new Uint8Array(8), 1);
  const sink = builder.addList({ name: "a", digest: "" });
  for (let i = 0; i < names; i++) {
    const name = nameFromText(`n${i}.example.org`);
    sink.name(name, name.length, COVERS.both, BLOCKS, i);
  }
  return allOf(builder.build());
}

/** A whole collection, now. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

async function collected(collect: () => void): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
