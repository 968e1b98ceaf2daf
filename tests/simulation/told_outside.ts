import { assert } from "@std/assert";
import type { App } from "../../lib/app/app.ts";
import { QueryTraces } from "../../lib/app/query_traces.ts";
import type { HttpResponse } from "../../lib/base/http/http_client.ts";
import type { Timers, WallClock } from "../../lib/base/runtime.ts";
import type { QueryTrace } from "../../lib/observe/query_trace.ts";
import { Dnstap } from "../../lib/telemetry/dnstap/dnstap.ts";
import { MESSAGE_TYPE } from "../../lib/telemetry/dnstap/message_frame.ts";
import { METRICS } from "../../lib/telemetry/metrics/metrics.ts";
import { Otlp } from "../../lib/telemetry/otlp/otlp.ts";
import { CLIENT_LEVELS, NOTHING_HIDDEN } from "../../lib/telemetry/privacy/levels.ts";
import { RCODE, rcodeToText } from "../../lib/wire/iana.ts";
import { readFrame, StreamReader } from "../support/dnstap_frames.ts";
import { FakeStream } from "../support/fake_local_sockets.ts";
import type { FakeWorld } from "../support/fake_world.ts";
import { readMetrics, readSpans } from "../support/otlp.ts";
import { SeededRandom } from "../support/seeded_random.ts";

/** What a life is told outside of. */
export interface ToldOutsideOptions {
  readonly app: App;
  readonly world: FakeWorld;
  readonly seed: number;
  /** Whether upstreams stay the same all the time, so that what the program has counted of them is all that there was. */
  readonly keepsUpstreams: boolean;
}

const QUIET = { info: () => {}, warn: () => {} };

/**
 * In some lives somebody reads dnstap, and in some a collector of OpenTelemetry is there that does not always take what it is sent. What
 * they were told must add up with what was counted.
 */
export class ToldOutside {
  readonly #parts: readonly { end?(): void; finish(): Promise<string[]> }[];

  constructor(options: ToldOutsideOptions) {
    const { seed } = options;
    this.#parts = [
      ...(seed % 3 === 0 ? [new Reader(options)] : []),
      ...(seed % 3 === 1 ? [new Collector(options)] : []),
    ];
  }

  /** Whoever goes on and on without being asked ends. */
  end(): void {
    for (const part of this.#parts) part.end?.();
  }

  /** What does not add up; a line each. Time has to pass meanwhile. */
  async finish(): Promise<string[]> {
    const faults = [];
    for (const part of this.#parts) faults.push(...await part.finish());
    return faults;
  }
}

/** Reads dnstap, all of it. */
class Reader {
  readonly #options: ToldOutsideOptions;
  readonly #dnstap: Dnstap;
  readonly #counts = new Map<number, number>();
  readonly #reading: Promise<void>;

  constructor(options: ToldOutsideOptions) {
    this.#options = options;
    const { app, world, seed } = options;
    const [near, far] = FakeStream.pair();
    const dnstap = this.#dnstap = new Dnstap({
      connect: () => Promise.resolve(near),
      to: "unix:/run/dnstap.sock",
      identity: "ns1",
      version: "",
      privacy: { ...NOTHING_HIDDEN, clients: CLIENT_LEVELS[seed % CLIENT_LEVELS.length]! },
      hiddenGroups: [],
      clock: app.taps.clock,
      runtime: { timers: timersOf(world), wallClock: wallClockOf(world), random: new SeededRandom(`reader ${seed}`) },
      log: QUIET,
    });
    this.#reading = this.#read(new StreamReader(far));
    app.taps.show({
      clients: dnstap.clients,
      upstreams: dnstap.upstreams,
      get sink() {
        return { name: "dnstap", recordCount: dnstap.frameCount, droppedCount: dnstap.droppedCount };
      },
    });
  }

  async #read(reader: StreamReader): Promise<void> {
    await reader.accept();
    for (let heard = await reader.next(); heard !== null; heard = await reader.next()) {
      if (!("payload" in heard)) {
        await reader.say(5);
        return;
      }
      const { type } = readFrame(heard.payload);
      this.#counts.set(type, (this.#counts.get(type) ?? 0) + 1);
    }
  }

  async finish(): Promise<string[]> {
    const { app, keepsUpstreams } = this.#options;
    const { replies, upstreams } = app.state;
    await this.#dnstap.stop();
    await this.#reading;
    const { clientQuery, clientResponse, forwarderQuery, forwarderResponse } = MESSAGE_TYPE;
    const read = (type: number) => this.#counts.get(type) ?? 0;
    const replyCount = sum(replies.map(({ count }) => count));
    return [
      ...differs("frames that were read", sum([...this.#counts.values()]), this.#dnstap.frameCount),
      ...differs("frames that were dropped", this.#dnstap.droppedCount, 0),
      ...differs("questions of clients", read(clientQuery), replyCount),
      ...differs("replies to clients", read(clientResponse), replyCount),
      // A query that is sent once more over another connection is told of twice.
      ...atLeast("queries to upstreams", read(forwarderQuery), read(forwarderResponse)),
      ...(keepsUpstreams
        ? [
          ...atLeast("replies of upstreams", read(forwarderResponse), sum(upstreams.map((one) => one.replyCount))),
        ]
        : []),
    ];
  }
}

/** A collector that is there most of the time, and takes most of what it is sent. */
class Collector {
  readonly #options: ToldOutsideOptions;
  readonly #otlp: Otlp;
  readonly #beganSeconds: number;
  readonly #endTraces: () => void;
  #taken = 0;
  #takenFailures = 0;
  #rootCount = 0;
  #failureCount = 0;
  #strayCount = 0;
  /** Replies by the last numbers that it has taken, and when. */
  #replies = -1;
  #repliesThen = -1;
  #ending: Promise<void> | null = null;

  constructor(options: ToldOutsideOptions) {
    this.#options = options;
    const { app, world, seed } = options;
    const wallClock = wallClockOf(world);
    this.#beganSeconds = wallClock.epochSeconds();
    const random = new SeededRandom(`collector ${seed}`);
    const peer = { transport: "tcp", hostname: "192.0.2.9", port: 4318 } as const;
    const nothing = () => Promise.resolve(null);
    const connection = { peer, read: nothing, write: () => Promise.resolve(0), close: () => {} };
    const otlp = this.#otlp = new Otlp({
      endpoint: "http://192.0.2.9:4318/",
      resource: { "service.name": "dns-forwarder" },
      metrics: METRICS,
      look: () => {
        this.#repliesThen = sum(app.state.replies.map(({ count }) => count));
        return Promise.resolve({
          status: app.state,
          lists: [],
          certificates: [],
          build: { version: "1", deno: "1", io: "plain" },
          startedAtSeconds: this.#beganSeconds,
          nowSeconds: wallClock.epochSeconds(),
          loopDelayMs: 0,
        });
      },
      http: {
        get: () => Promise.reject(new Error("nothing is asked for")),
        post: ({ url }, { body }) => {
          if (random.chance(0.1)) return Promise.reject(new Error("it hangs up"));
          if (random.chance(0.1)) return Promise.resolve(response(random.pick([400, 429, 503])));
          this.#read(`${url}`, body as Uint8Array<ArrayBuffer>);
          return Promise.resolve(response(200));
        },
      },
      network: { connectStream: () => Promise.resolve(connection) },
      findAddresses: () => Promise.reject(new Error("it is no name")),
      timers: timersOf(world),
      clock: world.time,
      random,
      log: QUIET,
    });
    const sample = 1 + seed % 5;
    const take = (trace: QueryTrace) => {
      this.#taken++;
      if (trace.observation.rcode === RCODE.SERVFAIL) this.#takenFailures++;
      otlp.take(trace);
    };
    this.#endTraces = app.taps.trace(
      new QueryTraces({
        clock: app.taps.clock,
        wallClock,
        random: { fill: (octets) => random.fill(octets) },
        sample,
        take,
      }),
    );
  }

  #read(url: string, body: Uint8Array<ArrayBuffer>): void {
    if (url.endsWith("/v1/metrics")) {
      const responses = readMetrics(body).metrics.find(({ name }) => name.endsWith("responses_total"));
      this.#replies = sum(responses?.points.map(({ value }) => value ?? 0) ?? []);
      assert(this.#replies === this.#repliesThen, `${this.#replies} replies where ${this.#repliesThen} are counted`);
      return;
    }
    const nowSeconds = wallClockOf(this.#options.world).epochSeconds();
    for (const { parentId, start, end, attributes } of readSpans(body)) {
      if (parentId !== "") continue;
      this.#rootCount++;
      if (attributes["dns.response.rcode"] === rcodeToText(RCODE.SERVFAIL)) this.#failureCount++;
      // The clock shows whole seconds.
      const isThen = start >= BigInt(this.#beganSeconds - 1) * 1_000_000_000n &&
        end <= BigInt(nowSeconds + 1) * 1_000_000_000n && start <= end;
      if (!isThen) this.#strayCount++;
    }
  }

  end(): void {
    this.#endTraces();
    this.#ending = this.#otlp.stop();
  }

  async finish(): Promise<string[]> {
    await this.#ending;
    return [
      ...differs("traces from another time", this.#strayCount, 0),
      // Of what it does not take some is lost.
      ...atLeast("traces", this.#taken, this.#rootCount),
      ...atLeast("traces of failures", this.#takenFailures, this.#failureCount),
    ];
  }
}

function response(status: number): HttpResponse {
  return { status, header: () => null, close: () => {} } as unknown as HttpResponse;
}

/** Of the program's machine; nothing is drawn for it. */
function wallClockOf(world: FakeWorld): WallClock {
  const epochSeconds = () => world.epochSecondsAt(world.time.nowMs());
  return { epochSeconds };
}

/** Timers that are exact, and none of those whose lateness follows from the seed: who looks on changes nothing. */
function timersOf({ time }: FakeWorld): Timers {
  return {
    start: (ms, callback) => {
      const cancel = time.after(ms, callback);
      return () => void cancel();
    },
  };
}

function differs(what: string, found: number, expected: number): string[] {
  return found === expected ? [] : [`told outside: ${what}: ${found} where ${expected} are counted`];
}

function atLeast(what: string, found: number, expected: number): string[] {
  return found >= expected ? [] : [`told outside: ${what}: ${found} where there are at least ${expected}`];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
