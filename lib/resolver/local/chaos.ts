import { CLASS, EDE, RCODE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { isSameName, type Name, nameFromText } from "../../wire/name.ts";
import { localReply } from "./local_reply.ts";
import { ownReply } from "../own_reply.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** RFC 4892 §2: names of the class CHAOS under which a server tells who it is; BIND's names beside the neutral ones. */
const SERVER_NAMES: readonly Name[] = ["id.server", "hostname.bind"].map(nameFromText);
const VERSION_NAMES: readonly Name[] = ["version.server", "version.bind"].map(nameFromText);

/** What the resolver is made from. */
export interface ChaosOptions {
  /** Gets all other questions. */
  readonly next: Resolver;
  /** What the server calls itself, at most 255 octets of UTF-8; `null` tells nothing. */
  readonly serverId: string | null;
  /** The program and its version, likewise. */
  readonly version: string;
}

/**
 * Answers the questions of class CHAOS that are meant for the server that is asked: who it is and what it runs. Refuses
 * them unless it has been given a name, as they help attackers to choose; forwarding them would tell of another server.
 */
export class Chaos implements Resolver {
  readonly #options: ChaosOptions;

  /** Answers as `options` say. */
  constructor(options: ChaosOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    if (query.qclass !== CLASS.CH) return this.#options.next.resolve(query);
    const { name, type } = decodeQuestions(query.wire)[0]!;
    const text = this.#textAt(name);
    if (text === undefined) return this.#options.next.resolve(query);
    if (text === null) {
      query.reply.extendedErrors.push({ infoCode: EDE.PROHIBITED, text: "This server does not tell" });
      return ownReply(query, { rcode: RCODE.REFUSED, withQuestion: true, source: SOURCE.policy });
    }
    if (type !== TYPE.TXT && type !== TYPE.ANY) return localReply(query, {});
    // RFC 4892 §3: it must be asked for each time, for it may be another server's turn to answer.
    const answer = { name, type: TYPE.TXT, class: CLASS.CH, ttl: 0, rdata: characterString(text) };
    return localReply(query, { answers: [answer] });
  }

  /** What stands at a name: `null` when it is not told, `undefined` when the name is none of ours. */
  #textAt(name: Name): string | null | undefined {
    const { serverId, version } = this.#options;
    if (SERVER_NAMES.some((known) => isSameName(known, name))) return serverId;
    if (VERSION_NAMES.some((known) => isSameName(known, name))) return serverId === null ? null : version;
    return undefined;
  }
}

function characterString(text: string): Uint8Array<ArrayBuffer> {
  const octets = new TextEncoder().encode(text);
  const rdata = new Uint8Array(1 + octets.length);
  rdata[0] = octets.length;
  rdata.set(octets, 1);
  return rdata;
}
