import type { Field } from "./fields.ts";

/** Settings whose form is known and that nothing acts on yet, by their paths: there is no such setting until something does. */
export const NOT_YET: ReadonlySet<string> = new Set([
  "block",
  "block.check-answers",
  "clients.allow",
  "clients.answer",
  "clients.block",
  "lists",
  "route.list",
  "schedules",
]);

/** Of the settings of a table those that something acts on. */
export function actedOn(
  table: string,
  fields: Readonly<Record<string, Field<unknown>>>,
): Record<string, Field<unknown>> {
  const path = (key: string) => table === "" ? key : `${table}.${key}`;
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !NOT_YET.has(path(key))));
}
