import * as v from "valibot";
import { AddressFormatError } from "../../../base/net/address.ts";
import { CidrFormatError } from "../../../base/net/cidr.ts";
import { NameFormatError } from "../../../wire/name.ts";
import { UsageError } from "../../usage_error.ts";
import { didYouMean } from "../did_you_mean.ts";

/** What is looked at, and the `T` that is made of it. Whatever it refuses, it says why. It is a schema of valibot's. */
export interface Field<T> {
  /** Never there: for the compiler alone. */
  readonly "~output"?: T;
}

/** The same for valibot. */
type Schema<T> = v.GenericSchema<unknown, T>;

/** What pages say of a setting. */
export interface About {
  /** What can be written, such as `"<address>"`. */
  readonly form: string;
  /** What it does. */
  readonly help: string;
  /** What counts when it is not given, as it would be written. */
  readonly fallback?: string;
  /** What messages name as an example; without it the fallback, or the form. */
  readonly example?: string;
}

/** Puts what pages say to the schema that it is about. */
function aboutAction<T>(about: About): v.MetadataAction<T, { description: string; about: About }> {
  return v.metadata({ description: about.help, about });
}

const NO_TABLE = "must be a table";

function isPlain(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Text. */
export function text<T>(about: About, read: (text: string) => T): Field<T> {
  const message = `must be text, such as ${exampleOf(about)}`;
  return fieldOf(v.pipe(v.string(message), aboutAction<string>(about), reading(read)));
}

/** Text of a form that a regular expression has, too. */
export function patternText<T>(about: About, pattern: RegExp, message: string, read: (text: string) => T): Field<T> {
  const notText = `must be text with a unit, such as ${exampleOf(about)}`;
  return fieldOf(v.pipe(v.string(notText), aboutAction<string>(about), v.regex(pattern, message), reading(read)));
}

/** `true` or `false`. */
export function flag<T>(about: About, read: (isOn: boolean) => T): Field<T> {
  return fieldOf(v.pipe(v.boolean("must be true or false"), aboutAction<boolean>(about), v.transform(read)));
}

/** One of a few words. */
export function word<T extends string, U>(about: About, words: readonly T[], read: (word: T) => U): Field<U> {
  const message = ({ input }: { input: unknown }) => {
    const close = typeof input === "string" ? didYouMean(input, words) : "";
    return `must be ${alternatives(words)}${close}`;
  };
  return fieldOf(v.pipe(v.picklist(words, message), aboutAction<T>(about), v.transform(read)));
}

/** A number without a unit. */
export function count<T>(
  about: About,
  { min, max }: { min: number; max: number },
  read: (count: number) => T,
): Field<T> {
  const message = `must be a whole number, ${min}–${max}`;
  const bounds = [v.integer<number, string>(message), v.minValue<number, number, string>(min, message)] as const;
  return fieldOf(
    v.pipe(v.number(message), aboutAction<number>(about), ...bounds, v.maxValue(max, message), v.transform(read)),
  );
}

/** A list of the same. */
export function list<T, U>(
  about: About,
  item: Field<T>,
  { atLeast = 0, of = "value" }: { atLeast?: 0 | 1; of?: string },
  read: (items: readonly T[]) => U,
): Field<U> {
  const array = v.array(schemaOf(item), `must be a list, such as ${exampleOf(about)}`);
  if (atLeast === 0) return fieldOf(v.pipe(array, aboutAction<T[]>(about), reading<T[], U>(read)));
  return fieldOf(
    v.pipe(array, v.minLength(1, `needs at least one ${of}`), aboutAction<T[]>(about), reading<T[], U>(read)),
  );
}

/** A table with these keys, of which `required` must be there. */
export function table<T>(fields: Readonly<Record<string, Field<unknown>>>, required: readonly string[] = []): Field<T> {
  const entries = Object.entries(fields).map(([key, field]) => {
    return [key, required.includes(key) ? schemaOf(field) : v.optional(schemaOf(field))] as const;
  });
  const keys = Object.keys(fields);
  const message = (issue: v.BaseIssue<unknown>) => {
    const key = issue.path?.at(-1)?.key;
    if (issue.expected === "never") return `no such setting${didYouMean(`${key}`, keys)}`;
    return `${issue.expected} is missing`;
  };
  // Lists and dates are objects to it, too.
  const isTable = v.custom<Record<string, unknown>>(isPlain, NO_TABLE);
  return fieldOf(v.pipe(isTable, v.strictObject(Object.fromEntries(entries), message)));
}

/** A table whose keys are names that `readName` accepts. They stay as they are written. */
export function tableOf<T>(item: Field<T>, readName: (name: string) => unknown): Field<Record<string, T>> {
  const name = v.pipe(v.string(), reading<string, string>((text) => (readName(text), text)));
  return fieldOf(v.pipe(v.custom<Record<string, unknown>>(isPlain, NO_TABLE), v.record(name, schemaOf(item))));
}

/** One or the other, told apart by whether it is a list, a table or neither; `words` are what a text can be. */
export function either<T, U>(
  first: Field<T>,
  second: Field<U>,
  message: string,
  words: readonly string[] = [],
): Field<T | U> {
  const whole = ({ input }: { input: unknown }) =>
    message + (typeof input === "string" ? didYouMean(input, words) : "");
  return fieldOf(v.union([schemaOf(first), schemaOf(second)], whole));
}

/** The same, and more of its parts together. */
export function checked<T>(field: Field<T>, read: (value: T) => T): Field<T> {
  return fieldOf(v.pipe(schemaOf(field), reading(read)));
}

/** The same, and something else made of it. */
export function mapped<T, U>(field: Field<T>, read: (value: T) => U): Field<U> {
  return fieldOf(v.pipe(schemaOf(field), reading(read)));
}

function fieldOf<T>(schema: unknown): Field<T> {
  return schema as Field<T>;
}

function schemaOf<T>(field: Field<T>): Schema<T> {
  return field as Schema<T>;
}

/** Lets `read` make a value of what has been accepted so far; what it throws is the reason why it cannot. */
function reading<T, U>(read: (value: T) => U): v.RawTransformAction<T, U> {
  return v.rawTransform<T, U>(({ dataset, addIssue, NEVER }) => {
    try {
      return read(dataset.value);
    } catch (error) {
      addIssue({ message: refusal(error) });
      return NEVER;
    }
  });
}

/** Why something cannot be used, of what the readers of its parts throw. */
function refusal(error: unknown): string {
  if (error instanceof UsageError) return error.reason;
  if (error instanceof AddressFormatError || error instanceof CidrFormatError) return error.message;
  if (error instanceof NameFormatError) {
    return `must be a domain name: ${error.message.replace(/^Cannot read name ".*": /s, "")}`;
  }
  throw error;
}

/** `"a", "b" or "c"` */
export function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => JSON.stringify(word));
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function exampleOf({ form, fallback, example }: About): string {
  return example ?? fallback ?? form;
}
