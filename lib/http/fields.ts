import type { HttpFields } from "../base/http/http_exchange.ts";

/** The value of a field by its name in lower case, several of them joined (RFC 9110 §5.3); `null` when it is not there. */
export function fieldIn(fields: HttpFields, name: string): string | null {
  let found: string | null = null;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === name) found = found === null ? fields[i + 1]! : `${found}, ${fields[i + 1]}`;
  }
  return found;
}

/** The number that `content-length` says; -1 when nothing is said, `null` when it says what cannot be (RFC 9110 §8.6). */
export function contentLengthIn(fields: HttpFields): number | null {
  const text = fieldIn(fields, "content-length");
  if (text === null) return -1;
  // Several times the same is the same; who says different things wants two readers to disagree.
  const values = new Set(text.split(",").map((value) => value.trim()));
  const [value] = values;
  return values.size === 1 && /^\d{1,15}$/.test(value!) ? Number(value) : null;
}

/** Whether a name is a token (RFC 9110 §5.6.2) in lower case. */
export function isFieldName(name: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name);
}

/** Whether a value has no octet that could be taken for the end of it (RFC 9110 §5.5), and no space around it. */
export function isFieldValue(value: string): boolean {
  return !/[\0\r\n]|^[ \t]|[ \t]$/.test(value);
}
