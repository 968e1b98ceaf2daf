import { deliver } from "../../../base/deferred.ts";
import type {
  HttpExchange,
  HttpExchanges,
  HttpServerConnection,
  HttpVersion,
} from "../../../base/http/http_exchange.ts";
import type { StreamSocket } from "../../../base/sockets/stream_socket.ts";
import { Alarm, type DeadlineQueue } from "../../../base/time/deadline_queue.ts";
import type { FairShare } from "../../../base/time/fair_share.ts";
import type { Counters } from "../../../observe/counters.ts";
import type { Services } from "../../../observe/services.ts";
import type { Client } from "../../../resolver/client.ts";
import { Reply } from "../../../resolver/reply.ts";
import { MESSAGE_OCTETS_MAX } from "../../../wire/header.ts";
import { idleTimeoutMs, QUERIES_PER_CONNECTION_MAX } from "../../limits.ts";
import type { Server } from "../../server.ts";
import type { Accepted, Session } from "../stream/session.ts";
import type { StreamAccount } from "../stream/stream_account.ts";
import { answerFields, refusalFields } from "./answer_fields.ts";
import type { DohClients } from "./doh_clients.ts";
import { CONTENT_TIMEOUT_MS, HTTP_LIMITS } from "./doh_limits.ts";
import { freshnessSeconds } from "./freshness.ts";
import { Outgoing } from "./outgoing.ts";
import { readRequest } from "./read_request.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a session is made from. */
export interface DohSessionOptions
  extends Accepted<StreamSocket>, Pick<Services, "clock" | "deadlines" | "share" | "counters"> {
  /** What answers the queries. */
  readonly server: Server;
  /** Speaks HTTP. */
  readonly http: Pick<HttpExchanges, "serve">;
  /** What both sides have agreed on; `null`: the first octets tell. */
  readonly version: HttpVersion | null;
  /** Who asks. */
  readonly clients: DohClients;
}

/** A question that could not be answered yet, for want of room for the answer. */
interface Postponed {
  readonly exchange: HttpExchange;
  readonly message: Octets;
  readonly client: Client;
}

/**
 * One client's connection over HTTP (RFC 8484), or a proxy's with many of them. What is known at once is answered at once, and
 * leaves together. While too much waits or is worked on, nothing is read; what was worked on counts, whether somebody waits for it
 * or has reset its stream. Replies that have no room are made again later, as `StreamSession` does.
 */
export class DohSession implements Session {
  readonly #client: Client;
  readonly #server: Server;
  readonly #account: StreamAccount;
  readonly #clients: DohClients;
  readonly #share: FairShare;
  readonly #clock: Services["clock"];
  readonly #deadlines: DeadlineQueue;
  readonly #counters: Counters;
  readonly #connection: HttpServerConnection;
  readonly #idle = new Alarm(() => this.#onIdle());
  readonly #outgoing: Outgoing;
  readonly #postponed: Postponed[] = [];
  readonly #ended = Promise.withResolvers<void>();
  /** Queries that the server has not answered yet. */
  #atWork = 0;
  #change: PromiseWithResolvers<void> | null = null;
  #isClosed = false;

  /** See {@linkcode DohSessionOptions}. */
  constructor({ socket, client, account, server, http, version, clients, ...services }: DohSessionOptions) {
    this.#client = client;
    this.#server = server;
    this.#account = account;
    this.#clients = clients;
    this.#share = services.share;
    this.#clock = services.clock;
    this.#deadlines = services.deadlines;
    this.#counters = services.counters;
    const timeoutMs = idleTimeoutMs(client);
    this.#outgoing = new Outgoing({ ...services, account, timeoutMs, onStall: () => this.close() });
    this.#connection = http.serve(socket, {
      version,
      limits: HTTP_LIMITS,
      gate: () => this.#gate(),
      onRequest: (exchange) => this.#onRequest(exchange),
      onSent: () => this.#onSent(),
      onEnd: () => this.#onEnd(),
    });
    this.#rearmIdle();
  }

  /** See `Session`. */
  run(): Promise<void> {
    return this.#ended.promise;
  }

  /** See `Session`: says that no more is taken (GOAWAY), answers what was, and closes. */
  stop(): Promise<void> {
    this.#drain();
    return this.#ended.promise;
  }

  /** See `Session`. */
  close(): void {
    this.#connection.close();
  }

  /** See `Session`. */
  get idleSinceMs(): number {
    return this.#account.octets > 0 ? Infinity : this.#idle.dueMs - idleTimeoutMs(this.#client);
  }

  #onEnd(): void {
    this.#isClosed = true;
    this.#deadlines.cancel(this.#idle);
    this.#outgoing.close();
    this.#postponed.length = 0;
    this.#account.clear();
    this.#changed();
    this.#ended.resolve();
  }

  /** Not reading is how a connection says "slower". */
  #gate(): Promise<void> | null {
    if (this.#isClosed) return null;
    if (this.#share.isUsedUp) return this.#share.nextTurn();
    const hasRoom = this.#postponed.length === 0 && this.#atWork < QUERIES_PER_CONNECTION_MAX &&
      this.#account.hasRoomFor(0);
    return hasRoom ? null : (this.#change ??= Promise.withResolvers<void>()).promise;
  }

  #onRequest(exchange: HttpExchange): void {
    this.#rearmIdle();
    const client = this.#clients.find(exchange, this.#client);
    const asked = client === null ? 404 : readRequest(exchange);
    if (client !== null && asked instanceof Uint8Array) return this.#ask(exchange, asked, client, false);
    // Content is read in any case: a client that is still sending some may not look at an answer.
    const alarm = new Alarm(() => this.#refuse(exchange, 408));
    this.#deadlines.schedule(alarm, this.#clock.nowMs() + CONTENT_TIMEOUT_MS);
    exchange.readContent(MESSAGE_OCTETS_MAX, (content) => {
      this.#deadlines.cancel(alarm);
      if (typeof asked === "number") return this.#refuse(exchange, asked);
      if (content === null) return this.#refuse(exchange, 413);
      this.#ask(exchange, content, client!, false);
    });
  }

  #refuse(exchange: HttpExchange, status: number): void {
    this.#counters.httpRefused++;
    this.#share.spend(0);
    exchange.respond(status, refusalFields(status), null);
    this.#hold();
  }

  #ask(exchange: HttpExchange, message: Octets, client: Client, isAgain: boolean): void {
    const reply = this.#server.handle(message, client);
    // What is no query at all: RFC 8484 §4.2.1 leaves that to HTTP.
    if (reply === null) return this.#refuse(exchange, 400);
    if (reply instanceof Reply) return this.#answer(exchange, reply.octets);
    this.#atWork++;
    this.#account.hold(message.length);
    deliver(reply, {
      arrived: (answer) => this.#onAnswer({ exchange, message, client }, answer.octets, isAgain),
      failed: () => this.#onAnswer({ exchange, message, client }, null, isAgain),
    });
  }

  #onAnswer(asked: Postponed, reply: Octets | null, isAgain: boolean): void {
    this.#atWork--;
    if (this.#isClosed) return;
    this.#account.release(asked.message.length);
    const { exchange } = asked;
    if (reply === null) this.#refuse(exchange, 500);
    else if (isAgain || exchange.isGone || this.#outgoing.octets === 0 || this.#account.hasRoomFor(reply.length)) {
      this.#answer(exchange, reply);
    } else this.#postpone(asked);
    this.#goOn();
  }

  #answer(exchange: HttpExchange, reply: Octets): void {
    this.#share.spend(reply.length);
    if (exchange.isGone) return;
    this.#counters.replied++;
    exchange.respond(200, answerFields(freshnessSeconds(reply)), reply);
    this.#hold();
  }

  #postpone(asked: Postponed): void {
    this.#counters.postponed++;
    this.#account.hold(asked.message.length);
    this.#postponed.push(asked);
  }

  #onSent(): void {
    // An answer to PING is no sign of life, or a connection could be kept for nothing.
    if (this.#hold() < 0) this.#rearmIdle();
    this.#goOn();
  }

  /** Returns how many octets of answers wait more than before. */
  #hold(): number {
    return this.#isClosed ? 0 : this.#outgoing.note(this.#connection);
  }

  /** Something has been answered, or has left. */
  #goOn(): void {
    if (this.#postponed.length > 0 && this.#atWork === 0 && this.#outgoing.octets === 0) void this.#askAgain();
    this.#changed();
  }

  async #askAgain(): Promise<void> {
    const { exchange, message, client } = this.#postponed.shift()!;
    // From now on it is at work: nobody else is asked meanwhile.
    this.#atWork++;
    if (this.#share.isUsedUp) await this.#share.nextTurn();
    this.#atWork--;
    if (this.#isClosed) return;
    this.#account.release(message.length);
    // It was counted when it came.
    this.#counters.received--;
    this.#ask(exchange, message, client, true);
    this.#goOn();
  }

  #changed(): void {
    this.#change?.resolve();
    this.#change = null;
  }

  #onIdle(): void {
    if (this.#atWork > 0 || this.#postponed.length > 0) return this.#rearmIdle();
    // The client learns that it may ask again elsewhere, should a request be on its way.
    this.#drain();
  }

  #drain(): void {
    this.#connection.drain();
    this.#hold();
  }

  #rearmIdle(): void {
    this.#deadlines.cancel(this.#idle);
    if (this.#isClosed) return;
    this.#deadlines.schedule(this.#idle, this.#clock.nowMs() + idleTimeoutMs(this.#client));
  }
}
