import { type Mark, placeOf } from "../mark.ts";

/** What is written of something that is allowed and probably not meant. */
export function warning(mark: Mark, message: string): string {
  const { file, line } = placeOf(mark);
  return `${file}:${line}: ${mark.path}: ${message}`;
}
