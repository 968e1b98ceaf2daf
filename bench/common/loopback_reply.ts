import { type EdnsOption, readOpt, writeOpt } from "../../lib/wire/edns/edns.ts";
import { CLASS, EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";

/** What a scripted upstream replies. */
export interface ReplyForm {
  /** RCODE of its replies; with NOERROR (the default) there is an A record. */
  readonly rcode?: number;
  /** Whether there is nothing but TC. Default: no. */
  readonly isTruncated?: boolean;
  /**
   * Whose cookie (RFC 7873) the reply to one with a cookie has: its own, or that of whoever asked first, as from a cache
   * that keeps replies whole. Default: options come back as they are.
   */
  readonly cookieFor?: (name: string) => "own" | "foreign";
}

const TTL_SECONDS = 60;
const ADDRESS = Uint8Array.of(192, 0, 2, 1);
const CLIENT_COOKIE_OCTETS = 8;
const FOREIGN_CLIENT_COOKIE = Uint8Array.fromHex("0011223344556677");
/** Version, reserved, time and hash (RFC 9018 §4); nobody but its server can read it. */
const SERVER_COOKIE = Uint8Array.fromHex("0100000065fb1c1e0123456789abcdef");

/** The reply to `query`, which has one question. */
export function makeReply(query: Uint8Array, form: ReplyForm): Uint8Array<ArrayBuffer> {
  const { rcode = RCODE.NOERROR, isTruncated = false } = form;
  const asked = decode(query);
  const { name } = asked.questions[0]!;
  const hasAnswer = rcode === RCODE.NOERROR && !isTruncated;
  const opts = asked.additionals.filter(({ type }) => type === TYPE.OPT);
  return encode({
    ...asked,
    isResponse: true,
    recursionAvailable: true,
    isTruncated,
    rcode,
    answers: hasAnswer ? [{ name, type: TYPE.A, class: CLASS.IN, ttl: TTL_SECONDS, rdata: ADDRESS }] : [],
    authorities: [],
    additionals: opts.map((opt) => {
      const whose = form.cookieFor?.(nameToText(name).toLowerCase());
      return whose === undefined ? opt : withCookie(opt, whose);
    }),
  });
}

function withCookie(opt: ResourceRecord, whose: "own" | "foreign"): ResourceRecord {
  const edns = readOpt(opt);
  const options = edns.options.map((option): EdnsOption => {
    if (option.code !== EDNS_OPTION.COOKIE) return option;
    const client = whose === "own" ? option.data.subarray(0, CLIENT_COOKIE_OCTETS) : FOREIGN_CLIENT_COOKIE;
    return { code: option.code, data: Uint8Array.of(...client, ...SERVER_COOKIE) };
  });
  return writeOpt({ ...edns, options });
}
