import type { Files } from "../../base/files.ts";
import type { WritableFiles } from "../../base/writable_files.ts";

/** Where the set of a generation stands. */
export function setPath(folder: string, generation: number): string {
  return `${folder}/lists-${generation}.set`;
}

/** Generations of the sets in a folder, the newest first; none where there is no folder. */
export async function generationsIn(folder: string, files: Pick<Files, "list" | "stat">): Promise<number[]> {
  if (await files.stat(folder) === null) return [];
  const names = await files.list(folder);
  return names.map(generationOf).filter((generation) => generation !== null).sort((a, b) => b - a);
}

/** Removes all sets of a folder but one, and what is left of some that were never finished. */
export async function removeOtherSets(
  folder: string,
  kept: number,
  files: Pick<Files, "list">,
  writableFiles: Pick<WritableFiles, "remove">,
): Promise<void> {
  for (const name of await files.list(folder)) {
    const generation = generationOf(name.replace(/\.new$/, ""));
    if (generation !== null && name !== setPath("", kept).slice(1)) await writableFiles.remove(`${folder}/${name}`);
  }
}

function generationOf(name: string): number | null {
  const digits = /^lists-([1-9]\d{0,8})\.set$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
