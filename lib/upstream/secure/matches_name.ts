/**
 * Whether a name of a certificate is, or covers, the name that was meant (RFC 9525 §6.3): `*` stands for one label, which is the
 * first one and nothing but that.
 *
 * @param pattern As the certificate has it, in lower case.
 * @param name In lower case, without a dot at its end.
 */
export function matchesName(pattern: string, name: string): boolean {
  if (!pattern.startsWith("*.")) return pattern === name;
  const dot = name.indexOf(".");
  return dot > 0 && pattern.slice(1) === name.slice(dot);
}
