import { FileError } from "../../base/files.ts";
import { CompileError, type ListCompiler } from "../../lists/compile/list_compiler.ts";
import type { ListOrder, ListReport } from "../../lists/compile/orders.ts";
import { compileInProcess } from "./compile_process.ts";

/**
 * Compiles lists in a process of its own where `--allow-run` is given, and else bit by bit in this one.
 *
 * @param mainModule See `compileInProcess`.
 */
export function denoListCompiler(mainModule: string): ListCompiler {
  const follow = (order: ListOrder) => mayRun() ? compileInProcess(mainModule, order) : compileHere(order);
  return {
    count: (order) => follow(order) as Promise<ListReport & { kind: "count" }>,
    compile: (order) => follow(order) as Promise<ListReport & { kind: "compile" }>,
  };
}

async function compileHere(order: ListOrder): Promise<ListReport> {
  // Who has no lists goes without the formats that they are written in.
  const { compileBetween } = await import("./compile_here.ts");
  try {
    return await compileBetween(order);
  } catch (error) {
    if (error instanceof FileError) throw new CompileError(error.message, { cause: error });
    throw error;
  }
}

function mayRun(): boolean {
  return Deno.permissions.querySync({ name: "run", command: Deno.execPath() }).state === "granted";
}
