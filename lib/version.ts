import denoJson from "../deno.json" with { type: "json" };

/** The program's version, as semver.org has it. */
export const VERSION: string = denoJson.version;
