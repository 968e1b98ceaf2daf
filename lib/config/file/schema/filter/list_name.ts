import { type Field, text } from "../fields.ts";
import { readGroupName } from "../names.ts";

/** The name of a list, where it is referred to. */
export function listName(help: string): Field<string> {
  return text({ form: '"<list>"', help, example: '"ads"' }, readGroupName);
}
