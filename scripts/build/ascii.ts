/**
 * The same program in ASCII alone: V8 keeps a source in two octets a character as soon as one of them takes more than one, which
 * is 4 MB of memory for nothing. An escape means the same in texts, regular expressions and names, and nothing in comments; in a
 * `String.raw` it would not.
 */
export function inAscii(source: string): string {
  // By UTF-16 code units: two escapes beside each other are one character.
  // deno-lint-ignore no-control-regex
  return source.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
