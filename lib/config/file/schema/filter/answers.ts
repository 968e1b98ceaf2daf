import type { DomainPattern } from "../../../domain_pattern.ts";
import { type Field, flag, list, table, text } from "../fields.ts";
import { readPattern } from "../../../domain_pattern.ts";
import { types } from "../routes.ts";
import type { FileAnswers } from "./filter_tables.ts";

/** `[answers]` */
export const ANSWERS: Field<FileAnswers> = table({
  "rebinding-protection": flag({
    form: "true|false",
    help:
      "Whether private addresses are taken out of answers, so that no web page can lead browsers into this network.",
    fallback: "false",
  }, (isOn) => isOn),
  "private-names": list<DomainPattern, readonly DomainPattern[]>(
    {
      form: '["<domain>", …]',
      example: '["plex.direct"]',
      help: "Names that may have private addresses all the same. Those of routes may, too, see private-answers.",
    },
    text({ form: '"plex.direct"', help: "" }, readPattern),
    {},
    (all) => all,
  ),
  "drop-types": types("Record types that are answered with no records, where a group of clients says nothing else.", 0),
  "flatten": flag({
    form: "true|false",
    help: "Whether aliases are left out of answers: clients see addresses under the name that they asked for.",
    fallback: "false",
  }, (isOn) => isOn),
});
