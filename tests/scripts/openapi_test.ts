// docs/openapi.json: the description of the API.

import { assertEquals } from "@std/assert";
import { ROUTES } from "../../lib/web/api/routes.ts";
import { openApi } from "../../scripts/build/open_api.ts";
import { ADMIN, JSON_BODY, UPSTREAM_NAME, webRig } from "../web/web_rig.ts";
import { FakeRecord } from "../support/fake_record.ts";

const FILE = new URL("../../docs/openapi.json", import.meta.url);
const isGranted = (name: "read" | "run") => Deno.permissions.querySync({ name }).state === "granted";

Deno.test({
  name: "docs/openapi.json is as deno task openapi writes it (needs --allow-read, --allow-run)",
  ignore: !isGranted("read") || !isGranted("run"),
  fn: async () => {
    assertEquals(JSON.parse(await Deno.readTextFile(FILE)), JSON.parse(JSON.stringify(await openApi())));
  },
});

/** What is asked where more than the path is needed. */
const ASKED: Readonly<Record<string, { readonly query?: string; readonly body?: unknown }>> = {
  "top": { query: "?by=client" },
  "explain": { query: "?name=example.org" },
  "upstreams/{name}/disable": { body: { seconds: 60 } },
  "log/level": { body: { level: "debug" } },
  "config/check": { body: { text: "" } },
};

Deno.test({
  name: "each route answers what docs/openapi.json says, with all fields and no others (needs --allow-read)",
  ignore: !isGranted("read"),
  fn: async () => {
    const { components: { schemas }, paths } = JSON.parse(await Deno.readTextFile(FILE));
    for (const { method, path, hasEvents } of ROUTES.filter(({ hasEvents }) => hasEvents !== true)) {
      const rig = webRig();
      rig.context.watching.look();
      const record = new FakeRecord({ timeMs: rig.context.epochMs() });
      rig.recent.take(record);
      rig.top.take(record);
      const { query = "", body = {} } = ASKED[path] ?? {};
      const init = method === "GET"
        ? { headers: ADMIN }
        : { method, headers: { ...ADMIN, ...JSON_BODY }, body: JSON.stringify(body) };
      const response = await rig.ask(
        `/api/v1/${path.replace("{name}", encodeURIComponent(UPSTREAM_NAME))}${query}`,
        init,
      );
      const { schema } = paths[`/api/v1/${path}`][method.toLowerCase()].responses[200].content["application/json"];
      assertEquals(strangeIn(await response.json(), schema, schemas, path), [], `${path} ${hasEvents}`);
      rig.context.watching.stop();
    }
    const problem = await webRig().ask("/api/v1/status");
    assertEquals(
      strangeIn(await problem.json(), { $ref: "#/components/schemas/ProblemDetails" }, schemas, "problem"),
      [],
    );
  },
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

/** Where a value is not what a schema says. */
function strangeIn(value: unknown, schema: Schema, all: Readonly<Record<string, Schema>>, where: string): string[] {
  if (schema.$ref !== undefined) return strangeIn(value, all[schema.$ref.split("/").at(-1)!]!, all, where);
  if (schema.anyOf !== undefined) {
    const found = schema.anyOf.map((one) => strangeIn(value, one, all, where));
    return found.some((one) => one.length === 0) ? [] : found[0]!;
  }
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const types = [schema.type ?? type].flat();
  if (!types.includes(type)) return [`${where} is ${type} and not ${types.join(" or ")}`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${where} is ${value}`];
  if (type === "array") {
    return (value as unknown[]).flatMap((one, i) => strangeIn(one, schema.items!, all, `${where}[${i}]`));
  }
  if (type !== "object") return [];
  const fields = Object.entries(value as object);
  const missing = (schema.required ?? []).filter((name) => !(name in (value as object)));
  return [
    ...missing.map((name) => `${where}.${name} is missing`),
    ...fields.flatMap(([name, one]) => {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      return known === undefined
        ? [`${where}.${name} is not described`]
        : strangeIn(one, known, all, `${where}.${name}`);
    }),
  ];
}
