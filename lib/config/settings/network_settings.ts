import { STRATEGIES } from "../../upstream/group/strategy.ts";
import { type AnswerAddresses, DEFAULT_LISTEN_PORT, DEFAULT_UPSTREAM_PORT } from "../config.ts";
import {
  answerAddresses,
  bootstrapList,
  endpointList,
  listenList,
  measure,
  oneOf,
  onOff,
  wholeNumber,
} from "../readers.ts";
import type { Settings } from "../setting.ts";

const ANSWER: AnswerAddresses = { ipv4: "127.0.0.1", ipv6: null };

/** Who is asked, where clients are served, and how both is done. */
export const NETWORK_SETTINGS = {
  upstreams: {
    name: "resolver",
    path: "upstreams.default.servers",
    reader: endpointList("[tcp://]<ip>[:<port>]|tls://<name>", DEFAULT_UPSTREAM_PORT),
    default: [],
    isReloadable: true,
    help: [
      `Forward queries to this server; port ${DEFAULT_UPSTREAM_PORT} unless given. IPv6 in brackets: [2001:db8::1]:53; link-local`,
      "addresses with their link: [fe80::1%eth0].",
      "May be repeated or comma-separated, in order of preference: when one is slow or fails, the next is asked.",
      "tcp:// before the address uses TCP only; otherwise TCP is used when a reply does not fit into UDP.",
      "tls:// asks over TLS (port 853), whoever proves to be the one: tls://9.9.9.9, tls://dns.quad9.net?ip=9.9.9.9.",
      "quic:// does so over QUIC, as an experiment: without pins, and ca is believed beside the usual authorities.",
      "Behind ? and &: ip, bootstrap, pin-sha256, ca (a file, or none), auth=none. sdns:// stamps are read, too.",
      "9.9.9.9?ddr: in the clear until it has said, and proved, how else it can be asked (RFC 9462).",
      "Without it every answer is made up (see --answer).",
    ],
    inFile: [
      `Servers in order of preference: when one is slow or fails, the next is asked. Port ${DEFAULT_UPSTREAM_PORT}`,
      "unless given; IPv6 in brackets when one is; link-local addresses with their link: fe80::1%eth0. tcp://",
      "before the address uses TCP only; otherwise TCP is used when a reply does not fit into UDP. tls:// asks over",
      "TLS (port 853), whoever proves to be the one: by name, with ip or bootstrap, or by address; quic:// over QUIC, as",
      "an experiment. ddr: in the clear until it has said, and proved, how else it can be asked. sdns:// stamps are read,",
      "too. Without any servers in the whole file every answer is made up (see answer).",
    ],
  },
  strategy: {
    name: "strategy",
    path: "upstreams.default.strategy",
    reader: oneOf(STRATEGIES),
    default: "sequential",
    isReloadable: true,
    help: [
      "Which upstream a question goes to first (default {default}: in the order given).",
      "parallel asks two at once; the first good answer wins.",
    ],
    inFile: [
      "Which server a question goes to first; sequential: in the order given. parallel asks two at once; the first",
      "good answer wins.",
    ],
  },
  bootstrap: {
    name: "bootstrap",
    path: "server.bootstrap",
    reader: bootstrapList("<ip>[:<port>]"),
    default: [],
    isReloadable: true,
    help: [
      "Ask this plain server for the addresses of encrypted upstreams that are given by name alone; port 53 unless given.",
      "May be repeated or comma-separated. Nobody else is asked for them, least of all the system's own resolver.",
    ],
    inFile: [
      "Plain servers that are asked for the addresses of encrypted upstreams that are given by name alone; port 53",
      "unless given. Nobody else is asked for them, least of all the system's own resolver.",
    ],
  },
  listen: {
    name: "listen",
    path: "server.listen",
    reader: listenList("[<protocol>://]<ip>[:<port>]", DEFAULT_LISTEN_PORT),
    default: null,
    isReloadable: true,
    help: [
      `Serve clients here; port ${DEFAULT_LISTEN_PORT} unless given, 0 for any free one. May be repeated or comma-separated.`,
      "Link-local addresses with their link: [fe80::1%eth0]. Before the address: tls:// for DNS over TLS (port 853),",
      "https:// for DNS over HTTPS (443), quic:// for DNS over QUIC (853, an experiment), which need --certificate;",
      "http:// for DNS over HTTP behind a proxy (80). Behind it: a path, ?proxy-protocol=<network>, ?client-ca=<file>,",
      "?allow=<network>.",
      `Default: 127.0.0.1:${DEFAULT_LISTEN_PORT}, and [::1]:${DEFAULT_LISTEN_PORT} where IPv6 exists.`,
    ],
  },
  sharesPort: {
    name: "reuse-port",
    path: "server.reuse-port",
    reader: onOff(),
    default: false,
    isReloadable: false,
    help: [
      "Share the addresses of --listen with other instances that do the same (SO_REUSEPORT): a new one can start before",
      "the old one stops. Needs native I/O.",
    ],
    inFile: [
      "Share the addresses of listen with other instances that do the same (SO_REUSEPORT): a new one can start",
      "before the old one stops. Needs native I/O.",
    ],
  },
  answer: {
    name: "answer",
    path: "answer",
    reader: answerAddresses("<ip>", ANSWER),
    default: ANSWER,
    isReloadable: true,
    help: [
      `Without --resolver: the address in every A answer (default ${ANSWER.ipv4}), and,`,
      "when an IPv6 address is given as well, in every AAAA answer: --answer 192.0.2.1,2001:db8::1",
    ],
    inFile: [
      "Without upstreams: the address in every A answer, and, when an IPv6 address is given as well, in every AAAA",
      "answer.",
    ],
  },
  timeoutMs: {
    name: "timeout",
    path: "server.timeout",
    // Below 100 ms no upstream across a continent is reached; above 10 s every client has gone.
    reader: measure("ms", { min: 100, max: 10_000 }),
    default: 2000,
    isReloadable: true,
    help: [
      "The longest a client waits, {min}–{max} ms (default {default}). A single upstream is asked again after half this",
      "time. When it runs out, the client gets SERVFAIL.",
    ],
    inFile: [
      "The longest a client waits. A single upstream is asked again after half this time. When it runs out, the",
      "client gets SERVFAIL.",
    ],
  },
  upstreamSockets: {
    name: "upstream-sockets",
    path: "upstreams.default.sockets",
    // A retry needs a second socket; more than 1,024 run into the usual limit of open files.
    reader: wholeNumber("<number>", { min: 2, max: 1000 }),
    default: 32,
    isReloadable: true,
    help: [
      "Sockets for asking upstreams, {min}–{max} (default {default}) per address family and per worker, each with a random source",
      "port. To forge a reply an attacker must guess 16 bits of port and 16 of ID, one bit for each letter of the name,",
      "and 64 bits more where the upstream supports DNS cookies.",
    ],
    inFile: [
      "Sockets for asking these servers, per address family and per worker, each with a random source port. To",
      "forge a reply an attacker must guess 16 bits of port and 16 of ID, one bit for each letter of the name, and",
      "64 bits more where the server supports DNS cookies. In other groups as in default.",
    ],
  },
  asksWithCookies: {
    name: "cookies",
    path: "upstreams.default.cookies",
    reader: onOff(),
    default: true,
    isReloadable: true,
    help: [
      "Ask upstreams without DNS cookies. One that mixes up the cookies of its clients is noticed without this flag.",
    ],
    inFile: ["Ask with DNS cookies. A server that mixes up the cookies of its clients is noticed by itself."],
  },
  randomizesCase: {
    name: "case-randomization",
    path: "upstreams.default.case-randomization",
    reader: onOff(),
    default: true,
    isReloadable: true,
    help: [
      "Ask upstreams for names as clients spell them, not in random letter case. An upstream that has trouble with letter",
      "case is noticed without this flag.",
    ],
    inFile: ["Ask for names in random letter case. A server that has trouble with letter case is noticed by itself."],
  },
} satisfies Partial<Settings>;
