import { formatIp } from "../../base/net/ip.ts";

/** What expressions for addresses are made of: digits, dots and colons, classes of them, groups, how often. */
const FOR_ADDRESSES = /^\^(?:[0-9a-f:[\](){}|?*+,^$-]|\\[.:d])*$/i;
/** What stands between the numbers of an address. */
const SEPARATOR = /\\\.|:(?!\))/;

/**
 * Whether an expression can be meant for the text of an address in an answer, as AdGuard has it: `^192\.0\.2\.[0-9]+$`,
 * `^fe80:`. One for names, such as `[0-9]{3}`, is not tried on addresses, most of which it would match.
 */
export function isForAddresses(source: string): boolean {
  return FOR_ADDRESSES.test(source) && SEPARATOR.test(source.replaceAll("(?:", "("));
}

/** The text of an address of 4 or 16 octets as if it were a name in wire format, so that expressions can be tried on it. */
export function addressAsName(address: Uint8Array): Uint8Array<ArrayBuffer> {
  const labels = address.length === 4 ? [...address].map(String) : [formatIp(address)];
  const octets = labels.flatMap((label) => [label.length, ...Array.from(label, (digit) => digit.charCodeAt(0))]);
  return Uint8Array.from([...octets, 0]);
}
