import type { SocketAddress } from "../../base/net/address.ts";
import { EDE } from "../../wire/iana.ts";
import { putId } from "../../wire/header.ts";
import type { CookieJar } from "../exchange/cookie_jar.ts";
import type { AskedServer, Doubts } from "../matching/registration.ts";
import { isEdnsRejection, isTruncated } from "../../response/reply_kind.ts";
import type { Request } from "../request.ts";
import { DeferredResponse } from "../matching/deferred_response.ts";
import type { Response } from "../../response/response.ts";
import type { SocketPool } from "./socket_pool.ts";
import { TRAITS, type Transport, type TransportTraits } from "../transport.ts";
import { type ForgeryError, MissingCookieError, TooLateError, UpstreamError } from "../upstream_error.ts";
import type { UpstreamSocket } from "./upstream_socket.ts";
import type { Services } from "../../observe/services.ts";

/** What a transport is made from. */
export interface DatagramTransportOptions extends Pick<Services, "counters"> {
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
      expired: () => new UpstreamError(`No reply from ${name} in time`, EDE.NO_REACHABLE_AUTHORITY),
      notSent: (cause) => {
        counters.upstreamUnsendable++;
        return new UpstreamError(`Cannot send to ${name}`, EDE.NETWORK_ERROR, { cause });
      },
    };
  }

  /** See `Transport`. */
  exchange(
    query: Uint8Array<ArrayBuffer>,
    question: Uint8Array<ArrayBuffer>,
    request: Request,
    doubts: Doubts | null = null,
  ): PromiseLike<Response> {
    const { cookies, name } = this.#options;
    if (request.isClosed) return Promise.reject(new TooLateError(name));
    let socket: UpstreamSocket;
    try {
      socket = this.#pick(request);
    } catch (error) {
      return Promise.reject(error);
    }
    request.lastSocket = socket;
    request.wantsFreshSocket = false;
    const { deadlineMs, owner } = request;
    const pending = socket.correlator.register(this.#server, question, deadlineMs, owner, doubts);
    putId(query, pending.id);
    // Others of its burst may fail, and be written anew where this one is: it is not to be looked at any more.
    socket.send(query, pending);
    // Without a cookie in the query there can be none in the reply.
    if (!cookies?.knowsServerCookie || !doubts?.mindsCookie) return pending.reply;
    const checked = new CookieCheck((response) => this.#lacksCookie(response));
    pending.reply.deliverTo(checked);
    return checked;
  }

  /** What is wrong with a reply that lacks the cookie that its server knows. */
  #lacksCookie(response: Response): ForgeryError | null {
    const { cookies, counters, name } = this.#options;
    // What is truncated goes over TCP anyhow.
    if (isTruncated(response.octets) || !cookies?.isMissingFrom(response)) return null;
    counters.upstreamNoCookie++;
    return new MissingCookieError(name, { isRejection: isEdnsRejection(response.octets) });
  }

  #pick({ lastSocket, wantsFreshSocket }: Request): UpstreamSocket {
    const { sockets, name } = this.#options;
    try {
      return sockets.pick(lastSocket, wantsFreshSocket);
    } catch (cause) {
      throw new UpstreamError(`No socket to ask ${name} from`, EDE.NETWORK_ERROR, { cause });
    }
  }
}

/** A reply, unless there is something wrong with it. */
class CookieCheck extends DeferredResponse {
  readonly #fault: (response: Response) => ForgeryError | null;

  constructor(fault: (response: Response) => ForgeryError | null) {
    super();
    this.#fault = fault;
  }

  override arrived(response: Response): void {
    const fault = this.#fault(response);
    if (fault === null) super.arrived(response);
    else this.failed(fault);
  }
}
