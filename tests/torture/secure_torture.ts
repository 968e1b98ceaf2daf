import { assertEquals } from "@std/assert";
import { App } from "../../lib/app/app.ts";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { parseListen } from "../../lib/server/listen/listen.ts";
import { denoRuntime } from "../../lib/system/deno_runtime.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { decode } from "../../lib/wire/message.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { UdpClient } from "../end_to_end/udp_client.ts";
import { lines } from "../support/messages.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { testCertificates } from "../support/test_certificates.ts";
import { LyingUpstream, SENSIBLE_ANSWER, SENSIBLE_QUERY } from "./lying_upstream.ts";
import { h1Attack, h2Attack, handshakeAttack, runOctets } from "./secure_attacks.ts";
import { streamAttack } from "./stream_attacks.ts";
import { assertLetsGo, memory, type TortureReport } from "./torture.ts";

/** Connections at a time; less than one client may have. */
const BATCH = 40;
const TIMEOUT_MS = 300;
const LISTENERS = ["127.0.0.1:0", "tls://127.0.0.1:0", "https://127.0.0.1:0", "http://127.0.0.1:0"];

/** How the program is reached. */
type Door = () => Promise<Deno.Conn>;

/**
 * Opens `connections` hostile connections to the real program, over TLS, HTTPS and HTTP, while its upstream misbehaves as
 * well, and asks something sensible over all of them from time to time.
 *
 * @throws {Error} when the program stops answering, breaks, or keeps what it should let go.
 */
export async function secureTorture(
  { seed, connections }: { seed: number; connections: number },
): Promise<Omit<TortureReport, "packets" | "replies">> {
  const random = new SeededRandom(seed);
  const { server, authority } = await testCertificates();
  await using upstream = new LyingUpstream(random.fork("replies"));
  const config: FullConfig = {
    ...DEFAULTS,
    listen: LISTENERS.map((text) => parseListen(text, 53)),
    upstreams: [parseEndpoint(formatSocketAddress(upstream.address), 53)],
    timeoutMs: TIMEOUT_MS,
    // Small enough to be full soon: from then on memory has to be flat.
    cacheSizeMib: 2,
    logLevel: "error",
  };
  const told: string[] = [];
  const material = { identities: [server], authorities: {} };
  const app = new App(config, denoRuntime({}, (line) => told.push(line)), undefined, material);
  const at = (index: number): SocketAddress => app.served[index]!.address;
  const [plain, tls, https, http] = [at(0), at(1), at(2), at(3)] as const;
  const clientHello = await firstOctets(authority.certificate);
  const overTls = (port: number, alpn: string): Door => () =>
    Deno.connectTls({ hostname: "127.0.0.1", port, caCerts: [authority.certificate], alpnProtocols: [alpn] });
  const over = ({ hostname, port }: SocketAddress): Door => () => Deno.connect({ hostname, port });
  const attack = (): Promise<void> => {
    switch (random.pickWeighted({ handshake: 3, dot: 3, h2: 4, h1: 2, clear: 2 })) {
      case "handshake":
        return runOctets(over(random.chance(0.5) ? tls : https), handshakeAttack(random, clientHello));
      case "dot":
        return streamAttack(random).run(overTls(tls.port, "dot"));
      case "h2":
        return runOctets(overTls(https.port, "h2"), h2Attack(random));
      case "h1":
        return runOctets(overTls(https.port, "http/1.1"), h1Attack(random));
      default:
        return runOctets(over(http), random.chance(0.5) ? h2Attack(random) : h1Attack(random));
    }
  };
  using client = Deno.createHttpClient({ caCerts: [authority.certificate], poolMaxIdlePerHost: 0 });
  let early: ReturnType<typeof memory> | undefined;
  let sent = 0;
  try {
    while (sent < connections) {
      const count = Math.min(BATCH, connections - sent);
      await Promise.all(Array.from({ length: count }, attack));
      sent += count;
      await assertAnswersAll();
      if (early === undefined && sent >= connections / 5) early = memory();
    }
    await assertLetsGo({ app });
  } finally {
    await app.stop();
  }
  return { connections: sent, memory: [early!, memory()] };

  async function assertAnswersAll(): Promise<void> {
    using datagrams = new UdpClient(plain);
    const answers = async (reply: Uint8Array, how: string) =>
      assertEquals(lines(decode(await reply).answers), SENSIBLE_ANSWER, `Not the answer over ${how}`);
    await answers(await datagrams.ask(SENSIBLE_QUERY), "UDP");
    await answers(await askOn(await overTls(tls.port, "dot")()), "TLS");
    for (const url of [`https://127.0.0.1:${https.port}`, `http://127.0.0.1:${http.port}`]) {
      const headers = { "content-type": "application/dns-message" };
      const reply = await fetch(`${url}/dns-query`, { client, method: "POST", body: SENSIBLE_QUERY, headers });
      await answers(new Uint8Array(await reply.arrayBuffer()), url);
    }
    assertEquals(app.counters.broken, 0, `The program broke: ${told.join("\n")}`);
  }
}

async function askOn(connection: Deno.Conn): Promise<Uint8Array> {
  using _ = connection;
  await connection.write(toFrame(SENSIBLE_QUERY));
  const frames = new StreamFrames();
  for (let reply = frames.take();; reply = frames.take()) {
    if (reply !== null) return reply;
    const count = await connection.read(frames.space());
    if (count === null) throw new Error("The program has closed");
    frames.filled(count);
  }
}

/** What a client says first. */
async function firstOctets(ca: string): Promise<Uint8Array<ArrayBuffer>> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const options = { hostname: "127.0.0.1", port, caCerts: [ca], alpnProtocols: ["dot"] };
  const [client, connection] = await Promise.all([Deno.connectTls(options), listener.accept()]);
  using _ = connection;
  // It waits for an answer in vain.
  const shaking = client.handshake().catch(() => {});
  const buffer = new Uint8Array(16_384);
  const count = await connection.read(buffer);
  client.close();
  await shaking;
  return buffer.slice(0, count!);
}
