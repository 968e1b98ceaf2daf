import type { SocketAddress } from "../../base/net/address.ts";
import { EDE } from "../../wire/iana.ts";
import { putId } from "../../wire/header.ts";
import type { CookieJar } from "../exchange/cookie_jar.ts";
import type { AwaitedQuery } from "../matching/awaited_query.ts";
import type { AskedServer } from "../matching/registration.ts";
import { isEdnsRejection, isTruncated } from "../../response/reply_kind.ts";
import type { Request } from "../request.ts";
import type { Response } from "../../response/response.ts";
import type { SocketPool } from "./socket_pool.ts";
import { TRAITS, type Transport, type TransportTraits } from "../transport.ts";
import { type ForgeryError, MissingCookieError, TooLateError, UpstreamError } from "../upstream_error.ts";
import type { UpstreamSocket } from "./upstream_socket.ts";
import type { Services } from "../../observe/services.ts";

/** What a transport is made from. */
export interface DatagramTransportOptions extends Pick<Services, "counters" | "taps"> {
  /** Replies with a wrong cookie do not count. */
  readonly cookies?: CookieJar;
  /** The sockets to ask from. */
  readonly sockets: SocketPool;
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** The upstream's name in messages. */
  readonly name: string;
}

/** Asks one upstream over UDP, each time from a random socket of the pool. */
export class DatagramTransport implements Transport {
  /** See `Transport`. */
  readonly traits: TransportTraits = TRAITS.udp;
  readonly #options: DatagramTransportOptions;
  readonly #server: AskedServer;

  /** See {@linkcode DatagramTransportOptions}. */
  constructor(options: DatagramTransportOptions) {
    const { address, cookies, name, counters } = options;
    this.#options = options;
    this.#server = {
      address,
      isGenuine: cookies && ((response) => cookies.isGenuine(response)),
      faultOf: (response) => this.#lacksCookie(response),
      expired: () => new UpstreamError(`No reply from ${name} in time`, EDE.NO_REACHABLE_AUTHORITY),
      notSent: (cause) => {
        counters.upstreamUnsendable++;
        return new UpstreamError(`Cannot send to ${name}`, EDE.NETWORK_ERROR, { cause });
      },
    };
  }

  /** See `Transport`. */
  send(octets: Uint8Array<ArrayBuffer>, query: AwaitedQuery, request: Request): void {
    // hot path
    const { cookies, name, taps } = this.#options;
    if (request.isClosed) return query.failed(new TooLateError(name));
    const socket = this.#pick(request, query);
    if (socket === null) return;
    request.lastSocket = socket;
    request.wantsFreshSocket = false;
    // Without a cookie in the query there can be none in the reply.
    query.expectsCookie = query.mindsCookie && cookies !== undefined && cookies.knowsServerCookie;
    socket.correlator.register(query, this.#server, request.deadlineMs, request.owner);
    putId(octets, query.id);
    query.passage = taps.sent(octets, "udp", query.id, query.peer, socket.address);
    // Others of its burst may fail, and be written anew where this one is: it is not to be looked at any more.
    socket.send(octets, query);
  }

  /** What is wrong with a reply that lacks the cookie that its server knows. */
  #lacksCookie(response: Response): ForgeryError | null {
    const { cookies, counters, name } = this.#options;
    // What is truncated goes over TCP anyhow.
    if (isTruncated(response.octets) || !cookies?.isMissingFrom(response)) return null;
    counters.upstreamNoCookie++;
    return new MissingCookieError(name, { isRejection: isEdnsRejection(response.octets) });
  }

  /** A socket to send from. Without one the query fails. */
  #pick({ lastSocket, wantsFreshSocket }: Request, query: AwaitedQuery): UpstreamSocket | null {
    const { sockets, name } = this.#options;
    try {
      return sockets.pick(lastSocket, wantsFreshSocket);
    } catch (cause) {
      query.failed(new UpstreamError(`No socket to ask ${name} from`, EDE.NETWORK_ERROR, { cause }));
      return null;
    }
  }
}
