import { DatagramSlot, SLOT_OCTETS } from "./datagram_slot.ts";
import { C, CMSGHDR, CONTROL_OCTETS, IN6_PKTINFO, IN_PKTINFO, SOCKADDR } from "./kernel/layout.ts";
import type { Libc } from "./kernel/libc.ts";
import {
  controlLengthWord,
  controlWord,
  lengthWord,
  MessageHeaders,
  nameLengthWord,
  nameWord,
} from "./kernel/message_headers.ts";
import { INTERFACE_WORD, LOCAL_WORD, NAME_WORDS, type NativePeer, PEER_WORDS } from "./kernel/native_peer.ts";
import { PeerCache } from "./peer_cache.ts";
import { familyOf } from "./kernel/sockaddr.ts";
import { Zones } from "./kernel/zones.ts";

/** Slots kept for the next burst when what was taken out comes back; more are left to the garbage collector. */
const SPARE_MAX = 256;

/** Where `recvmmsg` puts datagrams, and who sent them. */
export class ReceiveRing {
  /** Datagrams that one call takes at most. */
  readonly size: number;
  readonly #libc: Libc;
  readonly #messages: MessageHeaders;
  readonly #slots: DatagramSlot[];
  readonly #spare: DatagramSlot[] = [];
  readonly #peers: PeerCache;
  readonly #key = new Uint32Array(PEER_WORDS);
  /** So many words of it may not be zero. */
  #keyCount = 0;
  /** Headers in which the kernel has written since they were made ready. */
  #usedCount: number;

  /** Room for `size` datagrams. */
  constructor(libc: Libc, size: number) {
    this.size = size;
    this.#libc = libc;
    this.#peers = new PeerCache(new Zones(libc));
    this.#messages = new MessageHeaders(size);
    this.#slots = Array.from({ length: size }, () => new DatagramSlot(this));
    this.#usedCount = size;
    for (const [i, slot] of this.#slots.entries()) this.#messages.point(i, slot.memory, SLOT_OCTETS);
  }

  /**
   * Takes up to `count` datagrams that have come already, at most `size`. Returns how many; -1 when the kernel has none
   * or fails, and `errno` says which.
   */
  receive(fd: number, count: number): number {
    // hot path
    const { octets, words } = this.#messages.headers;
    for (let i = 0; i < this.#usedCount; i++) {
      // The kernel has overwritten the room that there is by the room that it took.
      words[nameLengthWord(i)] = SOCKADDR.ipv6Size;
      words[controlLengthWord(i)] = CONTROL_OCTETS;
    }
    const received = this.#libc.recvmmsg(fd, octets, count, C.MSG_DONTWAIT, null);
    // A call that fails may have begun with the first.
    this.#usedCount = received > 0 ? received : 1;
    return received;
  }

  /** Datagram `i` of the last `receive`: a view of its slot. What is longer than `SLOT_OCTETS` has been cut there. */
  datagram(i: number): Uint8Array<ArrayBuffer> {
    // hot path
    return this.#slots[i]!.view(this.#messages.headers.words[lengthWord(i)]!);
  }

  /** Who sent datagram `i`. */
  peer(i: number): NativePeer {
    // hot path
    const key = this.#key;
    const names = this.#messages.names.words;
    const at = nameWord(i);
    // The kernel writes no more than the address needs; behind a short one there is what was there before.
    const end = familyOf(names[at]!) === C.AF_INET ? 2 : NAME_WORDS;
    const hasLocal = this.#messages.headers.words[controlLengthWord(i)] !== 0;
    // All of them each time took 20 ns more.
    const count = hasLocal ? PEER_WORDS : end;
    for (let word = 0; word < end; word++) key[word] = names[at + word]!;
    for (let word = end; word < this.#keyCount; word++) key[word] = 0;
    this.#keyCount = count;
    if (hasLocal) this.#readLocal(i, key);
    return this.#peers.find(key, count);
  }

  /** Takes the slot of datagram `i` out: its octets stay until what this returns is called. Another takes its place. */
  keep(i: number): () => void {
    // hot path
    const slot = this.#slots[i]!;
    const other = this.#spare.pop() ?? new DatagramSlot(this);
    this.#slots[i] = other;
    this.#messages.point(i, other.memory, SLOT_OCTETS);
    return slot.giveBack;
  }

  /** @internal A slot that was taken out is free again. */
  takeBack(slot: DatagramSlot): void {
    // hot path
    if (this.#spare.length < SPARE_MAX) this.#spare.push(slot);
  }

  /** Whether the kernel's pointers still lead here. */
  get hasStayed(): boolean {
    return this.#messages.hasStayed && this.#slots.every(({ memory }) => memory.hasStayed);
  }

  /** The local address to which datagram `i` was sent, if the kernel says it (ip(7) IP_PKTINFO, RFC 3542 §6.1). */
  #readLocal(i: number, key: Uint32Array): void {
    const { words } = this.#messages.controls;
    const at = controlWord(i);
    const level = words[at + CMSGHDR.level / 4]!;
    const type = words[at + CMSGHDR.type / 4]!;
    const data = at + CMSGHDR.data / 4;
    if (level === C.SOL_IP && type === C.IP_PKTINFO) key[LOCAL_WORD] = words[data + IN_PKTINFO.local / 4]!;
    if (level !== C.SOL_IPV6 || type !== C.IPV6_PKTINFO) return;
    const firstOctet = words[data]! & 0xff;
    // RFC 4291 §2.7: a multicast address is the source of nothing.
    if (firstOctet === 0xff) return;
    for (let word = 0; word < 4; word++) key[LOCAL_WORD + word] = words[data + word]!;
    // A link-local address (fe80::/10) means nothing without its link; the others are routed as usual.
    if (firstOctet === 0xfe) key[INTERFACE_WORD] = words[data + IN6_PKTINFO.interfaceIndex / 4]!;
  }
}
