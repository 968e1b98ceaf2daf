import { formatCidr, parseCidr } from "../../../../base/net/cidr.ts";
import { NAT64_PREFIX_BITS } from "../../../../base/net/nat64_prefix.ts";
import { DEFAULT_DNS64 } from "../../../lists.ts";
import { UsageError } from "../../../usage_error.ts";
import { type Field, list, table, text } from "../fields.ts";
import { readGroupName } from "../names.ts";
import type { FileDns64 } from "./filter_tables.ts";

/** `[dns64]` */
export const DNS64: Field<FileDns64> = table({
  "prefix": text({
    form: '"<network>"',
    example: '"2001:db8:64::/96"',
    help: "IPv6 addresses are made with this prefix, for clients behind a translator (NAT64) that has the same one.",
    fallback: `"${DEFAULT_DNS64.prefix}"`,
  }, readPrefix),
  "exclude": list(
    {
      form: '["<network>", …]',
      help: "IPv6 addresses of these networks count for none, so that others are made.",
      fallback: JSON.stringify(DEFAULT_DNS64.exclude),
    },
    text({ form: '"2001:db8::/32"', help: "" }, readExcluded),
    {},
    (all) => all,
  ),
  "clients": list(
    {
      form: '["<clients>", …]',
      example: '["default"]',
      help: "Client groups that get them, besides those that say so themselves.",
    },
    text({ form: '"office"', help: "" }, readGroupName),
    { atLeast: 1, of: "client group" },
    (all) => all,
  ),
});

/** RFC 6052 §2.2. */
function readPrefix(text: string): string {
  const prefix = parseCidr(text);
  if (prefix.octets.length === 16 && NAT64_PREFIX_BITS.includes(prefix.prefixBits) && prefix.octets[8] === 0) {
    return formatCidr(prefix);
  }
  throw new UsageError(`must be a network of IPv6, with a prefix of ${NAT64_PREFIX_BITS.join(", ")} bits`);
}

/** Networks of IPv4 in the form of IPv6 stay in that. */
function readExcluded(text: string): string {
  const network = parseCidr(text);
  if (!text.includes(":")) throw new UsageError("must be a network of IPv6 addresses, such as 2001:db8::/32");
  return network.octets.length === 16 ? formatCidr(network) : text.toLowerCase();
}
