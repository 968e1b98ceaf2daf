import { UsageError } from "../../../usage_error.ts";
import { either, type Field, list, table, text } from "../fields.ts";
import { listName } from "./list_name.ts";
import { readGroupName } from "../names.ts";
import type { FileBlockRule } from "./filter_tables.ts";

/** What a client group blocks. */
export const BLOCK_RULES: Field<readonly FileBlockRule[]> = rules(
  'Lists whose names are blocked; "*" are all names. With a schedule only then; the names of the lists in except are not meant.',
  readLists,
);

/** What a client group allows. */
export const ALLOW_RULES: Field<readonly FileBlockRule[]> = rules(
  "Lists whose names are not blocked by other lists; an important one blocks all the same.",
  (text) => {
    if (text === "*") throw new UsageError("must be the name of a list: who allows all names blocks none");
    return readLists(text);
  },
);

function rules(help: string, read: (text: string) => readonly string[] | "*"): Field<readonly FileBlockRule[]> {
  const form = '["<list>", { lists = ["<list>", …], schedule = "<schedule>", except = ["<list>", …] }, …]';
  const names = list({ form: '["ads"]', help: "" }, listName(""), { atLeast: 1, of: "list" }, (all) => all);
  const some = either<readonly string[] | "*", readonly string[]>(
    text({ form: '"ads"', help: "" }, read),
    names,
    'must be the name of a list, or a list of names, such as ["ads"]',
  );
  const fields = {
    lists: some,
    schedule: text({ form: '"night"', help: "" }, readGroupName),
    except: names,
  };
  const rule = either<FileBlockRule, FileBlockRule>(
    text({ form: '"ads"', help: "" }, (one): FileBlockRule => ({ lists: read(one) })),
    table<FileBlockRule>(fields, ["lists"]),
    'must be the name of a list, or a table with lists, such as { lists = ["ads"], schedule = "night" }',
  );
  return list({ form, help, example: '["ads"]' }, rule, {}, (all) => all);
}

function readLists(text: string): readonly string[] | "*" {
  return text === "*" ? text : [readGroupName(text)];
}
