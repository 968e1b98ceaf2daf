import { assertEquals } from "@std/assert";
import type { Config } from "../../lib/config/config.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question } from "./messages.ts";
import { Scene, type SceneOptions } from "./scene.ts";
import type { ReceivedQuery, SceneUpstream } from "./scene_upstream.ts";

/** What a client was told. */
export interface Told {
  readonly rcode: number;
  /** The answer section as lines. */
  readonly answers: readonly string[];
  /** Codes of the extended errors. */
  readonly errors: readonly number[];
  /** How long the client waited. */
  readonly waitedMs: number;
  readonly message: Message;
  readonly octets: Uint8Array;
}

/** A scene with a cache. */
export function cacheScene({ config, ...options }: SceneOptions = {}): Scene {
  return new Scene({ ...options, config: { cacheSizeMib: 1, prefetches: false, ...config } satisfies Partial<Config> });
}

/** A client that speaks EDNS asks, and everything happens that follows from it within `passMs`. */
export async function tell(
  scene: Scene,
  text: string,
  { passMs = 5000, ...fields }: Partial<Message> & { passMs?: number } = {},
): Promise<Told> {
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question(text)], { additionals: [opt()], ...fields });
  await scene.pass(passMs);
  const { message, atMs, octets } = client.reply;
  return {
    rcode: message.rcode,
    answers: lines(message.answers),
    errors: (ednsOf(message)?.options ?? []).map(readExtendedError).filter((e) => e !== null).map((e) => e.infoCode),
    waitedMs: atMs - startMs,
    message,
    octets,
  };
}

/** How often the upstreams were asked. */
export function askedCount({ upstreams }: Scene): number {
  return upstreams.reduce((sum, { queries, streamQueries }) => sum + queries.length + streamQueries.length, 0);
}

/** Lets an upstream say something else from now on. */
export function nowSays(upstream: SceneUpstream, fields: Partial<Message>): void {
  upstream.onQuery = (query: ReceivedQuery) => {
    const { message } = query;
    const response = { ...message, isResponse: true, recursionAvailable: true, additionals: [opt()], ...fields };
    upstream.reply(query, encode(response));
  };
}

/** Asserts that a question is answered from memory: at once, and nobody else is asked. */
export async function assertRemembered(scene: Scene, text: string, fields: Partial<Message> = {}): Promise<Told> {
  const before = askedCount(scene);
  const told = await tell(scene, text, { passMs: 0, ...fields });
  assertEquals([askedCount(scene) - before, told.waitedMs], [0, 0]);
  return told;
}
