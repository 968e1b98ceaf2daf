import { LOG_LEVELS } from "../../observe/log.ts";
import { MULTI_QUESTION } from "../../resolver/questions/split.ts";
import { STRATEGIES } from "../../upstream/group/strategy.ts";
import { DATAGRAM_IO, DEFAULT_LISTEN_PORT, DEFAULT_UPSTREAM_PORT, LIMITS } from "../config.ts";

/** The shells that completions are written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command-line flag. The parser, `--help`, the manual page and the shells' completions all follow this table. */
export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** One letter that means the same. */
  readonly short?: string;
  /** What stands for the value in `--help`; `null` for a flag without one. */
  readonly value: string | null;
  /** Whether it may be given more than once, and hold several values between commas. */
  readonly isRepeatable: boolean;
  /** What it does, for `--help`; a line each. */
  readonly help: readonly string[];
}

const { timeoutMs, upstreamSockets, rateLimit, maxInFlight, workers } = LIMITS;
const { cacheSizeMib, minTtlSeconds, maxTtlSeconds, negativeMaxTtlSeconds } = LIMITS;

/** All flags in the order of `--help`. */
export const FLAGS = [
  {
    name: "resolver",
    value: "[tcp://]<ip>[:<port>]",
    isRepeatable: true,
    help: [
      `Forward queries to this server; port ${DEFAULT_UPSTREAM_PORT} unless given. IPv6 in brackets: [2001:db8::1]:53; link-local`,
      "addresses with their link: [fe80::1%eth0].",
      "May be repeated or comma-separated, in order of preference: when one is slow or fails, the next is asked.",
      "tcp:// before the address uses TCP only; otherwise TCP is used when a reply does not fit into UDP.",
      "Without it every answer is made up (see --answer).",
    ],
  },
  {
    name: "strategy",
    value: STRATEGIES.join("|"),
    isRepeatable: false,
    help: [
      "Which upstream a question goes to first (default sequential: in the order given).",
      "parallel asks two at once; the first good answer wins.",
    ],
  },
  {
    name: "listen",
    value: "<ip>[:<port>]",
    isRepeatable: true,
    help: [
      `Serve clients here; port ${DEFAULT_LISTEN_PORT} unless given, 0 for any free one. May be repeated or comma-separated.`,
      "Link-local addresses with their link: [fe80::1%eth0].",
      `Default: 127.0.0.1:${DEFAULT_LISTEN_PORT}, and [::1]:${DEFAULT_LISTEN_PORT} where IPv6 exists.`,
    ],
  },
  {
    name: "reuse-port",
    value: null,
    isRepeatable: false,
    help: [
      "Share the addresses of --listen with other instances that do the same (SO_REUSEPORT): a new one can start before",
      "the old one stops. Needs native I/O.",
    ],
  },
  {
    name: "answer",
    value: "<ip>",
    isRepeatable: true,
    help: [
      "Without --resolver: the address in every A answer (default 127.0.0.1), and,",
      "when an IPv6 address is given as well, in every AAAA answer: --answer 192.0.2.1,2001:db8::1",
    ],
  },
  {
    name: "timeout",
    value: "<ms>",
    isRepeatable: false,
    help: [
      `The longest a client waits, ${timeoutMs.min}–${timeoutMs.max} ms (default ${timeoutMs.default}). A single upstream is asked again after half this`,
      "time. When it runs out, the client gets SERVFAIL.",
    ],
  },
  {
    name: "upstream-sockets",
    value: "<number>",
    isRepeatable: false,
    help: [
      `Sockets for asking upstreams, ${upstreamSockets.min}–${upstreamSockets.max} (default ${upstreamSockets.default}) per address family and per worker, each with a random source`,
      "port. To forge a reply an attacker must guess 16 bits of port and 16 of ID, one bit for each letter of the name,",
      "and 64 bits more where the upstream supports DNS cookies.",
    ],
  },
  {
    name: "no-cookies",
    value: null,
    isRepeatable: false,
    help: [
      "Ask upstreams without DNS cookies. One that mixes up the cookies of its clients is noticed without this flag.",
    ],
  },
  {
    name: "no-case-randomization",
    value: null,
    isRepeatable: false,
    help: [
      "Ask upstreams for names as clients spell them, not in random letter case. An upstream that has trouble with letter",
      "case is noticed without this flag.",
    ],
  },
  {
    name: "multi-question",
    value: MULTI_QUESTION.join("|"),
    isRepeatable: false,
    help: [
      "Messages with several questions: ask each one separately and merge the answers (split, the default),",
      "or reject them as RFC 9619 requires (formerr).",
    ],
  },
  {
    name: "allow",
    value: "<network>",
    isRepeatable: true,
    help: [
      "Answer clients in this network, such as 192.0.2.0/24 or 2001:db8::/32; others are REFUSED. May be repeated or",
      "comma-separated. Default: loopback, private and link-local networks. For everyone: 0.0.0.0/0,::/0",
    ],
  },
  {
    name: "rate-limit",
    value: "<number>",
    isRepeatable: false,
    help: [
      `UDP questions per second per client network (/24, /56), up to ${rateLimit.max}; 0 (default) means unlimited. Clients`,
      "over the limit are told to ask over TCP. Clients with a DNS cookie from this server are exempt.",
    ],
  },
  {
    name: "max-in-flight",
    value: "<number>",
    isRepeatable: false,
    help: [
      `Questions that may wait for upstreams at the same time, ${maxInFlight.min}–${maxInFlight.max} (default ${maxInFlight.default}).`,
      "Beyond that, the newest question of the client with the most is REFUSED.",
    ],
  },
  {
    name: "cache-size",
    value: "<MiB>",
    isRepeatable: false,
    help: [
      `Memory for answers, up to ${cacheSizeMib.max} MiB (default ${cacheSizeMib.default}); 0 remembers nothing. Allocated as the cache fills.`,
    ],
  },
  {
    name: "min-ttl",
    value: "<seconds>",
    isRepeatable: false,
    help: [
      `Remember every positive answer for at least this long, up to ${minTtlSeconds.max} (default ${minTtlSeconds.default}), whatever its TTL says.`,
    ],
  },
  {
    name: "max-ttl",
    value: "<seconds>",
    isRepeatable: false,
    help: [
      `Remember no answer for longer than this, up to ${maxTtlSeconds.max} (default ${maxTtlSeconds.default}, a day).`,
    ],
  },
  {
    name: "negative-max-ttl",
    value: "<seconds>",
    isRepeatable: false,
    help: [
      `The same for "no such name" and "no such record", up to ${negativeMaxTtlSeconds.max} (default ${negativeMaxTtlSeconds.default}, an hour).`,
    ],
  },
  {
    name: "no-stale",
    value: null,
    isRepeatable: false,
    help: [
      "Never give an expired answer. By default one is given for up to a day, marked as stale, when no upstream answers",
      "in time.",
    ],
  },
  {
    name: "no-prefetch",
    value: null,
    isRepeatable: false,
    help: ["Do not refresh popular answers shortly before they expire."],
  },
  {
    name: "no-special-names",
    value: null,
    isRepeatable: false,
    help: [
      "Forward names like localhost, test, local, onion, home.arpa and 10.in-addr.arpa, too. By default they are answered",
      "locally, because no server on the Internet knows them.",
    ],
  },
  {
    name: "server-id",
    value: "<text>",
    isRepeatable: false,
    help: [
      "Answer id.server (TXT, class CH) with this text, and version.bind with the version. By default both are REFUSED.",
    ],
  },
  {
    name: "io",
    value: DATAGRAM_IO.join("|"),
    isRepeatable: false,
    help: [
      "How UDP datagrams are sent and received: in batches (native), which saves processor time and needs Linux on x64 or",
      "arm64 and deno run --allow-ffi; or one by one (plain). By default (auto) native where possible.",
    ],
  },
  {
    name: "workers",
    value: "<number>|auto",
    isRepeatable: false,
    help: [
      `Processes that serve clients, ${workers.min}–${workers.max} (default ${workers.default}), or as many as there are processors (auto). They share`,
      "--cache-size, --max-in-flight and --rate-limit. More than one needs native I/O (--io auto or native) and deno run",
      "--allow-run.",
    ],
  },
  {
    name: "log-level",
    value: LOG_LEVELS.join("|"),
    isRepeatable: false,
    help: ["How much is logged to standard error (default info)."],
  },
  {
    name: "completions",
    value: SHELLS.join("|"),
    isRepeatable: false,
    help: ["Print a script that completes these flags in this shell, and exit."],
  },
  { name: "help", short: "h", value: null, isRepeatable: false, help: ["Print this and exit."] },
  { name: "version", short: "V", value: null, isRepeatable: false, help: ["Print the version and exit."] },
] as const satisfies readonly Flag[];

/** Name of a flag. */
export type FlagName = typeof FLAGS[number]["name"];
