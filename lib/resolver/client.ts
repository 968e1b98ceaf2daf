import type { Peer } from "../base/net/address.ts";
import { unmappedIp } from "../base/net/cidr.ts";
import { clientNetwork, ONE_CLIENT, ONE_SITE } from "../base/net/client_network.ts";
import type { Trace } from "../observe/trace.ts";
import type { Decision } from "./decision.ts";
import { octetsOf } from "../base/net/zone.ts";

/** What a client's messages come over. */
export const CHANNELS = ["udp", "tcp", "tls", "https", "quic"] as const;

/** See `CHANNELS`. */
export type Channel = typeof CHANNELS[number];

/**
 * Who asks: an address, and the channel that its queries come over. Made where they come in and kept there, so that what
 * is found out about a client, by reading its address, need not be found out for each of its queries. All ports of an
 * address are one client: a stub resolver asks each question from another one (RFC 5452 §9.2).
 */
export class Client {
  /** Canonical text, as in `SocketAddress`. */
  readonly hostname: string;
  /** What its queries come over. Decisions ask for the traits below, by what they mean. */
  readonly channel: Channel;
  /** Its place among `CHANNELS`, for counting. */
  readonly channelIndex: number;
  /** Whether it speaks IPv6; what comes as IPv6 from an IPv4 address does not. */
  readonly isIpv6: boolean;
  /** Whether its messages come and go on a stream, where a reply may have any length (RFC 1035 §4.2.2, RFC 7766 §8). */
  readonly isStream: boolean;
  /**
   * Whether the handshake of its channel has shown that it is where its packets say (RFC 9293 §3.5, RFC 9000 §8.1): whoever
   * writes another's address into a datagram cannot ask in its name. See `Query.isAddressProven` for what a cookie adds.
   */
  readonly isAddressProven: boolean;
  /**
   * Whether it learns by an EDNS option how long a connection may be idle: over TCP and TLS (RFC 7828, RFC 7858 §3.4). QUIC
   * and HTTP have their own ways, and the option does not belong there (RFC 9250 §5.5.2).
   */
  readonly usesKeepalive: boolean;
  /** Whether nobody on the way can read what is said, but by its length: replies are padded (RFC 8467). */
  readonly isEncrypted: boolean;
  /** Whether anything can be sent to it. */
  readonly isAnswerable: boolean;
  /** Where it came in, as `listenName` writes it; empty for ourselves. */
  readonly listener: string;
  /** What it calls itself: by the name of the server that it asks for, or by the path; in lower case, `null` for nothing. */
  readonly id: string | null;
  /** The address of this machine that it asks, canonical text; `null` where nobody knows. Whoever makes it says so. */
  asked: string | null = null;
  /** Where its last message has come from; 0 where nobody knows. See `Query.clientPort`. */
  port = 0;
  /** Where its last datagram has come from, where one is listened for at all addresses; `null` elsewhere. */
  peer: Peer | null = null;
  /** Where what becomes of its questions is written down, for whoever wants them explained; others have none. */
  trace: Trace | null = null;
  /** Whose verdicts the next two are; `null` before there are any. Another judge makes them anew. */
  judgedBy: object | null = null;
  /** Whether it may ask at all. */
  isAllowed = false;
  /** Whether it may ask as much as it likes. */
  isExempt = false;
  /** Whose number the group of clients is that it belongs to, and how much was known of it then; see `ClientGroups`. */
  groupedBy: object | null = null;
  /** See `groupedBy`. */
  groupGeneration = 0;
  /** The group, by number; 0 where there are no groups. */
  group = 0;
  /** By what the next is known to hold; see `ClientGroups.usualFor`. */
  usualBy: object | null = null;
  /** What becomes of its queries for names that nobody says anything of; `null` where that takes a closer look. */
  usual: Decision | null = null;
  #octets: Uint8Array<ArrayBuffer> | null | undefined = undefined;
  #host: string | null = null;
  #site: string | null = null;

  /** A client at an IP address, whose port is 0 when `isAnswerable` is false (RFC 768: it expects no reply). */
  constructor(hostname: string, channel: Channel, isAnswerable = true, listener = "", id: string | null = null) {
    this.hostname = hostname;
    this.channel = channel;
    this.channelIndex = CHANNELS.indexOf(channel);
    // Nearly all are told by their text alone: to read it takes longer.
    this.isIpv6 = hostname.includes(":") && (!hostname.startsWith("::ffff:") || this.octets?.length === 16);
    this.isStream = channel !== "udp";
    this.isAddressProven = channel !== "udp";
    this.usesKeepalive = channel === "tcp" || channel === "tls";
    this.isEncrypted = channel !== "udp" && channel !== "tcp";
    this.isAnswerable = isAnswerable;
    this.listener = listener;
    this.id = id;
  }

  /** The octets of its address, those of an IPv4 one also where it comes as IPv6; `null` for what is no address. */
  get octets(): Uint8Array<ArrayBuffer> | null {
    if (this.#octets === undefined) {
      const octets = octetsOf(this.hostname);
      this.#octets = octets === null ? null : unmappedIp(octets);
    }
    return this.#octets;
  }

  /** What is fair counts by this text: it is the same for all addresses that one machine has; see `ONE_CLIENT`. */
  get host(): string {
    return this.#host ??= clientNetwork(this.hostname, ONE_CLIENT);
  }

  /** Rates count by this text: it is the same for all addresses that one site has; see `ONE_SITE`. */
  get network(): string {
    return this.#site ??= clientNetwork(this.hostname, ONE_SITE);
  }
}

/**
 * This program, where it asks by itself: a client among clients, so that it has its fair share of what may be in flight,
 * and no more. What it wants to know must fit into a datagram, as others' answers do.
 */
export const OURSELVES: Client = new Client("0.0.0.0", "udp", false);
/** The same, for what does not fit into a datagram; see `Request.usefulOctetsMax`. */
export const OURSELVES_AT_LENGTH: Client = new Client("0.0.0.0", "tcp", false);
