import type { Scope, SessionAnswer } from "./answers.ts";
import type { ApiContext } from "./context.ts";
import type { Given, Value } from "./values.ts";

/** What a route is called with. */
export interface Call {
  /** The program, and what is known of it. */
  readonly context: ApiContext;
  /** Who calls. */
  readonly session: SessionAnswer;
  /** What stands in the path in place of `{name}`; empty without one. */
  readonly subject: string;
  /** Parameters and fields of the body. */
  readonly given: Given;
}

/** One thing that can be asked for or done. Its text is the documentation: the file that describes the API is made of it. */
export interface Route {
  /** GET changes nothing. */
  readonly method: "GET" | "POST";
  /** Behind `/api/v1/`; `{name}` stands for one part of it. */
  readonly path: string;
  /** What it takes. */
  readonly scope: Scope;
  /** What it is for, one sentence. */
  readonly about: string;
  /** Behind the `?`. */
  readonly parameters?: readonly Value[];
  /** Of the body; it has none without. */
  readonly fields?: readonly Value[];
  /** Octets of the body at most. */
  readonly bodyOctetsMax?: number;
  /** The name of the answer's body in `answers.ts`. */
  readonly answer: string;
  /** Whether answers come one after the other, as events. */
  readonly hasEvents?: boolean;
  /**
   * Answers.
   *
   * @throws {ApiError} for what cannot be answered.
   * @throws {AdminError} likewise, by who does what commands ask for.
   */
  run(call: Call): unknown;
}
