import { ROUTES } from "../../lib/web/api/routes.ts";
import type { Route } from "../../lib/web/api/route.ts";
import type { Value } from "../../lib/web/api/values.ts";
import { VERSION } from "../../lib/version.ts";
import { answerSchemas, type Schema } from "./answer_schemas.ts";

/** The description of the API (OpenAPI 3.1). */
export async function openApi(): Promise<Schema> {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of [...ROUTES, ...LOGIN]) {
    (paths[`/api/v1/${route.path}`] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dns-forwarder",
      version: VERSION,
      description: "What the page shows and does. docs/api.md says where it is served, and who may use it.",
      license: { name: "MIT", identifier: "MIT" },
    },
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token of admin.token-file." },
        login: { type: "apiKey", in: "cookie", name: "dns-forwarder-<port>", description: "A login of the page." },
      },
      schemas: await answerSchemas(),
    },
  };
}

/** For who has no login yet. */
const LOGIN: readonly (Omit<Route, "run"> & { readonly status?: number })[] = [
  {
    method: "POST",
    path: "login",
    scope: "read",
    about: "Takes a token once, and gives a cookie for twelve hours.",
    fields: [{ name: "token", about: "The token.", kind: "text", isRequired: true }],
    answer: "SessionAnswer",
  },
  { method: "POST", path: "logout", scope: "read", about: "Takes the cookie back.", answer: "", status: 204 },
];

function operation(
  { scope, about, path, parameters = [], fields, answer, hasEvents, method, status = 200 }: typeof LOGIN[number],
): Schema {
  const isOpen = path === "login" || path === "logout";
  const subject = path.includes("{name}")
    ? [{ name: "name", in: "path", required: true, schema: { type: "string" }, description: "As upstreams calls it." }]
    : [];
  const refused = { $ref: "#/components/schemas/ProblemDetails" };
  const content = answer === "" ? {} : {
    content: {
      [hasEvents === true ? "text/event-stream" : "application/json"]: {
        schema: { $ref: `#/components/schemas/${answer}` },
      },
    },
  };
  return {
    summary: about,
    description: isOpen ? "For everybody." : `Scope: ${scope}.`,
    security: isOpen ? [] : [{ token: [] }, { login: [] }],
    ...(parameters.length + subject.length === 0 ? {} : { parameters: [...subject, ...parameters.map(parameter)] }),
    ...(method === "GET" ? {} : {
      requestBody: {
        required: fields !== undefined,
        content: { "application/json": { schema: body(fields ?? []) } },
      },
    }),
    responses: {
      [status]: { description: "Done.", ...content },
      default: { description: "Not done, and why.", content: { "application/problem+json": { schema: refused } } },
    },
  };
}

function parameter(value: Value): Schema {
  const { name, about, isRequired = false } = value;
  return { name, in: "query", required: isRequired, description: about, schema: schemaOf(value), explode: false };
}

function body(fields: readonly Value[]): Schema {
  const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(
      fields.map((field) => [field.name, { ...schemaOf(field), description: field.about }]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function schemaOf({ kind, min, max, words, default: usual }: Value): Schema {
  const given = usual === undefined ? {} : { default: usual };
  switch (kind) {
    case "number":
      return { type: "integer", minimum: min ?? 0, ...(max === undefined ? {} : { maximum: max }), ...given };
    case "flag":
      return { type: "boolean", ...given };
    case "texts":
      return { type: "array", items: { type: "string" }, minItems: 1, ...given };
    case "words":
      return { type: "string", enum: words ?? [], ...given };
    default:
      return { type: "string", ...(max === undefined ? {} : { maxLength: max }), ...given };
  }
}
