import type { Random } from "../../base/random/random.ts";
import type { Runtime } from "../../base/runtime.ts";
import type { Services } from "../../observe/services.ts";
import { UpstreamTaps } from "../../observe/upstream_tap.ts";
import { anyAddressFor } from "../../base/net/address.ts";
import { type Endpoint, isSecure, type PlainEndpoint, serverText, socketAddressOf } from "../../upstream/endpoint.ts";
import { randomizeCase } from "../../upstream/exchange/case_randomization.ts";
import { ownRequest } from "../../upstream/own_request.ts";
import { type Request, writeUpstreamQuery } from "../../upstream/request.ts";
import type { BootstrapServers } from "../../upstream/secure/bootstrap.ts";
import { openSecure } from "../../upstream/secure/open_secure.ts";
import { UntrustedError } from "../../upstream/refusal.ts";
import { tcpTransport } from "../../upstream/stream/tcp_transport.ts";
import type { Transport } from "../../upstream/transport.ts";
import { DatagramTransport } from "../../upstream/udp/datagram_transport.ts";
import { SocketPool } from "../../upstream/udp/socket_pool.ts";
import { isSilence } from "../../upstream/upstream_error.ts";
import { decode } from "../../wire/message.ts";
import { WireFormatError } from "../../wire/wire_format_error.ts";
import { ednsOf, type Heard } from "./heard.ts";
import { ProbedQuery } from "./probed_query.ts";
import type { ProbeQuestion } from "./question.ts";

/** Ports that a server is asked from over UDP. */
const SOCKETS = 4;
/** Nobody looks. */
const taps = new UpstreamTaps();
/** What comes later than it is waited for is nobody's. */
const TOMBSTONE_MS = 100;

/** What servers are asked with. */
export interface LineOptions extends Pick<Services, "deadlines" | "counters" | "log"> {
  /** The world outside. */
  readonly runtime: Runtime;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** How long a reply is waited for, in milliseconds. */
  readonly timeoutMs: number;
}

/** A way to ask one server, one query at a time: what is lost is lost. */
export class Line {
  readonly #options: LineOptions;
  readonly #transport: Transport;
  readonly #close: () => void;

  private constructor(options: LineOptions, transport: Transport, close: () => void) {
    this.#options = options;
    this.#transport = transport;
    this.#close = close;
  }

  /** Over UDP. */
  static overUdp(endpoint: PlainEndpoint, options: LineOptions): Line {
    const address = socketAddressOf(endpoint);
    const localHostname = anyAddressFor(address);
    const sockets = new SocketPool({ ...options, localHostname, size: SOCKETS, tombstoneMs: TOMBSTONE_MS });
    const transport = new DatagramTransport({ ...options, taps, sockets, address, name: "the server" });
    return new Line(options, transport, () => sockets.close());
  }

  /** Over TCP. */
  static overTcp(endpoint: PlainEndpoint, options: LineOptions): Line {
    const address = socketAddressOf({ ...endpoint, protocol: "tcp" });
    const transport = tcpTransport({ ...options, taps, address, tombstoneMs: TOMBSTONE_MS });
    return new Line(options, transport, () => transport.close());
  }

  /** As an endpoint says. */
  static to(endpoint: Endpoint, bootstrapServers: BootstrapServers | null, options: LineOptions): Line {
    if (!isSecure(endpoint)) {
      return endpoint.protocol === "udp" ? Line.overUdp(endpoint, options) : Line.overTcp(endpoint, options);
    }
    const link = openSecure({
      ...options,
      taps,
      endpoint,
      name: serverText(endpoint),
      sources: [],
      bootstrapServers,
      onUntrusted: () => {},
      tombstoneMs: TOMBSTONE_MS,
    });
    return new Line(options, link.stream, () => link.close());
  }

  /** Asks once. Never rejects. */
  async ask(question: ProbeQuestion): Promise<Heard> {
    const { runtime: { clock }, timeoutMs, random } = this.#options;
    const sentMs = clock.nowMs();
    const { flags, wantsDnssec } = question;
    const request: Request = {
      ...ownRequest({ ...question, deadlineMs: sentMs + timeoutMs }),
      flags,
      wantsDnssec,
    };
    const { questionOctets } = request;
    const query = new ProbedQuery(question.isMixed ? randomizeCase(questionOctets, random) : questionOctets);
    const octets = writeUpstreamQuery(request, true, this.#transport.traits, question.cookie, query.question);
    try {
      this.#transport.send(octets, query, request);
      const reply = await query.reply;
      const tookMs = clock.nowMs() - sentMs;
      const message = decode(reply);
      return { kind: "reply", message, edns: ednsOf(message), octets: reply, tookMs };
    } catch (error) {
      return isSilence(error)
        ? { kind: "silence", text: `no reply in ${timeoutMs} ms` }
        : { kind: "error", text: reasonOf(error) };
    }
  }

  /** Asks no more. */
  close(): void {
    this.#close();
  }
}

/** What went wrong, for people. */
export function reasonOf(error: unknown): string {
  if (error instanceof UntrustedError) return error.refusal.text;
  if (error instanceof WireFormatError) return `the reply cannot be read: ${error.message}`;
  if (!(error instanceof Error)) return `${error}`;
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
