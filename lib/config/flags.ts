import { LOG_LEVELS } from "../observe/log.ts";
import { MULTI_QUESTION } from "../resolver/split.ts";
import { STRATEGIES } from "../upstream/strategy.ts";
import { DATAGRAM_IO, DEFAULT_LISTEN_PORT, DEFAULT_UPSTREAM_PORT, LIMITS } from "./config.ts";

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
      `Forward queries to this server; port ${DEFAULT_UPSTREAM_PORT} unless given. IPv6 in brackets: [2001:db8::1]:53.`,
      "May be repeated or comma-separated, in order of preference: when one is slow or fails, the next is asked.",
      "tcp:// before the address asks over TCP alone; otherwise TCP is used when a reply does not fit into UDP.",
      "Without it every answer is made up (see --answer).",
    ],
  },
  {
    name: "strategy",
    value: STRATEGIES.join("|"),
    isRepeatable: false,
    help: [
      "Which upstream a question goes to first (default sequential: in the order given).",
      "parallel asks two at once; the first good answer counts.",
    ],
  },
  {
    name: "listen",
    value: "<ip>[:<port>]",
    isRepeatable: true,
    help: [
      `Serve clients here; port ${DEFAULT_LISTEN_PORT} unless given, 0 for any free one. May be repeated or comma-separated.`,
      `Default: 127.0.0.1:${DEFAULT_LISTEN_PORT}, and [::1]:${DEFAULT_LISTEN_PORT} where IPv6 exists.`,
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
      `How long a client waits at most, ${timeoutMs.min}–${timeoutMs.max} ms (default ${timeoutMs.default}). A lone upstream is asked`,
      "once more when half of it has passed in silence. All of it: the client gets SERVFAIL.",
    ],
  },
  {
    name: "upstream-sockets",
    value: "<number>",
    isRepeatable: false,
    help: [
      `Sockets, each with a random source port, from which upstreams are asked, ${upstreamSockets.min}–${upstreamSockets.max}`,
      `(default ${upstreamSockets.default}). To forge a reply one has to guess 16 bits of port and 16 of ID, a bit for each letter`,
      "of the name, and 64 bits more where the upstream knows DNS cookies.",
    ],
  },
  {
    name: "multi-question",
    value: MULTI_QUESTION.join("|"),
    isRepeatable: false,
    help: [
      "Messages with several questions: ask each by itself and merge the answers (split, the default),",
      "or reject them as RFC 9619 demands (formerr).",
    ],
  },
  {
    name: "allow",
    value: "<network>",
    isRepeatable: true,
    help: [
      "Answer clients of this network, such as 192.0.2.0/24 or 2001:db8::/32; others are REFUSED. May be repeated or",
      "comma-separated. Default: loopback, private and link-local networks. For everybody: 0.0.0.0/0,::/0",
    ],
  },
  {
    name: "rate-limit",
    value: "<number>",
    isRepeatable: false,
    help: [
      `Questions a second that each client network (/24, /56) may ask over UDP, up to ${rateLimit.max}; 0, the default, for`,
      "any number. Over it, clients are told to ask over TCP. Those with a DNS cookie of ours are exempt.",
    ],
  },
  {
    name: "max-in-flight",
    value: "<number>",
    isRepeatable: false,
    help: [
      `Questions that may wait for upstreams at the same time, ${maxInFlight.min}–${maxInFlight.max} (default ${maxInFlight.default}).`,
      "When there are more, the newest of the client with the most is REFUSED.",
    ],
  },
  {
    name: "cache-size",
    value: "<MiB>",
    isRepeatable: false,
    help: [
      `Memory for answers, up to ${cacheSizeMib.max} MiB (default ${cacheSizeMib.default}); 0 remembers nothing. Taken as it fills.`,
    ],
  },
  {
    name: "min-ttl",
    value: "<seconds>",
    isRepeatable: false,
    help: [
      `Remember every answer for at least so long, up to ${minTtlSeconds.max} (default ${minTtlSeconds.default}), whatever its TTL says.`,
    ],
  },
  {
    name: "max-ttl",
    value: "<seconds>",
    isRepeatable: false,
    help: [`Remember no answer for longer, up to ${maxTtlSeconds.max} (default ${maxTtlSeconds.default}, a day).`],
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
      "Give no answer that has expired. By default it is given for a day, marked as stale, when no upstream answers in",
      "time.",
    ],
  },
  {
    name: "no-prefetch",
    value: null,
    isRepeatable: false,
    help: ["Do not refresh answers that are often asked for before they expire."],
  },
  {
    name: "no-special-names",
    value: null,
    isRepeatable: false,
    help: [
      "Forward names like localhost, test, local, onion, home.arpa and 10.in-addr.arpa, too. By default they are answered",
      "here, since no server on the Internet knows them.",
    ],
  },
  {
    name: "server-id",
    value: "<text>",
    isRepeatable: false,
    help: [
      "Tell this to those who ask for id.server (TXT, class CH), and the version for version.bind. By default REFUSED.",
    ],
  },
  {
    name: "io",
    value: DATAGRAM_IO.join("|"),
    isRepeatable: false,
    help: [
      "How UDP is spoken: many datagrams to a system call (native), which spares the processor much work and needs Linux",
      "on x64 or arm64 and deno run --allow-ffi; or one to a call (plain). By default (auto) native where it is possible.",
    ],
  },
  {
    name: "workers",
    value: "<number>|auto",
    isRepeatable: false,
    help: [
      `Processes that serve clients, ${workers.min}–${workers.max} (default ${workers.default}), or as many as there are processors (auto). They share`,
      "--cache-size, --max-in-flight and --rate-limit. More than one take --io native, and deno run --allow-run.",
    ],
  },
  {
    name: "log-level",
    value: LOG_LEVELS.join("|"),
    isRepeatable: false,
    help: ["How much is written to standard error (default info)."],
  },
  {
    name: "completions",
    value: SHELLS.join("|"),
    isRepeatable: false,
    help: ["Print a script that completes these flags in that shell, and exit."],
  },
  { name: "help", short: "h", value: null, isRepeatable: false, help: ["Print this and exit."] },
  { name: "version", short: "V", value: null, isRepeatable: false, help: ["Print the version and exit."] },
] as const satisfies readonly Flag[];

/** Name of a flag. */
export type FlagName = typeof FLAGS[number]["name"];
