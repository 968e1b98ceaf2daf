/** So often a folder is looked at. */
const LOOK_MS = 500;
/** Of a folder with more than these, what is in the others is not looked at: that they come and go is seen by the folder itself. */
const ENTRIES_MAX = 256;

/**
 * Calls `tell` when something in a folder has come, gone or been written to, and when the folder itself is another one. Returns
 * the function that ends it.
 *
 * It is looked at now and then. `Deno.watchFs` (2.9.5, inotify by way of notify 8.2) opens whatever appears in the folder: on a pipe
 * its thread waits for a writer, with a lock that the next call of it waits for. Whoever may make a pipe there would stop the
 * program.
 */
export function pollFolder(folder: string, tell: () => void): () => void {
  let known = stateNow(folder);
  let isBusy = false;
  let isEnded = false;
  const look = async () => {
    if (isBusy) return;
    isBusy = true;
    const state = await stateOf(folder);
    isBusy = false;
    if (state === known || isEnded) return;
    known = state;
    tell();
  };
  const timer = setInterval(look, LOOK_MS);
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}

/** Another text when something has changed; empty when the folder has gone, or may not be read. */
async function stateOf(folder: string): Promise<string> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder)) if (names.push(name) === ENTRIES_MAX) break;
    const paths = pathsOf(folder, names);
    return textOf(paths, await Promise.all(paths.map((path) => Deno.stat(path).catch(() => null))));
  } catch {
    return "";
  }
}

/** The same, waiting for nothing: what changes from now on is to be told of. */
function stateNow(folder: string): string {
  try {
    const paths = pathsOf(folder, [...Deno.readDirSync(folder)].slice(0, ENTRIES_MAX).map(({ name }) => name));
    return textOf(paths, paths.map(infoNow));
  } catch {
    return "";
  }
}

/** The folder itself, and what is in it. */
function pathsOf(folder: string, names: readonly string[]): string[] {
  return [folder, ...names.toSorted().map((name) => `${folder}/${name}`)];
}

function infoNow(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}

function textOf(paths: readonly string[], infos: readonly (Deno.FileInfo | null)[]): string {
  return infos.map((info, i) => `${paths[i]} ${info === null ? "" : fileVersion(info)}`).join("\n");
}

/** Another text when a file has been written to, or another one has taken its place; see `FileInfo`. */
export function fileVersion({ dev, ino, size, mtime, ctime }: Deno.FileInfo): string {
  return `${dev} ${ino} ${size} ${mtime?.getTime()} ${ctime?.getTime()}`;
}
