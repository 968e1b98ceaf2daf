import { createHash } from "node:crypto";
import type { WritableFiles } from "../../lib/base/writable_files.ts";
import { type CompileOptions, followOrder } from "../../lib/lists/compile/compile_lists.ts";
import { CompileError, type ListCompiler } from "../../lib/lists/compile/list_compiler.ts";
import type { ListOrder, ListReport } from "../../lib/lists/compile/orders.ts";
import type { FakeFiles } from "./fake_files.ts";
import { SeededRandom } from "./seeded_random.ts";

/** Compiles lists as the program does, in this process, from fake files and to them. */
export function fakeListCompiler(files: Pick<FakeFiles, "read">, writableFiles: WritableFiles): ListCompiler {
  const options: CompileOptions = {
    texts: {
      async *pieces(path) {
        yield await files.read(path, Infinity);
      },
    },
    writableFiles,
    random: new SeededRandom(1),
    newDigest: () => {
      const hash = createHash("sha256");
      return { update: (octets) => void hash.update(octets), hex: () => hash.digest("hex") };
    },
    pause: null,
  };
  const follow = async (order: ListOrder): Promise<ListReport> => {
    try {
      return await followOrder(order, options);
    } catch (error) {
      throw new CompileError((error as Error).message);
    }
  };
  return {
    count: (order) => follow(order) as Promise<ListReport & { kind: "count" }>,
    compile: (order) => follow(order) as Promise<ListReport & { kind: "compile" }>,
  };
}
