/**
 * Writes a bill of materials in CycloneDX's JSON: what a release file is made of besides the project's own code, which is
 * Deno and the packages that main.ts really imports, with the hashes that deno.lock pins.
 *
 *     deno task sbom dist/dns-forwarder.cdx.json
 */
import { VERSION } from "../lib/version.ts";
import { run } from "./build/command.ts";

interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
}

interface DenoLock {
  readonly npm: Readonly<Record<string, { readonly integrity: string }>>;
}

const [output] = Deno.args;
if (output === undefined) throw new Error("Which file? deno task sbom dist/dns-forwarder.cdx.json");
const root = new URL("../", import.meta.url);
const graph = JSON.parse(await run(Deno.execPath(), ["info", "--json", new URL("main.ts", root).href])) as ModuleGraph;
const { npm } = JSON.parse(await Deno.readTextFile(new URL("deno.lock", root))) as DenoLock;
const packages = new Set(graph.modules.map(({ npmPackage }) => npmPackage).filter((name) => name !== undefined));
const materials = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: { component: { type: "application", name: "dns-forwarder", version: VERSION } },
  components: [
    {
      type: "platform",
      name: "deno",
      version: Deno.version.deno,
      purl: `pkg:github/denoland/deno@v${Deno.version.deno}`,
    },
    ...[...packages].sort().map(component),
  ],
};
await Deno.writeTextFile(output, `${JSON.stringify(materials, null, 2)}\n`);

/** `id` is the name and version, as in "deno-std@1.4.0". */
function component(id: string) {
  const at = id.lastIndexOf("@");
  const name = id.slice(0, at);
  const version = id.slice(at + 1);
  const digest = npm[id]!.integrity.replace(/^sha512-/, "");
  const hashes = [{ alg: "SHA-512", content: Uint8Array.fromBase64(digest).toHex() }];
  return { type: "library", name, version, purl: `pkg:npm/${name.replace("@", "%40")}@${version}`, hashes };
}
