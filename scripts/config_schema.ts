import { toJsonSchema } from "@valibot/to-json-schema";
import type { About } from "../lib/config/file/schema/fields.ts";
import { SCHEMA } from "../lib/config/file/schema/schema.ts";

/**
 * The JSON Schema of configuration files, made of the one that checks them, as docs/config.schema.json has it. Draft 7, which is what
 * editors know for TOML.
 */
export function configSchema(): string {
  const schema = toJsonSchema(withoutGuards(SCHEMA) as Parameters<typeof toJsonSchema>[0], {
    typeMode: "input",
    errorMode: "ignore",
    target: "draft-07",
  });
  return `${JSON.stringify(withDefaults(schema as Json), null, 2)}\n`;
}

/** Before the schema of a table stands another one, which says what is a table at all. JSON Schema has a word for that. */
function withoutGuards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGuards);
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  const node = value as Json;
  const pipe = node.pipe as readonly Json[] | undefined;
  if (node.type === "custom" && pipe !== undefined) {
    return withoutGuards(pipe.find(({ type }) => type === "strict_object" || type === "record") ?? pipe[0]);
  }
  return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, withoutGuards(one)]));
}

type Json = Readonly<Record<string, unknown>>;

/** What pages say of a setting stands there as a whole: of that, a default is a word of JSON Schema. */
function withDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDefaults);
  if (typeof value !== "object" || value === null) return value;
  const { about, ...others } = value as Json & { readonly about?: About };
  const fallback = about?.fallback === undefined ? {} : { default: JSON.parse(about.fallback) as unknown };
  const entries = Object.entries(others).filter(([key, one]) => key !== "description" || one !== "");
  return { ...Object.fromEntries(entries.map(([key, one]) => [key, withDefaults(one)])), ...fallback };
}
