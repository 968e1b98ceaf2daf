/**
 * Reads fields of HTTP as they stand in a file, a line each. Empty lines, and those that begin with `#`, are passed over.
 *
 * @throws {Error} when a line is none; the message does not show it, for it may be a secret.
 */
export function readFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    // RFC 9110 §5.1, §5.5.
    const [, name, value] =
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`line ${i + 1} of the file with header fields is none; "Name: value" is`);
    fields[name.toLowerCase()] = value!;
  });
  return fields;
}
