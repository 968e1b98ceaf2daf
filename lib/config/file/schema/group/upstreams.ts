import { formatIp, parseIp } from "../../../../base/net/ip.ts";
import { RCODE } from "../../../../wire/iana.ts";
import { SETTINGS } from "../../../settings.ts";
import { UsageError } from "../../../usage_error.ts";
import { either, type Field, flag, list, table, tableOf, text, word } from "../fields.ts";
import { readGroupName } from "../names.ts";
import { quantity } from "../quantity.ts";
import { row } from "../row.ts";
import { SERVERS } from "./servers.ts";
import type { FileGroup } from "../tables.ts";

/** Replies that another server may do better. What it knows not to exist does not. */
const FAILURES = {
  servfail: RCODE.SERVFAIL,
  refused: RCODE.REFUSED,
  notimp: RCODE.NOTIMP,
  formerr: RCODE.FORMERR,
} as const;
/** See `FAILURES`. */
const FAILURE_WORDS = Object.keys(FAILURES) as (keyof typeof FAILURES)[];

/** `[upstreams.X]` */
export const UPSTREAMS: Field<Readonly<Record<string, FileGroup>>> = tableOf(group(), readGroupName);

/** The name of an upstream group, where it is referred to. */
export function upstreamGroupName(help: string, form = '"<group>"'): Field<string> {
  return text({ form, help, example: '"default"' }, readGroupName);
}

function group(): Field<FileGroup> {
  const failure = word({ form: FAILURE_WORDS.map((one) => `"${one}"`).join("|"), help: "" }, FAILURE_WORDS, (one) => {
    return FAILURES[one];
  });
  const failover = {
    form: `[${FAILURE_WORDS.map((one) => `"${one}"`).join(", ")}]`,
    help:
      "Replies that are no answer: the next server is asked. What says that the query was not understood never is one.",
    fallback: '["servfail", "refused"]',
  };
  const source = {
    form: '"<ip>"|["<ip>", "<ip>"]',
    example: '["192.0.2.53", "2001:db8::53"]',
    help:
      "Where queries leave from: an address of this machine, or one for each family. By default the system chooses.",
  };
  const timeout = {
    form: '"100ms"–"10s"',
    help: "From a query's arrival to its answer, at most, where this group is asked. By default server.timeout.",
  };
  const { bounds } = SETTINGS.timeoutMs.reader;
  return table<FileGroup>({
    "servers": SERVERS,
    "strategy": row("strategy"),
    "fallback": upstreamGroupName("The upstream group that is asked when all of these have failed."),
    "timeout": quantity(timeout, "ms", bounds!, (ms) => [`${ms}`]),
    "sockets": row("upstreamSockets"),
    "source": either(
      text(source, (one) => [readIp(one)]),
      list(source, text({ form: '"192.0.2.53"', help: "" }, readIp), { atLeast: 1 }, onePerFamily),
      'must be an address, such as "192.0.2.53", or a list of them',
    ),
    "failover-on": list(failover, failure, {}, (rcodes) => rcodes),
    "trust-ad": flag({
      form: "true|false",
      help:
        "Whether clients are told that an answer is authentic (AD) when these servers say so. Not to be believed where the " +
        "servers do not validate, or somebody on the way to them may say it in their place.",
      fallback: "true",
    }, (isOn) => isOn),
    "cookies": row("asksWithCookies"),
    "case-randomization": row("randomizesCase"),
  });
}

/** An address alone, in its one canonical form. */
export function readIp(text: string): string {
  const octets = parseIp(text);
  if (octets === null) throw new UsageError("must be an IPv4 or IPv6 address");
  return formatIp(octets);
}

function onePerFamily(addresses: readonly string[]): readonly string[] {
  const families = addresses.map((address) => address.includes(":"));
  if (new Set(families).size < families.length) throw new UsageError("one IPv4 and one IPv6 address at most");
  return addresses;
}
