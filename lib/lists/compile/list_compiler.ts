import type { CompileOrder, CompileReport, CountOrder, CountReport } from "./orders.ts";

/** Does what is much work with lists: in a process of its own, or bit by bit between other things. */
export interface ListCompiler {
  /**
   * Counts what a text says.
   *
   * @throws {CompileError} when it cannot be read, or cannot be copied, with the reason.
   */
  count(order: CountOrder): Promise<CountReport>;
  /**
   * Makes a set of lists, and writes it; only a whole one ever has its name.
   *
   * @throws {CompileError} when a text cannot be read, or the set cannot be written, with the reason.
   */
  compile(order: CompileOrder): Promise<CompileReport>;
}

/** What could not be done with lists. The message says why. */
export class CompileError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "CompileError";
}
