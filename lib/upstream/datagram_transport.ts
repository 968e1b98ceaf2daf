import type { SocketAddress } from "../base/address.ts";
import type { Counters } from "../observe/counters.ts";
import { EDE } from "../wire/iana.ts";
import type { CookieJar } from "./cookie_jar.ts";
import type { Transport } from "./dialogue.ts";
import type { Request } from "./request.ts";
import type { SocketPool } from "./socket_pool.ts";
import { UpstreamError } from "./upstream_error.ts";
import type { UpstreamSocket } from "./upstream_socket.ts";

/** What a transport is made from. */
export interface DatagramTransportOptions {
  /** Replies with a wrong cookie do not count. */
  readonly cookies?: CookieJar;
  /** The sockets to ask from. */
  readonly sockets: SocketPool;
  /** Where the server is asked. */
  readonly address: SocketAddress;
  /** The upstream's name in messages. */
  readonly name: string;
  /** Where it is counted. */
  readonly counters: Counters;
}

/** Asks one upstream over UDP, each time from a random socket of the pool. */
export class DatagramTransport implements Transport {
  readonly #options: DatagramTransportOptions;

  /** See {@linkcode DatagramTransportOptions}. */
  constructor(options: DatagramTransportOptions) {
    this.#options = options;
  }

  /** See `Transport`. */
  async exchange(
    query: Uint8Array<ArrayBuffer>,
    request: Request,
    onWrongCase?: () => void,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { address, name, counters, cookies } = this.#options;
    const { deadlineMs } = request;
    const socket = this.#pick(request.lastSocket);
    request.lastSocket = socket;
    const pending = socket.correlator.register({
      peer: address,
      query,
      deadlineMs,
      ...(onWrongCase === undefined ? {} : { onWrongCase }),
      ...(cookies === undefined ? {} : { isGenuine: (reply, scan) => cookies.isGenuine(reply, scan) }),
      expired: () => new UpstreamError(`No reply from ${name} in time`, EDE.NO_REACHABLE_AUTHORITY),
    });
    // A reply may overtake the news that its query has been sent.
    const sent = socket.send(query, address).then(() => pending.reply, (cause) => {
      counters.upstreamUnsendable++;
      pending.cancel();
      throw new UpstreamError(`Cannot send to ${name}`, EDE.NETWORK_ERROR, { cause });
    });
    return await Promise.race([pending.reply, sent]);
  }

  #pick(other: UpstreamSocket | undefined): UpstreamSocket {
    const { sockets, name } = this.#options;
    try {
      return sockets.pick(other);
    } catch (cause) {
      throw new UpstreamError(`No socket to ask ${name} from`, EDE.NETWORK_ERROR, { cause });
    }
  }
}
