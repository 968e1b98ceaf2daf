/** Part of a description in JSON. */
export type Schema = Record<string, unknown>;

/** A type as `deno doc --json` tells it. */
interface DocType {
  readonly kind: string;
  readonly repr?: string;
  readonly value?: unknown;
}

interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly doc?: string };
    readonly def: { readonly properties?: readonly DocProperty[]; readonly tsType?: DocType };
  }[];
}

interface DocProperty {
  readonly name: string;
  readonly optional?: boolean;
  readonly jsDoc?: { readonly doc?: string };
  readonly tsType?: DocType;
}

const FOLDER = new URL("../../lib/web/api/answers/", import.meta.url);

/** A schema for each body of the API, made of its interface and what that says of each field. */
export async function answerSchemas(): Promise<Record<string, Schema>> {
  const schemas: Record<string, Schema> = {};
  for (const file of [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort()) {
    for (const { name, declarations } of await symbolsOf(new URL(file, FOLDER))) {
      const [declaration] = declarations;
      if (declaration === undefined || declaration.kind === "variable") continue;
      const about = declaration.jsDoc?.doc;
      const { properties, tsType } = declaration.def;
      const schema = properties === undefined ? schemaOf(tsType!) : objectOf(properties);
      schemas[name] = { ...(about === undefined ? {} : { description: about }), ...schema };
    }
  }
  schemas.Scope = { type: "string", enum: ["read", "admin"] };
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a < b ? -1 : 1));
}

async function symbolsOf(file: URL): Promise<readonly DocSymbol[]> {
  const { stdout, success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", file.href] })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  return (Object.values(nodes) as { symbols: DocSymbol[] }[]).flatMap(({ symbols }) => symbols);
}

function objectOf(properties: readonly DocProperty[]): Schema {
  const required = properties.filter(({ optional }) => optional !== true).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(properties.map(({ name, tsType, jsDoc }) => {
      const about = jsDoc?.doc === undefined ? {} : { description: jsDoc.doc };
      return [name, { ...about, ...schemaOf(tsType!) }];
    })),
    ...(required.length === 0 ? {} : { required }),
  };
}

function schemaOf(type: DocType): Schema {
  const { kind, value } = type;
  switch (kind) {
    case "keyword":
      return value === "unknown" ? {} : { type: value };
    case "literal":
      return { type: "string", const: (value as { string: string }).string };
    case "array":
      return { type: "array", items: schemaOf(value as DocType) };
    case "typeOperator":
      return schemaOf((value as { tsType: DocType }).tsType);
    case "parenthesized":
      return schemaOf(value as DocType);
    case "typeLiteral":
      return objectOf((value as { properties: readonly DocProperty[] }).properties);
    case "union":
      return unionOf(value as readonly DocType[]);
    case "typeRef":
      return referenceOf(value as { typeName: string; typeParams?: readonly DocType[] });
    default:
      throw new Error(`There is no schema for ${JSON.stringify(type)} yet`);
  }
}

function unionOf(types: readonly DocType[]): Schema {
  const schemas = types.map(schemaOf);
  const isPlain = schemas.every((schema) => Object.keys(schema).join() === "type" && typeof schema.type === "string");
  if (isPlain) return { type: schemas.map(({ type }) => type) };
  const areWords = schemas.every((schema) => "const" in schema);
  if (areWords) return { type: "string", enum: schemas.map((schema) => schema.const) };
  return { anyOf: schemas };
}

function referenceOf(
  { typeName, typeParams = [] }: { readonly typeName: string; readonly typeParams?: readonly DocType[] },
): Schema {
  if (typeName === "Readonly") return schemaOf(typeParams[0]!);
  if (typeName === "Record") return { type: "object", additionalProperties: schemaOf(typeParams[1]!) };
  return { $ref: `#/components/schemas/${typeName}` };
}
