import type { RandomSource } from "../../base/runtime.ts";
import type { Client } from "../../resolver/client.ts";
import type { Query } from "../../resolver/query.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { foldCase, type Name, NAME_OCTETS_MAX, nameFromText } from "../../wire/name.ts";
import { MessageScan, OPT_FAULT, SCAN } from "../../wire/scan.ts";
import { DailyPseudonyms } from "../privacy/daily_pseudonyms.ts";
import type { PrivacySettings } from "../privacy/levels.ts";
import { isBelowAny } from "../privacy/name_parts.ts";
import { CLIENT_OCTETS_MAX, tellClient } from "../privacy/told_client.ts";
import type { MessageFrame } from "./message_frame.ts";

/** RFC 6666: addresses that nobody has. The first 8 octets; a pseudonym has as many. */
const DISCARD_PREFIX = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
/** OPT without options: root, type, class, TTL, RDLENGTH (RFC 6891 §6.1.2). */
const BARE_OPT_OCTETS = 11;
const RDLENGTH_AT = 9;

/**
 * What of messages may be told (see `PrivacySettings`). As they are, they name whom they ask for: where names are not told whole,
 * no message is. Their EDNS options may name the client, too (RFC 7871, and cookies, which it keeps for longer than its address):
 * where its address is not told, these are left out. A network is told as its first address, a pseudonym as one that nobody has.
 */
export class ToldMessages {
  readonly #settings: PrivacySettings;
  readonly #pseudonyms: DailyPseudonyms;
  readonly #hiddenGroups: ReadonlySet<number>;
  readonly #ignored: readonly Name[];
  readonly #name = new Uint8Array(NAME_OCTETS_MAX);
  readonly #told = new Uint8Array(CLIENT_OCTETS_MAX);
  readonly #ipv4 = new Uint8Array(4);
  readonly #ipv6 = new Uint8Array(16);
  readonly #scan = new MessageScan();

  /** `hiddenGroups` are the numbers of those of the settings; keys of pseudonyms are drawn from `random`. */
  constructor(settings: PrivacySettings, hiddenGroups: readonly number[], random: RandomSource) {
    this.#settings = settings;
    this.#hiddenGroups = new Set(hiddenGroups);
    this.#ignored = settings.ignore.map((name) => foldCase(nameFromText(name)));
    this.#pseudonyms = new DailyPseudonyms(random);
  }

  /** Whether something may be told of who asks. */
  tellsOf(client: Client): boolean {
    // hot path
    return this.#hiddenGroups.size === 0 || !this.#hiddenGroups.has(client.group);
  }

  /** Whether something may be told of a message, by its question: of several, and of what cannot be read, nobody knows. */
  tellsQuestion(message: Uint8Array<ArrayBuffer>, questionCount: number): boolean {
    // hot path
    if (this.#ignored.length === 0) return true;
    if (questionCount !== 1) return questionCount === 0;
    const length = this.#readName(message);
    return length > 0 && !isBelowAny(this.#name, length, this.#ignored);
  }

  /** Puts what may be told of a client's address into `frame`. */
  putClient(frame: MessageFrame, { octets }: Client, port: number, timeMs: number): void {
    // hot path
    const { clients } = this.#settings;
    frame.queryPort = clients === "none" ? 0 : port;
    frame.queryAddress = octets === null || clients === "full" ? octets : this.#toldAddress(octets, timeMs);
    frame.isIpv6 = (frame.queryAddress ?? octets)?.length === 16;
  }

  /** Puts what may be told of a client's query into `frame`. */
  putQuery(frame: MessageFrame, { wire, scan }: Query): void {
    // hot path
    this.putMessage(frame, wire);
    this.#leaveOutOptions(frame, scan);
  }

  /** Puts what may be told of a reply to a client into `frame`. Of what may stand there, cookies alone are about the client. */
  putReply(frame: MessageFrame, { reply: { octets, options } }: Query): void {
    // hot path
    this.putMessage(frame, octets);
    if (options.length === 0 || this.#settings.clients === "full") return;
    this.#scan.scan(octets);
    this.#leaveOutOptions(frame, this.#scan);
  }

  /** Puts a message that knows nothing of clients into `frame`, if messages may be told. */
  putMessage(frame: MessageFrame, message: Uint8Array): void {
    // hot path
    frame.message = message;
    frame.messageOctets = this.#settings.names === "full" ? message.length : 0;
    frame.zerosAt = -1;
  }

  /** Where nobody can say which octets these are, the whole message is left out. */
  #leaveOutOptions(frame: MessageFrame, scan: MessageScan): void {
    // hot path
    if (this.#settings.clients === "full" || frame.messageOctets === 0) return;
    const { optOffset, optEnd, end } = scan;
    const isReadable = scan.status === SCAN.ok && end === frame.messageOctets;
    if (isReadable && !scan.hasOpt) return;
    const isLast = isReadable && optEnd === end && scan.optFault === OPT_FAULT.none;
    frame.messageOctets = isLast ? optOffset + BARE_OPT_OCTETS : 0;
    frame.zerosAt = isLast ? optOffset + RDLENGTH_AT : -1;
  }

  #toldAddress(address: Uint8Array, timeMs: number): Uint8Array | null {
    // hot path
    const told = this.#told;
    told.fill(0);
    for (let i = 0; i < address.length; i++) told[i] = address[i]!;
    const length = tellClient(told, address.length, timeMs, this.#settings.clients, this.#pseudonyms);
    if (length === 0) return null;
    const isPseudonym = this.#settings.clients === "pseudonym";
    const place = address.length === 4 && !isPseudonym ? this.#ipv4 : this.#ipv6;
    if (isPseudonym) place.set(DISCARD_PREFIX);
    const start = isPseudonym ? DISCARD_PREFIX.length : 0;
    for (let i = start; i < place.length; i++) place[i] = i - start < length ? told[i - start]! : 0;
    return place;
  }

  /** The name of the first question, in lower case. Returns its length; 0 when it cannot be read. */
  #readName(message: Uint8Array): number {
    // hot path
    const name = this.#name;
    for (let at = 0; at < NAME_OCTETS_MAX;) {
      const labelOctets = message[HEADER_OCTETS + at]!;
      name[at++] = labelOctets;
      if (labelOctets === 0) return at;
      if (labelOctets > 63 || at + labelOctets >= NAME_OCTETS_MAX) return 0;
      for (let i = 0; i < labelOctets; i++, at++) name[at] = lowerCase(message[HEADER_OCTETS + at]!);
    }
    return 0;
  }
}

function lowerCase(octet: number): number {
  // hot path
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}
