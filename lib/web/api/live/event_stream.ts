import type { Timers } from "../../../base/runtime.ts";

/** So often something is said. */
export const EVENT_MS = 1000;
/** A reader that leaves so many events unread is skipped until it has read: what nobody reads is not kept for it. */
const UNREAD_MAX = 4;
/** When the connection is lost, browsers come again after this time. */
const RETRY_MS = 2000;

/** What a stream of events is made from. */
export interface EventStreamOptions {
  /** What is said now, as JSON. */
  readonly next: () => Promise<unknown>;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Nobody reads any more. Told once. */
  readonly onEnd: () => void;
}

/** Events for one reader (`text/event-stream`), one a second; see the HTML Standard, "Server-sent events". */
export function eventStream({ next, timers, onEnd }: EventStreamOptions): {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly close: () => void;
} {
  const encoder = new TextEncoder();
  let cancelTimer = () => {};
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    cancelTimer();
    onEnd();
  };
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const say = async () => {
    if (isOver) return;
    // What is not read waits in memory, without end: 384 MB in three seconds, once measured.
    if ((controller.desiredSize ?? 0) > -UNREAD_MAX) {
      const data = await next().catch(() => null);
      if (isOver) return;
      if (data !== null) controller.enqueue(encoder.encode(`event: live\ndata: ${JSON.stringify(data)}\n\n`));
    }
    cancelTimer = timers.start(EVENT_MS, say);
  };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(its) {
      controller = its;
      controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`));
      void say();
    },
    cancel: end,
  });
  const close = () => {
    if (isOver) return;
    end();
    controller.close();
  };
  return { body, close };
}
