import type { StreamSocket } from "../../base/runtime.ts";
import { writeAll } from "../../base/net/byte_stream.ts";

const CHUNK_OCTETS = 16 * 1024;
const USER = "relay";

/**
 * Lets `fetch` use a connection that is there already: a proxy (SOCKS 5, RFC 1928) at a port of the loopback, for one connection,
 * which leads to the one given and nowhere else. Whoever else comes there does not know the password (RFC 1929).
 *
 * Deno's `fetch` finds addresses by itself, and can be told none. Node's client can; but its sockets (2.9.5) go on reading when
 * nobody takes what they have read, so that a large file stands in memory as a whole.
 */
export class Relay {
  readonly #upstream: StreamSocket;
  readonly #listener: Deno.TcpListener;
  readonly #password: string;
  #client: Deno.TcpConn | null = null;

  /** Leads to `upstream`, and closes it in the end. */
  constructor(upstream: StreamSocket) {
    this.#upstream = upstream;
    this.#password = crypto.randomUUID();
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    void this.#serve();
  }

  /** For `Deno.createHttpClient`. */
  get proxy(): Deno.Proxy {
    const { port } = this.#listener.addr;
    // socks5h: whoever uses it leaves the name to the proxy, and looks for no address.
    return { transport: "socks5", url: `socks5h://${USER}:${this.#password}@127.0.0.1:${port}` };
  }

  /** Ends both connections. */
  close(): void {
    for (const end of [this.#listener, this.#client, this.#upstream]) {
      try {
        end?.close();
      } catch {
        // It is closed.
      }
    }
  }

  async #serve(): Promise<void> {
    try {
      this.#client = await this.#accept();
      this.#listener.close();
      await Promise.all([this.#bringBack(this.#client), pump(this.#client, this.#upstream)]);
    } catch {
      // Whoever uses it learns it from the end of the connection.
    } finally {
      this.close();
    }
  }

  /** What has been written before the end arrives before the end; then it is `fetch` that closes. */
  async #bringBack(client: Deno.TcpConn): Promise<void> {
    await pump(this.#upstream, client);
    await client.closeWrite();
  }

  async #accept(): Promise<Deno.TcpConn> {
    for (;;) {
      const client = await this.#listener.accept();
      try {
        await this.#greet(client);
        return client;
      } catch {
        client.close();
      }
    }
  }

  async #greet(client: Deno.TcpConn): Promise<void> {
    const say = (...octets: number[]) => writeAll(client, Uint8Array.from(octets));
    // Version and methods: those it knows are of no interest, it is told to use a password.
    const [, methodCount] = await readExactly(client, 2);
    await readExactly(client, methodCount!);
    await say(5, 2);
    const [, userLength] = await readExactly(client, 2);
    await readExactly(client, userLength!);
    const [passwordLength] = await readExactly(client, 1);
    const password = new TextDecoder().decode(await readExactly(client, passwordLength!));
    if (password !== this.#password) throw new Error("Somebody else");
    await say(1, 0);
    // CONNECT to a name (3), an IPv4 address (1) or an IPv6 address (4); whichever it is, there is one way.
    const [, , , kind] = await readExactly(client, 4);
    const addressLength = kind === 3 ? (await readExactly(client, 1))[0]! : kind === 1 ? 4 : 16;
    await readExactly(client, addressLength + 2);
    await say(5, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  }
}

async function readExactly(from: Pick<StreamSocket, "read">, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const octets = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await from.read(octets.subarray(at));
    if (count === null) throw new Error("Nothing more comes");
    at += count;
  }
  return octets;
}

/** Brings over what comes, until nothing more does. No more is taken than can be given on. */
async function pump(from: Pick<StreamSocket, "read">, to: Pick<StreamSocket, "write">): Promise<void> {
  const buffer = new Uint8Array(CHUNK_OCTETS);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) break;
    await writeAll(to, buffer.subarray(0, count));
  }
}
