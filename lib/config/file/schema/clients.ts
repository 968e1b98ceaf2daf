import { formatCidr, parseCidr } from "../../../base/net/cidr.ts";
import { isClientId } from "../../../server/listen/client_id.ts";
import { UsageError } from "../../usage_error.ts";
import { type Field, flag, list, table, tableOf, text } from "./fields.ts";
import { blockAnswer } from "./filter/block.ts";
import { ALLOW_RULES, BLOCK_RULES } from "./filter/block_rules.ts";
import { SAFE_SEARCH_ENGINES } from "./filter/safe_search.ts";
import { LOCAL_NAMES } from "./local_names.ts";
import { readGroupName } from "./names.ts";
import { types } from "./routes.ts";
import type { FileClients } from "./tables.ts";
import { upstreamGroupName } from "./group/upstreams.ts";

/** `[clients.X]` */
export const CLIENTS: Field<Readonly<Record<string, FileClients>>> = tableOf(group(), readGroupName);

function group(): Field<FileClients> {
  const addresses = {
    form: '["<network>", …]',
    example: '["192.0.2.0/24"]',
    help: "Networks whose clients are in this group; the longest one counts.",
  };
  const macs = {
    form: '["<mac>", …]',
    example: '["aa:bb:cc:dd:ee:ff"]',
    help:
      "Hardware addresses, which are known from DHCP leases and the system's neighbour table. They count before networks.",
  };
  const names = {
    form: '["<name>", …]',
    example: '["tablet-*"]',
    help: "What leases and hosts files call them; * stands for any characters of a label. They count behind networks.",
  };
  const ids = {
    form: '["<id>", …]',
    example: '["laptop"]',
    help:
      "What clients call themselves on encrypted channels: laptop in https://dns.example/dns-query/laptop, or in the server " +
      "name laptop.dns.example. Whoever knows an id can use it. They count before all else.",
  };
  return table<FileClients>({
    "ids": list(ids, text({ form: '"laptop"', help: "" }, readId), {}, (all) => all),
    "addresses": list(addresses, text({ form: '"192.0.2.0/24"', help: "" }, readNetwork), {}, (all) => all),
    "macs": list(macs, text({ form: '"aa:bb:cc:dd:ee:ff"', help: "" }, readMac), {}, (all) => all),
    "names": list(names, text({ form: '"tablet-*"', help: "" }, readGlob), {}, (all) => all),
    "upstream": upstreamGroupName("The upstream group that is asked instead of default."),
    "block": BLOCK_RULES,
    "allow": ALLOW_RULES,
    "answer": blockAnswer("What they get for blocked names. By default block.answer."),
    "safe-search": SAFE_SEARCH_ENGINES,
    "rebinding-protection": flag(
      {
        form: "true|false",
        help: "Whether private addresses are taken out of their answers. By default answers.rebinding-protection.",
      },
      (isOn) => isOn,
    ),
    "drop-types": types(
      "Record types that are answered with no records; of A and AAAA, hints in HTTPS and SVCB are taken out, too.",
      0,
    ),
    "dns64": flag(
      {
        form: "true|false",
        help: "Whether they get IPv6 addresses that are made, see dns64. By default as dns64.clients says.",
      },
      (isOn) => isOn,
    ),
    "query-log": flag(
      {
        form: "true|false",
        fallback: "true",
        help: "Whether anything is told of what they ask, wherever something is shown, written to disk or sent away.",
      },
      (isOn) => isOn,
    ),
    "local": LOCAL_NAMES,
  });
}

/** A network, in its one canonical form. */
export function readNetwork(text: string): string {
  return formatCidr(parseCidr(text));
}

function readId(text: string): string {
  const id = text.toLowerCase();
  if (isClientId(id)) return id;
  throw new UsageError('must be a label of letters, digits and hyphens, such as "laptop"');
}

function readMac(text: string): string {
  const mac = text.toLowerCase().replaceAll("-", ":");
  if (/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) return mac;
  throw new UsageError('must be a hardware address, such as "aa:bb:cc:dd:ee:ff"');
}

function readGlob(text: string): string {
  if (/^[A-Za-z0-9_*?-]{1,63}(?:\.[A-Za-z0-9_*-]{1,63})*$/.test(text) && !text.includes("?")) return text.toLowerCase();
  throw new UsageError('must be the name of a machine, with * for any characters, such as "tablet-*"');
}
