import { LABEL_OCTETS_MAX } from "../../wire/name.ts";

/**
 * Names that software asks for by itself and then does what the answer says: a client that calls itself so would lead the others'
 * traffic through it (CERT VU#598349). And one that is everybody's own.
 */
const REFUSED: ReadonlySet<string> = new Set(["wpad", "isatap", "localhost"]);

/** What is a label already. */
const PLAIN = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The label that a client gets for what it calls itself, of letters, digits and hyphens in lower case (RFC 952, RFC 1123 §2.1):
 * `Alec's iPhone` is `alecs-iphone`. What comes with a domain loses it. `null` if nothing is left.
 */
export function leaseLabel(hostname: string): string | null {
  if (PLAIN.test(hostname)) return REFUSED.has(hostname) ? null : hostname;
  const [first] = hostname.split(".", 1);
  const label = first!.normalize("NFKD").toLowerCase()
    .replaceAll(/[\u0300-\u036f'’‘`´]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LABEL_OCTETS_MAX)
    .replaceAll(/^-|-$/g, "");
  return label === "" || REFUSED.has(label) ? null : label;
}
