import { equals } from "@std/bytes/equals";
import { isTruncated } from "../../response/reply_kind.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { EDNS_OPTION, TYPE } from "../../wire/iana.ts";
import type { Random } from "../../base/random/random.ts";
import { randomizeCase } from "../../upstream/exchange/case_randomization.ts";
import type { Heard, Reply } from "../line/heard.ts";
import type { Line } from "../line/line.ts";
import { asked } from "../line/question.ts";
import { type Finding, finding, UNKNOWN } from "../report.ts";

/** RFC 7873 §4: a client cookie has 8 octets, a server cookie 8 to 32. */
const CLIENT_COOKIE_OCTETS = 8;
const SERVER_COOKIE_OCTETS = { min: 8, max: 32 };

/** Whether it speaks EDNS, and which size it takes. */
export function judgeEdns({ edns }: Reply): Finding {
  if (edns === null) {
    return finding("bad", "no", "no EDNS: no DNSSEC, no reasons for errors, long replies over TCP alone");
  }
  return finding("good", `${edns.udpPayloadOctets}`);
}

/** Whether it answers over TCP. */
export function judgeTcp(heard: Heard): Finding {
  if (heard.kind === "reply") return finding("good", `${heard.tookMs.toFixed(0)} ms`);
  return finding("bad", "no", `no TCP (${heard.text}): replies that do not fit into a datagram are lost`);
}

/** Whether it gives cookies (RFC 7873). */
export async function tryCookie(line: Line, name: string, random: Random): Promise<Finding> {
  const cookie = new Uint8Array(CLIENT_COOKIE_OCTETS);
  for (let i = 0; i < cookie.length; i++) cookie[i] = random.below(256);
  const heard = await line.ask(asked(name, { cookie }));
  if (heard.kind !== "reply") return UNKNOWN;
  const option = heard.edns?.options.find(({ code }) => code === EDNS_OPTION.COOKIE);
  if (option === undefined) return finding("fair", "no");
  const { data } = option;
  const serverOctets = data.length - CLIENT_COOKIE_OCTETS;
  if (!equals(data.subarray(0, CLIENT_COOKIE_OCTETS), cookie)) {
    return finding("bad", "wrong", "it answers with somebody else's cookie: its replies count as forged");
  }
  const isWhole = serverOctets >= SERVER_COOKIE_OCTETS.min && serverOctets <= SERVER_COOKIE_OCTETS.max;
  return isWhole ? finding("good", "yes") : finding("fair", "no", `its cookie has ${serverOctets} octets, not 8 to 32`);
}

/** Whether the question comes back in the letter case in which it was put. */
export async function tryLetterCase(line: Line, name: string, random: Random): Promise<Finding> {
  const question = asked(name, { name: mixed(name, random) });
  const heard = await line.ask(question);
  if (heard.kind !== "reply" || heard.message.questions.length === 0) return UNKNOWN;
  const echoed = heard.octets.subarray(HEADER_OCTETS, HEADER_OCTETS + question.name.length);
  if (equals(echoed, question.name)) return finding("good", "kept");
  return finding(
    "bad",
    "changed",
    "letter case is not kept: replies are easier to forge, and each odd one is asked again",
  );
}

/** Whether there are IPv6 addresses in its answers. */
export async function tryIpv6(line: Line, names: readonly string[]): Promise<Finding> {
  let answers = 0;
  for (const name of names) {
    const heard = await line.ask(asked(name, { type: TYPE.AAAA }));
    if (heard.kind !== "reply") continue;
    answers++;
    if (heard.message.answers.some(({ type }) => type === TYPE.AAAA)) return finding("good", "yes");
    if (isTruncated(heard.octets)) return UNKNOWN;
  }
  return answers === 0 ? UNKNOWN : finding("fair", "none", "no IPv6 address in any answer: it may leave them out");
}

/** In random letter case, at least one letter in another one. */
function mixed(name: string, random: Random): Uint8Array<ArrayBuffer> {
  const plain = asked(name).name;
  for (let tries = 0; tries < 16; tries++) {
    // Type and class are no letters.
    const spelled = randomizeCase(Uint8Array.from([...plain, 0, 0, 0, 0]), random).slice(0, plain.length);
    if (!equals(spelled, plain)) return spelled;
  }
  return plain;
}
