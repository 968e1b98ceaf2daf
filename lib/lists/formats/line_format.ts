import type { Line } from "./line/line.ts";
import type { ListOutput } from "./list_output.ts";

/** How the lines of a list are read. */
export interface LineFormat {
  /** Reads a line that is neither empty nor a comment. */
  read(line: Line, output: ListOutput): void;
}
