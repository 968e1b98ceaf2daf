// A plain listener, over UDP and TCP, whose proxies change while it serves.

import { assertEquals, assertRejects } from "@std/assert";
import { App } from "../../lib/app/app.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { parseListen } from "../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../lib/system/deno_runtime.ts";
import { freeAddress } from "../../bench/common/free_address.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { question, wire } from "../support/messages.ts";
import { proxyHeader } from "../support/proxy_headers.ts";
import { TcpClient } from "./tcp_client.ts";
import { UdpClient } from "./udp_client.ts";

const PROXIED = "?proxy-protocol=127.0.0.0/8";

/** The program at one address, and clients of it. */
class Rig implements AsyncDisposable {
  readonly address = freeAddress();
  readonly lines: string[] = [];
  readonly #config: FullConfig;
  readonly #app: App;

  constructor() {
    this.#config = { ...DEFAULTS, listen: this.#listen(""), logLevel: "warn" };
    this.#app = new App(this.#config, denoRuntime({}, (line) => void this.lines.push(line)));
  }

  /** Reloads with this behind the address. */
  use(query: string): void {
    this.#app.prepare({ ...this.#config, listen: this.#listen(query) }).commit();
  }

  async askOverUdp(): Promise<number> {
    using client = new UdpClient(this.address);
    return decode(await client.ask(query())).rcode;
  }

  /** Asks on a connection of its own, behind what a proxy says of `client`; `null`: says nothing. */
  async askOverTcp(client: string | null): Promise<number> {
    using connection = await TcpClient.connect(this.address);
    if (client !== null) await connection.send(proxyHeader(client, 40_000));
    return decode(await connection.ask(query())).rcode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.stop();
  }

  #listen(query: string) {
    return [parseListen(`127.0.0.1:${this.address.port}${query}`, 53)];
  }
}

/** Without an upstream the program has an address for every name. */
function query() {
  return wire({ recursionDesired: true, questions: [question("a.example. IN A")] });
}

Deno.test("a reload gives a plain listener proxies, and takes them away again; who asks over UDP notices nothing", async () => {
  await using rig = new Rig();
  const client = new UdpClient(rig.address);
  using kept = await TcpClient.connect(rig.address);
  const overUdp = async () => decode(await client.ask(query())).rcode;
  assertEquals([await overUdp(), decode(await kept.ask(query())).rcode], [RCODE.NOERROR, RCODE.NOERROR]);
  for (let i = 0; i < 2; i++) {
    rig.use(PROXIED);
    assertEquals(await overUdp(), RCODE.NOERROR);
    assertEquals(await rig.askOverTcp("192.168.1.7"), RCODE.NOERROR);
    assertEquals(await rig.askOverTcp("203.0.113.7"), RCODE.REFUSED);
    await assertRejects(() => rig.askOverTcp(null));
    rig.use("");
    assertEquals(await overUdp(), RCODE.NOERROR);
    assertEquals(await rig.askOverTcp(null), RCODE.NOERROR);
  }
  assertEquals(rig.lines.filter((line) => line.includes("error")), []);
  client[Symbol.dispose]();
});

Deno.test("a connection that was made before its listener got proxies goes on, and none has to be made anew after that", async () => {
  await using rig = new Rig();
  using kept = await TcpClient.connect(rig.address);
  assertEquals(decode(await kept.ask(query())).rcode, RCODE.NOERROR);
  rig.use(PROXIED);
  rig.use(`${PROXIED}&allow=192.168.0.0/16`);
  rig.use(`${PROXIED}&allow=203.0.113.0/24`);
  assertEquals(await rig.askOverTcp("203.0.113.7"), RCODE.NOERROR);
  assertEquals([await rig.askOverTcp("192.168.1.7"), await rig.askOverUdp()], [RCODE.REFUSED, RCODE.REFUSED]);
  assertEquals(decode(await kept.ask(query())).rcode, RCODE.REFUSED);
  rig.use("");
  assertEquals(decode(await kept.ask(query())).rcode, RCODE.NOERROR);
});
