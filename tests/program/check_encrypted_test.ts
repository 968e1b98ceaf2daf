import { assertEquals, assertMatch } from "@std/assert";
import { checkEncrypted } from "../../lib/program/check/check_encrypted.ts";
import { isSecure } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { peerCertificate } from "../support/fake_tls.ts";
import { settled } from "../support/fake_time.ts";
import { question, record } from "../support/messages.ts";
import { fakeRuntime, streamResponseTo } from "../support/upstream_rig.ts";

const NAME = question("example.org").name;

function start(text: string) {
  const world = fakeRuntime();
  Object.assign(world.runtime.wallClock, { epochSeconds: () => Date.UTC(2026, 10, 30) / 1000 });
  const endpoint = parseEndpoint(text, 53);
  if (!isSecure(endpoint)) throw new Error(text);
  return { ...world, check: () => checkEncrypted({ endpoint, name: NAME }, world.runtime) };
}

Deno.test("checkEncrypted() tells what an encrypted server answers, and leaves nothing behind", async () => {
  const { network, time, check } = start("tls://dns.example.org?ip=203.0.113.53");
  const checked = check();
  await settled();
  const [stream] = network.tlsStreams;
  stream!.deliverMessages(streamResponseTo(stream!, { answers: [record("example.org 60 IN A 192.0.2.1")] }));
  assertEquals(await checked, {
    health: "well",
    text: "tls://dns.example.org:853: example.org. IN A: NOERROR in 0.0 ms: example.org. 60 IN A 192.0.2.1",
  });
  assertEquals([stream!.isClosed, time.armedCount], [true, 0]);
});

Deno.test("checkEncrypted() finds a server unwell that refuses, cannot be reached, or is somebody else", async () => {
  const refusing = start("tls://dns.example.org?ip=203.0.113.53");
  const refused = refusing.check();
  await settled();
  const [stream] = refusing.network.tlsStreams;
  stream!.deliverMessages(streamResponseTo(stream!, { rcode: RCODE.REFUSED }));
  assertEquals((await refused).text, "tls://dns.example.org:853: example.org. IN A: REFUSED in 0.0 ms");
  const closed = start("tls://dns.example.org?ip=203.0.113.53");
  closed.network.dial = () => Promise.reject(new Error("Connection refused"));
  assertEquals(await closed.check(), {
    health: "unwell",
    text: "tls://dns.example.org:853: example.org. IN A: Connection refused",
  });
  const other = start("tls://dns.example.org?ip=203.0.113.53");
  other.network.shown = () => ({ peerCertificates: [peerCertificate({ names: ["other.example"], addresses: [] })] });
  const { health, text } = await other.check();
  assertEquals(health, "unwell");
  assertMatch(text, /IN A: its certificate is for other\.example, not for dns\.example\.org$/);
  assertEquals(other.network.streams.flatMap(({ writes }) => writes), []);
});
