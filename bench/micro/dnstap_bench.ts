/**
 * What it takes to tell of a client's question and its reply by dnstap, two frames, without writing them:
 * `deno bench --no-prompt bench/micro/dnstap_bench.ts`.
 *
 * @module
 */
import { Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { ClientTap } from "../../lib/telemetry/dnstap/client_tap.ts";
import { DayTime } from "../../lib/telemetry/dnstap/day_time.ts";
import { FrameBuffers } from "../../lib/telemetry/dnstap/frame_buffers.ts";
import { MessageFrame } from "../../lib/telemetry/dnstap/message_frame.ts";
import { ToldMessages } from "../../lib/telemetry/dnstap/told_messages.ts";
import { opt, question, wire } from "../../tests/support/messages.ts";

const MESSAGE = wire({ questions: [question("name000000.bench.example.org")], additionals: [opt()] });

for (const clients of ["full", "network"] as const) {
  // Whoever reads takes all, at once.
  const buffers = new FrameBuffers((isFull) => {
    for (let full = isFull ? buffers.take() : null; full !== null; full = buffers.take()) {
      full.start = full.end;
      buffers.giveBack(full);
    }
  });
  const clock = { nowMs: () => 0 };
  const privacy = { clients, names: "full", ignore: [], hiddenGroups: [] } as const;
  const tap = new ClientTap({
    buffers,
    frame: new MessageFrame("ns1", "dns-forwarder 0.1.0"),
    time: new DayTime(clock, { epochSeconds: () => 1_800_000_000 }),
    told: new ToldMessages(privacy, [], { fill: (octets) => void octets.fill(1) }),
  });
  const client = new Client("192.0.2.7", "udp", true, "127.0.0.1:53");
  const query = new Query({ wire: MESSAGE, client, deadlineMs: 0 });
  query.clientPort = 40_000;
  query.reply.octets = MESSAGE;
  Deno.bench(`two frames, clients = "${clients}"`, () => tap.answered(query, query.reply, 5000, 0));
}
