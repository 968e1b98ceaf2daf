import { foldCase, type Name } from "../wire/name.ts";
import { octetsKey } from "../wire/octets.ts";

/** Equal for the same name, letter case ignored. */
export function keyOf(name: Name): string {
  return octetsKey(foldCase(name));
}

/** The keys of a name and of those that it lies below, up to the root; the longest first. */
export function suffixesOf(key: string): string[] {
  const suffixes: string[] = [];
  for (let start = 0; start < key.length; start += key.charCodeAt(start) + 1) suffixes.push(key.slice(start));
  return suffixes;
}

/** The key of the name two labels up where these begin with "_", as in `_25._tcp.mail.example`; else `null`. */
export function hostOfServiceKey(key: string): string | null {
  const second = key.charCodeAt(0) + 1;
  const isService = key[1] === "_" && key[second + 1] === "_";
  return isService ? key.slice(second + key.charCodeAt(second) + 1) : null;
}
