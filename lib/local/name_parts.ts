import { type Name, NAME_OCTETS_MAX, NameFormatError, nameToText } from "../wire/name.ts";

const ASTERISK = 0x2a;

/** Whether the name has one label. */
export function isOneLabel(name: Name): boolean {
  return name.length > 1 && name.length === name[0]! + 2;
}

/** Whether the leftmost label is `*`; anywhere else it means nothing (RFC 4592 §2.1.1). */
export function isWildcard(name: Name): boolean {
  return name[0] === 1 && name[1] === ASTERISK;
}

/** `*` below `domain`; `null` if that is too long for a name. */
export function wildcardOf(domain: Name): Name | null {
  return domain.length + 2 > NAME_OCTETS_MAX ? null : Uint8Array.of(1, ASTERISK, ...domain);
}

/**
 * The labels of `name` below `domain`.
 *
 * @throws {NameFormatError} when there are too many.
 */
export function joined(name: Name, domain: Name): Name {
  const octets = name.length - 1 + domain.length;
  if (octets > NAME_OCTETS_MAX) throw new NameFormatError(`${nameToText(name)} is too long in ${nameToText(domain)}`);
  const whole = new Uint8Array(octets);
  whole.set(name);
  whole.set(domain, name.length - 1);
  return whole;
}
