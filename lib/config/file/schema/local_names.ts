import { parseIp } from "../../../base/net/ip.ts";
import { UsageError } from "../../usage_error.ts";
import { either, type Field, list, tableOf, text } from "./fields.ts";
import { readDomain } from "../../domain_pattern.ts";
import type { FileAddresses } from "./tables.ts";
import { readIp } from "./group/upstreams.ts";

/** Names with their addresses, or with another name. */
export const LOCAL_NAMES: Field<Readonly<Record<string, FileAddresses>>> = tableOf(addresses(), readDomain);

function addresses(): Field<FileAddresses> {
  const about = {
    form: '"<ip>"|["<ip>", …]|"<name>"',
    example: '"192.0.2.10"',
    help:
      'What a name has: an address, or a list of addresses, or another name, which it stands for (CNAME). "*.apps" is a ' +
      "wildcard.",
  };
  const address = text({ form: '"192.0.2.10"', help: "" }, readIp);
  return either(
    text(about, readTarget),
    list({ form: '["192.0.2.10", "2001:db8::10"]', help: "" }, address, { atLeast: 1, of: "address" }, (all) => {
      return { addresses: [...new Set(all)], alias: null };
    }),
    "must be an address, a list of addresses, or a name",
  );
}

function readTarget(text: string): FileAddresses {
  if (parseIp(text) !== null) return { addresses: [readIp(text)], alias: null };
  // Whoever writes these means an address.
  if (/^[0-9.]+$/.test(text) || text.includes(":")) throw new UsageError("must be an address or a name");
  return { addresses: [], alias: readDomain(text) };
}
