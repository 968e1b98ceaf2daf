import { UsageError } from "../../usage_error.ts";
import { type Field, text } from "./fields.ts";

/** A path, from the root or from the file that it stands in. */
export function path(form: string, help = ""): Field<string> {
  return text({ form, help }, (one) => {
    if (one === "" || one.includes("\0")) throw new UsageError("must be a path");
    return one;
  });
}
