/** What a DHCP server has given to a client. */
export interface Lease {
  /** 4 or 16 octets. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** What the client calls itself, as it came; `null` if it does not. */
  readonly hostname: string | null;
  /** `aa:bb:cc:dd:ee:ff`; `null` if it is not known. */
  readonly mac: string | null;
  /** Seconds since 1970 after which it does not hold; 0 for never. */
  readonly endSeconds: number;
  /** Of two leases the one with the larger number is newer: when it began, or else when it ends. */
  readonly newness: number;
  /** Whether it holds: one that has been given back is told by the last that is said of its address. */
  readonly isActive: boolean;
}

/** Who is told of what is read. */
export interface LeaseSink {
  /** A lease; of several for an address the last one counts. */
  lease(lease: Lease): void;
  /** A line that says nothing that can be used. */
  bad(lineNumber: number): void;
}

/** Reads the text of a lease file. A generator: whoever serves meanwhile goes on with it in a turn of its own. */
export type ReadLeases = (text: string, sink: LeaseSink) => Generator<void>;

/** So many lines are read in one go: some milliseconds. */
const LINES_OF_A_TURN = 1000;
/** Longer lines are none of a DHCP server's. */
const LINE_CHARACTERS_MAX = 4096;

/** Each line of a text with its number, from 1, to `take`; whether it can be used is what that returns. */
export function* eachLine(text: string, sink: LeaseSink, take: (line: string) => boolean): Generator<void> {
  for (let start = 0, number = 1; start < text.length; number++) {
    const feed = text.indexOf("\n", start);
    const end = feed === -1 ? text.length : feed;
    const isGood = end - start <= LINE_CHARACTERS_MAX && take(text.slice(start, end).trim());
    if (!isGood) sink.bad(number);
    start = end + 1;
    if (number % LINES_OF_A_TURN === 0) yield;
  }
}

const PLAIN_MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;

/** `aa:bb:cc:dd:ee:ff` out of what servers write: with colons or hyphens, the kind of hardware in front; `null` if it is none. */
export function macOf(text: string): string | null {
  if (PLAIN_MAC.test(text)) return text;
  const octets = /^(?:[0-9a-f]{2}-(?=[0-9a-f]{2}:))?([0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5})$/i.exec(text)?.[1] ??
    /^[0-9a-f]{12}$/i.exec(text)?.[0].replaceAll(/..(?!$)/g, "$&:");
  return octets?.toLowerCase().split(/[:-]/).map((octet) => octet.padStart(2, "0")).join(":") ?? null;
}
