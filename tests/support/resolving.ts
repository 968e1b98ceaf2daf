import { QuestionHash } from "../../lib/names/question_hash.ts";
import { SeededRandom } from "./seeded_random.ts";
import { Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { Reply, SOURCE } from "../../lib/resolver/reply.ts";
import type { Resolver } from "../../lib/resolver/resolver.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { udp } from "./fake_socket.ts";
import { response, wire } from "./messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Where queries come from in tests of one layer, and who asks them. */
export const CLIENT_ADDRESS = udp("198.51.100.7", 40_000);
export const CLIENT = new Client(CLIENT_ADDRESS.hostname, "udp");

/** A client's query out of its message; RD is set unless `fields` says otherwise. */
export function clientQuery(fields: Partial<Message>, deadlineMs = 2000): Query {
  return rawQuery(wire({ id: 0x4321, recursionDesired: true, ...fields }), deadlineMs);
}

/** A client's query out of octets. */
export function rawQuery(octets: Uint8Array<ArrayBuffer>, deadlineMs = 2000): Query {
  return new Query({ wire: octets, client: CLIENT, deadlineMs });
}

/** The good response to a query, with its question. */
export function responseTo(query: Query, fields: Partial<Message> = {}): Octets {
  return response({ questions: decode(query.wire).questions, ...fields });
}

/** What a resolver of a test says: its octets will do. */
export type Said = Octets | Reply;

/** A resolver that answers as the test says, and keeps what it was asked. */
export class StubResolver implements Resolver {
  readonly queries: Query[] = [];
  readonly #answer: (query: Query) => Said | Promise<Said>;

  constructor(answer: (query: Query) => Said | Promise<Said> = (query) => responseTo(query)) {
    this.#answer = answer;
  }

  resolve(query: Query): Reply | Promise<Reply> {
    this.queries.push(query);
    const said = this.#answer(query);
    return said instanceof Promise ? said.then((later) => replyOf(query, later)) : replyOf(query, said);
  }
}

function replyOf(query: Query, said: Said): Reply {
  return said instanceof Reply ? said : query.reply.give(said, SOURCE.upstream);
}

/** What a program finds questions by. */
export function questionHash(): QuestionHash {
  return new QuestionHash(new SeededRandom(1));
}
