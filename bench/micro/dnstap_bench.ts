/**
 * What it takes to tell of messages by dnstap, without a kernel: two frames for each hit, four for an answer that is not known,
 * `deno bench --no-prompt bench/micro/dnstap_bench.ts`.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { App } from "../../lib/app/app.ts";
import type { ByteStream } from "../../lib/base/net/byte_stream.ts";
import { parseCommand } from "../../lib/config/flags/cli.ts";
import { denoRuntime } from "../../lib/system/deno_runtime.ts";
import { Dnstap } from "../../lib/telemetry/dnstap/dnstap.ts";
import { MESSAGE_TYPE, MessageFrame } from "../../lib/telemetry/dnstap/message_frame.ts";
import type { ClientLevel } from "../../lib/telemetry/privacy/levels.ts";
import { controlFrame } from "../../lib/telemetry/dnstap/control_frames.ts";
import { udp } from "../../tests/support/fake_socket.ts";
import { question, wire } from "../../tests/support/messages.ts";
import { InstantNetwork } from "./instant_network.ts";

/** Queries that wait at the same time. */
const TOGETHER = 50;

const clients = Array.from({ length: TOGETHER }, (_, i) => udp("127.0.0.1", 40_000 + i));
const queries = clients.map(() =>
  wire({ recursionDesired: true, questions: [question("name000000.bench.example.org")] })
);

/** Somebody who takes all that is written, at once. */
function swallow(): ByteStream {
  const accept = controlFrame(1, "protobuf:dnstap.Dnstap");
  let hasAccepted = false;
  return {
    read: (buffer) => {
      if (hasAccepted) return new Promise(() => {});
      hasAccepted = true;
      buffer.set(accept);
      return Promise.resolve(accept.length);
    },
    write: (octets) => Promise.resolve(octets.length),
    close: () => {},
  };
}

/** A program that answers, and tells of it as far as it may; `null`: of nothing. */
function serving(level: ClientLevel | null) {
  const network = new InstantNetwork();
  const command = parseCommand(["--listen", "127.0.0.1:5300", "--resolver", "192.0.2.53", "--log-level", "error"]);
  if (command.kind !== "serve") throw new Error("it is to serve");
  const runtime = denoRuntime({}, (line) => console.error(line));
  const app = new App(command.config, { ...runtime, network });
  if (level !== null) {
    const dnstap = new Dnstap({
      connect: () => Promise.resolve(swallow()),
      to: "nowhere",
      identity: "ns1",
      version: "1",
      privacy: { clients: level, names: "full", ignore: [], hiddenGroups: [] },
      hiddenGroups: [],
      clock: app.taps.clock,
      runtime,
      log: { info: () => {}, warn: (line) => console.error(line) },
    });
    const sink = { name: "dnstap", recordCount: 0, droppedCount: 0 };
    app.taps.show({ clients: dnstap.clients, upstreams: dnstap.upstreams, sink });
  }
  let serial = 0;
  const ask = async (from: number): Promise<void> => {
    const expected = network.replyCount + TOGETHER;
    queries.forEach((query, i) => writeNumber(query, from + i));
    network.clients!.deliver(queries.map((query, i) => [query, clients[i]!]));
    while (network.replyCount < expected) await null;
  };
  return { hits: () => ask(0), cold: () => ask(serial += TOGETHER) };
}

function writeNumber(query: Uint8Array, number: number): void {
  for (let i = 22; i > 16; i--, number = Math.floor(number / 10)) query[i] = 0x30 + number % 10;
}

for (
  const [what, level] of [["nobody is told", null], ["dnstap", "full"], ["dnstap, networks alone", "network"]] as const
) {
  const program = serving(level);
  await program.hits();
  Deno.bench({ name: `${TOGETHER} hits, ${what}`, group: "hits", fn: program.hits });
  Deno.bench({ name: `${TOGETHER} cold answers, ${what}`, group: "cold", fn: program.cold });
}

const frame = new MessageFrame("ns1", "dns-forwarder 0.1.0");
const message = new Uint8Array(60);
const address = Uint8Array.of(127, 0, 0, 1);
const buffer = new Uint8Array(1000);
Object.assign(frame, { type: MESSAGE_TYPE.clientQuery, protocol: 1, message, messageOctets: message.length });
Object.assign(frame, { queryAddress: address, responseAddress: address, queryPort: 40_000, responsePort: 53 });
Object.assign(frame.queryAt, { seconds: 1_800_000_000, nanoseconds: 123_456_789 });
Deno.bench({ name: "a frame with a message of 60 octets", group: "frame", fn: () => void frame.putInto(buffer, 0) });
