import { run } from "./command.ts";
import type { Target } from "./targets.ts";

interface PackageLock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

/**
 * The path of the Deno that a portable file for `target` is to hold: the one that is running where it fits, else the
 * pinned one, from npm into `folder`.
 *
 * @throws {CommandError} where npm has no access to its registry.
 * @throws {Error} when what npm brings is not what the lock file pins.
 */
export async function denoBinary(target: Target, folder: string): Promise<string> {
  if (Deno.build.target === target.triple) return Deno.execPath();
  const lockFile = new URL("../../.ci/package-lock.json", import.meta.url);
  const { packages } = JSON.parse(await Deno.readTextFile(lockFile)) as PackageLock;
  const { version, integrity } = packages[`node_modules/${target.denoPackage}`]!;
  const wanted = ["pack", `${target.denoPackage}@${version}`, "--pack-destination", folder, "--json"];
  const [packed] = JSON.parse(await run("npm", wanted)) as [{ filename: string; integrity: string }];
  if (packed.integrity !== integrity) {
    throw new Error(
      `Cannot use ${packed.filename}: .ci/package-lock.json pins ${integrity}, npm has ${packed.integrity}`,
    );
  }
  await run("tar", ["-xzf", `${folder}/${packed.filename}`, "-C", folder, "package/deno"]);
  const binary = `${folder}/deno-${target.name}`;
  await Deno.rename(`${folder}/package/deno`, binary);
  return binary;
}
