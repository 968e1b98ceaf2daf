import { parseIp } from "../../base/net/ip.ts";
import { splitZone } from "../../base/net/zone.ts";
import { NameFormatError, nameFromText } from "../../wire/name.ts";
import { typeFromText } from "../../wire/iana.ts";
import { ApiError } from "./api_error.ts";

/** A parameter of a request, or a field of its body. */
export interface Value {
  /** What it is called. */
  readonly name: string;
  /** What it does. */
  readonly about: string;
  /** What it is; `words` are one of some, or several with commas. */
  readonly kind: "text" | "texts" | "name" | "type" | "address" | "number" | "words" | "flag";
  /** Of a number. */
  readonly min?: number;
  /** Of a number; of a text its length in characters. */
  readonly max?: number;
  /** Which words there are. */
  readonly words?: readonly string[];
  /** Whether there must be one. */
  readonly isRequired?: boolean;
  /** What it is when it is not given. */
  readonly default?: number | string | boolean;
}

/** Characters of a text that says nothing else. */
const TEXT_MAX = 1024;
/** Texts in a list. */
const TEXTS_MAX = 100;

/** What was given, by name; `undefined` for what was not. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Reads the parameters of a request.
 *
 * @throws {ApiError} for one that there is not, that is there twice, or that cannot be used.
 */
export function readParameters(values: readonly Value[], query: URLSearchParams): Given {
  const given: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const value = values.find((one) => one.name === name);
    if (value === undefined) throw strange("parameter", name, values);
    const texts = query.getAll(name);
    if (texts.length > 1) throw new ApiError(400, `${name} is there ${texts.length} times`);
    // An empty field of a form is one that nobody has filled in.
    if (texts[0] !== "") given[name] = fromText(value, texts[0]!);
  }
  return complete(values, given);
}

/**
 * Reads the fields of a body.
 *
 * @throws {ApiError} for one that there is not, or that cannot be used.
 */
export function readFields(values: readonly Value[], body: unknown): Given {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new ApiError(400, "The body must be an object in JSON");
  }
  const given: Record<string, unknown> = {};
  for (const [name, said] of Object.entries(body)) {
    const value = values.find((one) => one.name === name);
    if (value === undefined) throw strange("field", name, values);
    if (said !== null) given[name] = fromJson(value, said);
  }
  return complete(values, given);
}

function complete(values: readonly Value[], given: Record<string, unknown>): Given {
  for (const { name, isRequired = false, default: usual } of values) {
    if (given[name] !== undefined) continue;
    if (isRequired) throw new ApiError(400, `${name} is needed`);
    if (usual !== undefined) given[name] = usual;
  }
  return given;
}

function strange(what: string, name: string, values: readonly Value[]): ApiError {
  const known = values.length === 0 ? "there are none" : `there are ${values.map((one) => one.name).join(", ")}`;
  return new ApiError(400, `There is no ${what} ${JSON.stringify(name.slice(0, 64))}; ${known}`);
}

function fromText(value: Value, text: string): unknown {
  if (value.kind === "number") return checked(value, /^[0-9]{1,15}$/.test(text) ? Number(text) : NaN);
  if (value.kind === "flag") {
    return checked(value, text === "true" || text === "1" ? true : text === "false" ? false : text);
  }
  if (value.kind === "texts") return checked(value, text.split(","));
  return checked(value, text);
}

function fromJson(value: Value, said: unknown): unknown {
  return checked(value, said);
}

function checked(value: Value, said: unknown): unknown {
  const { name, kind, min = 0, max = TEXT_MAX, words = [] } = value;
  switch (kind) {
    case "number":
      if (Number.isInteger(said) && said as number >= min && said as number <= max) return said;
      throw new ApiError(400, `${name} must be a whole number, ${min}–${max}`);
    case "flag":
      if (typeof said === "boolean") return said;
      throw new ApiError(400, `${name} must be true or false`);
    case "texts":
      if (Array.isArray(said) && said.length > 0 && said.length <= TEXTS_MAX && said.every((one) => isText(one, max))) {
        return said;
      }
      throw new ApiError(400, `${name} must be a list of names`);
    default:
      if (!isText(said, max)) throw new ApiError(400, `${name} must be a text of ${max} characters at most`);
  }
  if (kind === "words" && !said.split(",").every((one) => words.includes(one))) {
    throw new ApiError(400, `${name} must be ${words.join(" or ")}`);
  }
  if (kind === "name") checkName(name, said);
  if (kind === "address" && parseIp(splitZone(said).address) === null) {
    throw new ApiError(400, `${name} must be an IP address`);
  }
  if (kind === "type" && typeFromText(said.toUpperCase()) === null) {
    throw new ApiError(400, `${name} must be a record type, such as AAAA or TYPE65280`);
  }
  return said;
}

function isText(said: unknown, max: number): said is string {
  return typeof said === "string" && said.length <= max && !said.includes("\0");
}

function checkName(name: string, text: string): void {
  try {
    nameFromText(text);
  } catch (error) {
    if (!(error instanceof NameFormatError)) throw error;
    throw new ApiError(400, `${name}: ${error.message}`);
  }
}
