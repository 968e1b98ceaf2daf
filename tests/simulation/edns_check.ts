import { type EdnsOption, readOpt } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";

/**
 * What is wrong with the OPT records that one upstream got, a line each. RFC 6891 §6.1.1: EDNS is hop by hop: one at most, with
 * nothing in it but our own cookie, always the same, or nothing at all for who mixes cookies up.
 *
 * @param isEncrypted Whether it is asked over an encrypted transport, where there is padding in place of cookies.
 * @param lives How often the upstream has been made a stranger of and come back, the beginning included: each time with a
 * cookie of its own.
 */
export function ednsFaults(
  queries: readonly Message[],
  { lives, isEncrypted }: { lives: number; isEncrypted: boolean },
): string[] {
  const cookies = new Set<string>();
  const faults: string[] = [];
  for (const { additionals } of queries) {
    if (additionals.length === 0) continue;
    const [record, ...others] = additionals;
    const { options, version, udpPayloadOctets } = readOpt(record!);
    const isOurs = others.length === 0 && version === 0 && udpPayloadOctets === (isEncrypted ? 4096 : 1232) &&
      (isEncrypted
        ? isPadded(options)
        : options.length <= 1 && options.every(({ code }) => code === EDNS_OPTION.COOKIE));
    const ours = options.filter(({ code }) => code === EDNS_OPTION.COOKIE);
    if (isOurs) { for (const { data } of ours) cookies.add(data.subarray(0, 8).toHex()); }
    else faults.push("an OPT record that is not ours went upstream [6891_06]");
  }
  return cookies.size > lives ? [...faults, "another cookie than ours went upstream [6891_06]"] : faults;
}

/** RFC 8467 §4.1 and RFC 7828 §3.3.1: over TLS padding, and whether connections are kept, but no cookie. */
function isPadded(options: readonly EdnsOption[]): boolean {
  const codes = options.map(({ code }) => code);
  const known: number[] = [EDNS_OPTION.PADDING, EDNS_OPTION.TCP_KEEPALIVE];
  return codes.includes(EDNS_OPTION.PADDING) && new Set(codes).size === codes.length &&
    codes.every((code) => known.includes(code));
}
