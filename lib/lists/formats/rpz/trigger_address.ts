import { type Cidr, CidrFormatError, parseCidr } from "../../../base/net/cidr.ts";

/** Labels of a trigger for an IPv4 address; IPv6 addresses have more, or `zz`. */
const IPV4_LABELS = 5;

/**
 * The network that a trigger names: the length of its prefix first, then the address from its end to its beginning,
 * `24.0.2.0.192`, `32.zz.db8.2001` (`zz` is what `::` is).
 *
 * @param labels In wire format, without the root's octet.
 * @returns `null` when it names none.
 */
export function addressOfTrigger(labels: Uint8Array): Cidr | null {
  const words: string[] = [];
  for (let at = 0; at < labels.length;) {
    const end = at + 1 + labels[at]!;
    words.push(String.fromCharCode(...labels.subarray(at + 1, end)));
    at = end;
  }
  const [prefix, ...groups] = words;
  groups.reverse();
  const isIpv4 = words.length === IPV4_LABELS && !groups.includes("zz");
  try {
    return parseCidr(`${isIpv4 ? groups.join(".") : ipv6Text(groups)}/${prefix}`);
  } catch (error) {
    if (error instanceof CidrFormatError) return null;
    throw error;
  }
}

function ipv6Text(groups: readonly string[]): string {
  const text = groups.map((group) => group === "zz" ? "" : group).join(":");
  return text.replace(/^:/, "::").replace(/:$/, "::");
}
