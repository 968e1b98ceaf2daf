import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TlsError, type TlsSocket } from "../../lib/base/sockets/tls.ts";
import { tcp } from "./fake_socket.ts";
import { peerCertificate } from "./fake_tls.ts";
import { FakeWorld } from "./fake_world.ts";
import { type Handshake, playHandshake, PUBLIC_AUTHORITY } from "./host_tls.ts";
import { testCertificates } from "./test_certificates.ts";

const { authority, server, otherName } = await testCertificates();
const CLIENT = { serverName: "dns.example.org", alpn: ["dot"], ca: null, identity: null };
const REMOTE = tcp("203.0.113.53", 853);

function worldOf() {
  const world = new FakeWorld({ epochStartSeconds: Math.floor(Date.now() / 1000) });
  const ours = world.network.addHost("192.0.2.53");
  const theirs = world.network.addHost(REMOTE.hostname);
  return { world, ours, theirs };
}

/** What comes of a handshake with a server that does this. */
async function shake(handshake: Handshake, { signal = new AbortController().signal } = {}): Promise<TlsSocket> {
  const { world, ours, theirs } = worldOf();
  theirs.listenStream(REMOTE).onConnection = (stream) => playHandshake(stream, () => handshake, () => {});
  const connecting = ours.connectTls(REMOTE, CLIENT, signal);
  connecting.catch(() => {});
  await world.time.settle();
  return await connecting;
}

const shown = (fields: Parameters<typeof peerCertificate>[0]) => ({
  alpn: "dot",
  certificates: [peerCertificate({ issuer: PUBLIC_AUTHORITY, ...fields })],
});

Deno.test("a fake handshake says who is there, and why not to believe it, as the system does", async () => {
  const good = await shake(shown({}));
  assertEquals([good.chainError, good.alpn, good.peerCertificates.length], [null, "dot", 1]);
  assertMatch(`${(await shake(shown({ validToS: 1_600_000_000 }))).chainError}`, /has expired on 2020/);
  assertMatch(`${(await shake(shown({ validFromS: 2_200_000_000 }))).chainError}`, /not valid before 2039/);
  assertMatch(`${(await shake(shown({ issuer: "dns.example.org" }))).chainError}`, /signed by itself/);
  assertMatch(`${(await shake(shown({ issuer: "Somebody" }))).chainError}`, /not known here, Somebody/);
});

Deno.test("a fake handshake fails as real ones do: with an alert, nonsense, a reset, or when it is given up", async () => {
  await assertRejects(() => shake({ alert: "handshake failure" }), TlsError, "refuses: handshake failure");
  await assertRejects(() => shake("nonsense"), TlsError, "does not speak TLS");
  await assertRejects(() => shake("reset"), Error, "reset");
  const abort = new AbortController();
  const { world, ours, theirs } = worldOf();
  theirs.listenStream(REMOTE).onConnection = (stream) => playHandshake(stream, () => "silence", () => {});
  const silent = ours.connectTls(REMOTE, CLIENT, abort.signal);
  silent.catch(() => {});
  await world.time.pass(1000);
  abort.abort(new Error("Enough"));
  await assertRejects(() => silent, Error, "Enough");
  await world.time.settle();
  assertEquals([ours.openStreams.length, theirs.openStreams.length], [0, 0]);
});

Deno.test("a fake listener takes clients after a round trip more, shows what fits, and cuts off who says nothing", async () => {
  const { world, ours, theirs } = worldOf();
  const options = { identities: [server, otherName], alpn: ["dot"], clientCa: null, proxyNetworks: null };
  const listener = theirs.listenTls(REMOTE, { ...options, handshakeMs: 1000 });
  const client = { ...CLIENT, ca: authority.certificate, serverName: "other.example.org" };
  const connecting = ours.connectTls(REMOTE, client, new AbortController().signal);
  const connectingSilent = ours.connectStream(REMOTE, new AbortController().signal);
  const accepted = listener.accept();
  await world.time.pass(10);
  const [mine, yours] = [await connecting, await accepted];
  assertEquals([mine.chainError, mine.peerCertificates[0]!.names], [null, ["other.example.org"]]);
  assertEquals([yours.serverName, yours.alpn], ["other.example.org", "dot"]);
  const silent = await connectingSilent;
  await world.time.pass(2000);
  await assertRejects(() => silent.read(new Uint8Array(1)), Error, "reset");
  silent.close();
  mine.close();
  yours.close();
  listener.close();
});
