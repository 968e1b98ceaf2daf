import { concat } from "@std/bytes/concat";
import { octetsOf } from "../../../lib/base/net/zone.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { ClientTap } from "../../../lib/telemetry/dnstap/client_tap.ts";
import { DayTime } from "../../../lib/telemetry/dnstap/day_time.ts";
import { ForwarderTap } from "../../../lib/telemetry/dnstap/forwarder_tap.ts";
import { FrameBuffers } from "../../../lib/telemetry/dnstap/frame_buffers.ts";
import { MessageFrame } from "../../../lib/telemetry/dnstap/message_frame.ts";
import { ToldMessages } from "../../../lib/telemetry/dnstap/told_messages.ts";
import type { PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { type EdnsOption, writeOptions } from "../../../lib/wire/edns/edns.ts";
import { EDNS_OPTION } from "../../../lib/wire/iana.ts";
import { scriptedSource } from "../../support/fake_random.ts";
import { opt, question, wire } from "../../support/messages.ts";

type Octets = Uint8Array<ArrayBuffer>;

const SUBNET = 8;

/** The frames of dnstap about messages such as these observations are of. */
export function tappedFrames(settings: PrivacySettings, observations: readonly Observation[]): Octets {
  const groups = [...new Set(observations.map(({ group }) => group))];
  const hidden = settings.hiddenGroups.map((group) => groups.indexOf(group)).filter((number) => number >= 0);
  const buffers = new FrameBuffers(() => {});
  const clock = { nowMs: () => 0 };
  const options = {
    buffers,
    frame: new MessageFrame("", ""),
    time: new DayTime(clock, { epochSeconds: () => 1_800_000_000 }),
    told: new ToldMessages(settings, hidden, scriptedSource()),
    clock,
  };
  const [clients, upstreams] = [new ClientTap(options), new ForwarderTap(options)];
  for (const { name, client: hostname, group } of observations) {
    const client = new Client(hostname, "udp", true, "192.0.2.53:53");
    client.group = groups.indexOf(group);
    const query = new Query({ wire: fromClient(name, hostname), client, deadlineMs: 0 });
    query.clientPort = 40_000;
    // Replies have no subnets of clients, but cookies.
    query.reply.octets = messageWith(name, [cookieOf(hostname)]);
    query.reply.options = [cookieOf(hostname)];
    clients.answered(query, query.reply, 5000, 0);
    // What an upstream is asked is told of all groups: nobody knows for whom it is.
    if (settings.hiddenGroups.includes(group)) continue;
    const server = { transport: "udp", hostname: "9.9.9.9", port: 53 } as const;
    const asked = wire({ questions: [question(name)] });
    upstreams.sent(asked, { protocol: "udp", id: 7, server, source: null }).replied(asked);
  }
  const parts = [];
  for (let buffer = buffers.take(); buffer !== null; buffer = buffers.take()) {
    parts.push(buffer.octets.slice(buffer.start, buffer.end));
  }
  return concat(parts);
}

/** With its address in options (RFC 7871), and a cookie that it keeps for longer. */
function fromClient(name: string, hostname: string): Octets {
  const address = octetsOf(hostname)!;
  const data = Uint8Array.of(0, address.length === 4 ? 1 : 2, 8 * address.length, 0, ...address);
  return messageWith(name, [{ code: SUBNET, data }, cookieOf(hostname)]);
}

function cookieOf(hostname: string): EdnsOption {
  return { code: EDNS_OPTION.COOKIE, data: new TextEncoder().encode(hostname.padEnd(8).slice(0, 8)) };
}

function messageWith(name: string, options: readonly EdnsOption[]): Octets {
  return wire({ questions: [question(name)], additionals: [{ ...opt(), rdata: writeOptions([...options]) }] });
}
