import { LEASE_FORMATS } from "../../policy.ts";
import { UsageError } from "../../usage_error.ts";
import { type Field, flag, list, table, text, word } from "./fields.ts";
import { LOCAL_NAMES } from "./local_names.ts";
import { readDomain } from "../../domain_pattern.ts";
import { path } from "./path.ts";
import { quantity } from "./quantity.ts";
import { readRecord } from "./read_record.ts";
import { row } from "./row.ts";
import type { FileLeases, FileLocal } from "./tables.ts";

/** What local names live for by themselves: short, for addresses change, and nobody far away is asked again. */
const TTL_BOUNDS = { min: 1, max: 604_800 };

/** `[local]` */
export const LOCAL: Field<FileLocal> = table({
  "domain": text({
    form: '"home.arpa"',
    help:
      "The domain of this network: names of one label are in it, and what is neither known here nor routed does not exist.",
  }, readLocalDomain),
  "single-label": word(
    {
      form: '"local"|"forward"',
      help: "Whether names of one label are answered from here alone, or go upstream.",
      fallback: '"local"',
    },
    ["local", "forward"],
    (one) => one,
  ),
  "hosts-files": list(
    { form: '["/etc/hosts"]', help: "Files in the form of /etc/hosts. They are watched." },
    path('"/etc/hosts"'),
    {},
    (all) => all,
  ),
  "leases": list(
    {
      form: '[{ file = "/var/lib/misc/dnsmasq.leases" }]',
      help: "What DHCP servers have given to whom. The files are watched.",
    },
    leases(),
    {},
    (all) => all,
  ),
  "addresses": LOCAL_NAMES,
  "records": list(
    { form: '["example.org. 300 IN MX 10 mail.example.org."]', help: "Records as zone files have them." },
    text({ form: '"example.org. 300 IN MX 10 mail.example.org."', help: "" }, (one) => (readRecord(one), one)),
    {},
    (all) => all,
  ),
  "ptr": flag(
    {
      form: "true|false",
      help: "Whether PTR records are made from addresses, hosts files and leases.",
      fallback: "true",
    },
    (isOn) => isOn,
  ),
  "ttl": quantity(
    { form: '"1s"–"7d"', help: "TTL of what has none of its own.", fallback: '"5m"' },
    "seconds",
    TTL_BOUNDS,
    (seconds) => seconds,
  ),
  "special-names": row("answersSpecialNames"),
});

function leases(): Field<FileLeases> {
  return table({
    file: path('"/var/lib/misc/dnsmasq.leases"'),
    format: word(
      {
        form: LEASE_FORMATS.map((one) => `"${one}"`).join("|"),
        help: "What wrote it; auto looks at its text.",
        fallback: '"auto"',
      },
      LEASE_FORMATS,
      (one) => one,
    ),
    domain: text({ form: '"dhcp.example"', help: "The domain of its names. By default local.domain." }, readDomain),
  }, ["file"]);
}

function readLocalDomain(text: string): string {
  const domain = readDomain(text);
  if (domain === ".") throw new UsageError("must be a domain name, not the root");
  return domain;
}
