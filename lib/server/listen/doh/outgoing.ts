import type { HttpServerConnection } from "../../../base/http/http_exchange.ts";
import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { Services } from "../../../observe/services.ts";
import type { StreamAccount } from "../stream/stream_account.ts";

/** What is told of what waits to leave. */
export interface OutgoingOptions extends Pick<Services, "clock" | "deadlines"> {
  /** Has the octets as long as they wait. */
  readonly account: StreamAccount;
  /** How long what waits may take. */
  readonly timeoutMs: number;
  /** It takes longer: the client does not read. */
  readonly onStall: () => void;
}

/** Keeps account of the octets that wait to leave on a connection, and knows when none of them do. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #stalled: Alarm;
  #octets = 0;

  /** See {@linkcode OutgoingOptions}. */
  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#stalled = new Alarm(options.onStall);
  }

  /** Octets that waited at the last `note`. */
  get octets(): number {
    return this.#octets;
  }

  /** More waits, or less. Returns how much more. */
  note({ waitingOctets }: HttpServerConnection): number {
    const { account, clock, deadlines, timeoutMs } = this.#options;
    const more = waitingOctets - this.#octets;
    if (more === 0) return 0;
    const wasWaiting = this.#octets > 0;
    account.hold(more);
    this.#octets = waitingOctets;
    // What comes behind others gives them no more time.
    if (more > 0 && wasWaiting) return more;
    deadlines.cancel(this.#stalled);
    if (waitingOctets > 0) deadlines.schedule(this.#stalled, clock.nowMs() + timeoutMs);
    return more;
  }

  /** Nothing waits any more. */
  close(): void {
    this.#options.deadlines.cancel(this.#stalled);
  }
}
