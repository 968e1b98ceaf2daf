import { concat } from "@std/bytes/concat";
import { Log } from "../../../lib/observe/log.ts";
import { HistoryKeeper } from "../../../lib/telemetry/history/history_keeper.ts";
import { FakeTime } from "../../support/fake_time.ts";
import type { Observation } from "../../../lib/observe/observation.ts";
import type { PrivacySettings } from "../../../lib/telemetry/privacy/levels.ts";
import { toldTrace } from "../../../lib/telemetry/otlp/told_trace.ts";
import { Privacy } from "../../../lib/telemetry/privacy.ts";
import { FakeRecord } from "../../support/fake_record.ts";
import { tappedFrames } from "./tapped_frames.ts";
import { QueryLogRig } from "../query_log/query_log_rig.ts";
import { scriptedSource } from "../../support/fake_random.ts";

/** Somebody who is told of observations, and passes on what may be told. */
export interface PrivacySink {
  /** What it is called in the test. */
  readonly name: string;
  /** All octets that leave the program by it, as they are before they are compressed or encrypted. */
  output(settings: PrivacySettings, observations: readonly Observation[]): Uint8Array | Promise<Uint8Array>;
}

/** Every sink of observations, and of messages: whoever makes another one puts it here. */
export const PRIVACY_SINKS: readonly PrivacySink[] = [
  {
    name: "what is read where it was written down",
    output(settings, observations) {
      const privacy = new Privacy(settings, scriptedSource());
      const octets = new Uint8Array(512 * observations.length);
      let at = 0;
      for (const observation of observations) {
        const record = privacy.veil(new FakeRecord(observation));
        if (record === null) continue;
        at += record.copyName(octets, at);
        at += record.copyClient(octets, at);
        at += new TextEncoder().encodeInto(`${record.group} ${record.reason}`, octets.subarray(at)).written;
      }
      return octets.subarray(0, at);
    },
  },
  {
    name: "what is kept as plain data",
    output(settings, observations) {
      const privacy = new Privacy(settings, scriptedSource());
      return new TextEncoder().encode(JSON.stringify(observations.map((observation) => privacy.tell(observation))));
    },
  },
  {
    name: "the query log",
    async output(settings, observations) {
      const rig = new QueryLogRig({ privacy: settings });
      for (const observation of observations) rig.log.take(new FakeRecord(observation));
      await rig.log.stop();
      return new TextEncoder().encode(rig.text);
    },
  },
  {
    name: "the history",
    async output(settings, observations) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      const keeper = new HistoryKeeper({ folder: "/history", octetsMax: 1 << 30, privacy: settings }, {
        start: ({ reported }) => ({
          send: (order) => {
            if (order.kind === "rows") parts.push(order.octets);
            if (order.kind === "stop") reported({ kind: "stopped" });
          },
          end: () => {},
        }),
        timers: new FakeTime(),
        random: scriptedSource(),
        log: new Log({ level: "info", writeLine: () => {} }),
      });
      for (const observation of observations) keeper.take(new FakeRecord(observation));
      await keeper.stop();
      return concat(parts);
    },
  },
  {
    name: "dnstap",
    output: (settings, observations) => tappedFrames(settings, observations),
  },
  {
    name: "traces for a collector",
    output(settings, observations) {
      const privacy = new Privacy(settings, scriptedSource());
      const told = observations.map((observation) => {
        const { name, group } = observation;
        const steps = [
          { kind: "instead", name, reason: null, atMs: 0 },
          { kind: "allowed", reason: { sentence: 1, what: `${name} for ${group}`, place: null }, atMs: 0 },
        ] as const;
        return toldTrace({ observation, steps }, privacy, settings);
      });
      return new TextEncoder().encode(JSON.stringify(told));
    },
  },
];
