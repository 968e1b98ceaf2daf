/** Writes docs/openapi.json: what the API takes, from its routes, and what it says, from the interfaces in answers.ts. */

import { openApi } from "./build/open_api.ts";

const FILE = new URL("../docs/openapi.json", import.meta.url);

if (import.meta.main) await Deno.writeTextFile(FILE, `${JSON.stringify(await openApi(), null, 2)}\n`);
