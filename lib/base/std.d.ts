// The npm build of the official standard library carries no types. These are the parts that the project uses; when the
// import map in deno.json points to jsr:, this file can go.

declare module "@std/bytes/concat" {
  /** One new array holding the octets of all `arrays` in order. */
  export function concat(arrays: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "@std/bytes/equals" {
  /** Whether `a` and `b` hold the same octets. */
  export function equals(a: Uint8Array, b: Uint8Array): boolean;
}

declare module "@std/cli/parse-args" {
  export interface ParseOptions {
    /** Flags that take no value. */
    readonly boolean?: readonly string[];
    /** Flags whose value stays a string, even when it looks like a number. */
    readonly string?: readonly string[];
    /** Flags that may be given more than once; each value is kept. */
    readonly collect?: readonly string[];
    readonly alias?: Readonly<Record<string, string | readonly string[]>>;
    /** Called for what is neither a declared flag nor a declared alias. Returning `false` drops it. */
    readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
  }
  export function parseArgs(args: readonly string[], options?: ParseOptions): Record<string, unknown>;
}

declare module "@std/text/closest-string" {
  /** The one of `possibleWords` that is the fewest edits away from `givenWord`. */
  export function closestString(givenWord: string, possibleWords: readonly string[]): string;
}

declare module "@std/assert" {
  // deno-lint-ignore no-explicit-any
  type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;
  export class AssertionError extends Error {}
  export function assert(condition: unknown, message?: string): asserts condition;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
  export function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
  export function assertObjectMatch(
    actual: Record<PropertyKey, unknown>,
    expected: Record<PropertyKey, unknown>,
    message?: string,
  ): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertGreater<T>(actual: T, expected: T, message?: string): void;
  export function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertLess<T>(actual: T, expected: T, message?: string): void;
  export function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
  export function assertInstanceOf<T>(
    actual: unknown,
    // deno-lint-ignore no-explicit-any
    expectedType: abstract new (...args: any[]) => T,
    message?: string,
  ): asserts actual is T;
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass?: ErrorClass<E>,
    messageIncludes?: string,
    message?: string,
  ): E;
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass?: ErrorClass<E>,
    messageIncludes?: string,
    message?: string,
  ): Promise<E>;
  export function fail(message?: string): never;
}

declare module "@std/text/levenshtein-distance" {
  /** How many characters must be put in, taken out or replaced to make `b` of `a`. */
  export function levenshteinDistance(a: string, b: string): number;
}

// The package has types for all of it alone, which loads three times as much.
declare module "prom-client/registry" {
  /** A number as it is told. */
  export interface RegisteredValue {
    /** That of the metric, if there is none. */
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }
  /** A metric with its numbers. */
  export interface ReadMetric {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly values: readonly RegisteredValue[];
  }
  /** What is read when it is told. */
  export interface RegisteredMetric {
    readonly name: string;
    readonly type: string;
    get(): Promise<ReadMetric>;
  }
  /** Writes metrics. */
  export default class Registry {
    constructor(contentType: string);
    registerMetric(metric: RegisteredMetric): void;
    metrics(): Promise<string>;
  }
}
