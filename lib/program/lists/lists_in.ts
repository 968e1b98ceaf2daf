import type { Lists, ListsOptions } from "./lists.ts";

/** The lists that are kept in a folder. Nothing of them is loaded where there is none. */
export async function listsIn(folder: string, options: ListsOptions): Promise<Lists> {
  const { Lists } = await import("./lists.ts");
  return new Lists(folder, options);
}
