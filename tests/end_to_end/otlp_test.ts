// A collector of OpenTelemetry on a real socket, and the program that tells it numbers and traces.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { lines, question, wire } from "../support/messages.ts";
import { readMetrics, readSpans } from "../support/otlp.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

/** Numbers and traces come within seconds. */
const PATIENCE_MS = 30_000;
const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const CAN_WRITE = Deno.permissions.querySync({ name: "write" }).state === "granted";

/** What was posted. */
interface Posted {
  readonly path: string;
  readonly key: string | null;
  readonly octets: Uint8Array<ArrayBuffer>;
}

/** A collector, and a folder with a configuration that names it. */
class Rig implements AsyncDisposable {
  readonly upstream = new UdpServer(({ octets }) => courseResolver(octets));
  readonly folder = Deno.makeTempDirSync({ prefix: "dns-forwarder-otlp-" });
  readonly posted: Posted[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #heard = Promise.withResolvers<void>();

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const octets = new Uint8Array(await request.arrayBuffer());
      this.posted.push({ path: new URL(request.url).pathname, key: request.headers.get("x-key"), octets });
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
      return new Response(new Uint8Array(0));
    });
    Deno.writeTextFileSync(`${this.folder}/headers`, "X-Key: secret\n");
  }

  /** The program, once it serves. */
  async serve(more: string, ...permissions: string[]): Promise<ChildProgram> {
    const { port } = this.#server.addr;
    Deno.writeTextFileSync(
      `${this.folder}/config.toml`,
      `[server]
listen = ["127.0.0.1:0"]
${more}
[upstreams.default]
servers = ["${formatSocketAddress(this.upstream.address)}"]
[local.addresses]
"collector.home.arpa" = "127.0.0.1"
[otlp]
endpoint = "http://collector.home.arpa:${port}"
sample = 1
headers-file = "${this.folder}/headers"
`,
    );
    const args = ["run", "--no-prompt", "--allow-net", "--allow-read", ...permissions, `${ROOT}/main.ts`];
    const child = new ChildProgram([Deno.execPath(), ...args, "--config", `${this.folder}/config.toml`]);
    // From then on whatever is asked is traced.
    await child.line(/otlp: numbers and traces go to/);
    return child;
  }

  /** What was posted there first. */
  async at(path: string): Promise<Posted> {
    const late = Promise.withResolvers<never>();
    const impatient = setTimeout(() => late.reject(new Error(`Nothing comes to ${path}`)), PATIENCE_MS);
    try {
      for (;;) {
        const found = this.posted.find((posted) => posted.path === path);
        if (found !== undefined) return found;
        await Promise.race([this.#heard.promise, late.promise]);
      }
    } finally {
      clearTimeout(impatient);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await this.upstream[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function test(name: string, fn: (rig: Rig) => Promise<void>, isIgnored = false): void {
  Deno.test({
    name: `${name} (needs --allow-run, --allow-read and --allow-write)`,
    ignore: !CAN_RUN || !CAN_WRITE || isIgnored,
    fn: async () => {
      await using rig = new Rig();
      await fn(rig);
    },
  });
}

async function ask(child: ChildProgram, name: string): Promise<string[]> {
  using client = new UdpClient(await child.address());
  const query = wire({ id: 0x1234, recursionDesired: true, questions: [question(name)] });
  return lines(decode(await client.ask(query)).answers);
}

test("a collector gets numbers and traces, found by a name that is known here, without the right to read variables", async (rig) => {
  await using child = await rig.serve("");
  for (let i = 0; i < 2; i++) {
    assertEquals(await ask(child, "codecrafters.io"), ["codecrafters.io. 3600 IN A 76.76.21.21"]);
  }
  const traces = await rig.at("/v1/traces");
  assertEquals(traces.key, "secret");
  const [root, ...spans] = readSpans(traces.octets);
  assertEquals(root!.attributes["dns.question.name"], "codecrafters.io");
  assertEquals(root!.attributes["client.address"], "127.0.0.0/24");
  assert(spans.some(({ name }) => name === "asked"));
  child.signal("SIGTERM");
  const { exitCode } = await child.end();
  assertEquals(exitCode, 0);
  const { resource, metrics } = readMetrics((await rig.at("/v1/metrics")).octets);
  assertEquals(resource["service.name"], "dns-forwarder");
  const sum = (name: string) => {
    const { points } = metrics.find((metric) => metric.name === `dns_forwarder_${name}`)!;
    return points.reduce((total, { value, count }) => total + (value ?? count), 0);
  };
  assertEquals([sum("queries_total"), sum("responses_total"), sum("response_duration_seconds")], [2, 2, 2]);
});

test("workers' traces reach a collector, each with the number of its worker", async (rig) => {
  await using child = await rig.serve(
    "workers = 2",
    "--allow-ffi",
    "--allow-run",
    "--allow-sys=osUptime,inspector",
  );
  await child.line(/2 workers serve/);
  // Each of a name of its own: workers hear of it one after the other that traces are wanted.
  for (let i = 0; i < 64; i++) await ask(child, `n${i}.codecrafters.io`);
  const spans = readSpans((await rig.at("/v1/traces")).octets).filter(({ parentId }) => parentId === "");
  assert(spans.length > 0);
  for (const { attributes } of spans) assertMatch(`${attributes["dns_forwarder.worker"]}`, /^[12]$/);
}, !CAN_CALL);
