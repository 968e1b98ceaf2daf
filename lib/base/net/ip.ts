/** The octets of an IPv4 (4) or IPv6 (16) address written as text, or `null` when `text` is neither. No zone (`%eth0`). */
export function parseIp(text: string): Uint8Array<ArrayBuffer> | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/** Canonical text of an address of 4 or 16 octets: dotted decimal, or RFC 5952 (lower case, longest zero run as `::`). */
export function formatIp(octets: Uint8Array): string {
  return octets.length === 4 ? octets.join(".") : formatIpv6(octets);
}

/** The 32 bits of an IPv4 address as a number. */
export function ipv4Word(octets: Uint8Array): number {
  return ((octets[0]! << 24) | (octets[1]! << 16) | (octets[2]! << 8) | octets[3]!) >>> 0;
}

function parseIpv4(text: string): Uint8Array<ArrayBuffer> | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  const octets = new Uint8Array(4);
  for (const [i, part] of parts.entries()) {
    // No leading zeros: "010" is 8 to some readers and 10 to others.
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    octets[i] = Number(part);
  }
  return octets;
}

function parseIpv6(text: string): Uint8Array<ArrayBuffer> | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = parseHextets(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseHextets(halves[1]!, true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const hextets = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return Uint8Array.from(hextets.flatMap((hextet) => [hextet >> 8, hextet & 0xff]));
}

/** The 16-bit groups of one side of `::`; an IPv4 address may stand for the address's last two (RFC 4291 §2.2, form 3). */
function parseHextets(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const groups = text.split(":");
  const hextets: number[] = [];
  for (const [i, group] of groups.entries()) {
    const ipv4 = isEnd && i === groups.length - 1 && group.includes(".") ? parseIpv4(group) : null;
    if (ipv4 !== null) hextets.push((ipv4[0]! << 8) | ipv4[1]!, (ipv4[2]! << 8) | ipv4[3]!);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) hextets.push(parseInt(group, 16));
    else return null;
  }
  return hextets;
}

function formatIpv6(octets: Uint8Array): string {
  const hextets = Array.from({ length: 8 }, (_, i) => (octets[2 * i]! << 8) | octets[2 * i + 1]!);
  // RFC 5952 §5: an address known to carry an IPv4 one is written mixed; ::ffff:0:0/96 is the case sockets show us.
  if (hextets.slice(0, 5).every((hextet) => hextet === 0) && hextets[5] === 0xffff) {
    return `::ffff:${octets.subarray(12).join(".")}`;
  }
  const zeros = longestZeroRun(hextets);
  const toText = (part: number[]) => part.map((hextet) => hextet.toString(16)).join(":");
  // RFC 5952 §4.2.2: "::" must not stand for a single group.
  if (zeros.length < 2) return toText(hextets);
  return `${toText(hextets.slice(0, zeros.start))}::${toText(hextets.slice(zeros.start + zeros.length))}`;
}

function longestZeroRun(hextets: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= hextets.length; i++) {
    if (hextets[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
