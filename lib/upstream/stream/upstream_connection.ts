import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Random } from "../../base/random/random.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import type { Response } from "../../response/response.ts";
import { EDE } from "../../wire/iana.ts";
import { tcpKeepaliveMs } from "../../wire/edns/tcp_keepalive.ts";
import { StreamFrames } from "../../wire/stream_frames.ts";
import type { ConnectionOwner } from "./connection_owner.ts";
import { Correlator } from "../matching/correlator.ts";
import { COUNTER_OF } from "../matching/verdict.ts";
import { FrameWriter, type FrameWriterOptions } from "./frame_writer.ts";
import type { AskedServer } from "../matching/registration.ts";
import type { KeepTime } from "./keep_time.ts";
import { CarriedQuery, type CarriedQueryKeeper } from "./carried_query.ts";
import type { PooledConnection } from "./pooled_connection.ts";
import { SentQueries } from "./sent_queries.ts";
import { SilenceWatch } from "./silence_watch.ts";
import type { StreamQuery } from "./stream_query.ts";
import { UpstreamError } from "../upstream_error.ts";
import type { Services } from "../../observe/services.ts";

/** What a connection is made from. */
export interface UpstreamConnectionOptions
  extends Pick<Services, "clock" | "deadlines" | "counters" | "taps">, Pick<FrameWriterOptions, "gathering"> {
  /** An open socket, which belongs to this object from now on. */
  readonly socket: StreamSocket;
  /** Whom it tells. */
  readonly owner: ConnectionOwner<PooledConnection>;
  /** What the server, and how it is asked, is called in messages. */
  readonly name: string;
  /** How long it is kept when nothing is waited for. */
  readonly keepTime: KeepTime;
  /** What is spoken. */
  readonly protocol: "tcp" | "tls";
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** See `CorrelatorOptions.tombstoneMs`. */
  readonly tombstoneMs: number;
  /** See `AskedServer`. */
  readonly isGenuine: AskedServer["isGenuine"];
}

/** An open TCP or TLS connection to an upstream, with the queries in flight on it: any number, answered in any order. */
export class UpstreamConnection implements PooledConnection {
  readonly #server: AskedServer;
  readonly #options: UpstreamConnectionOptions;
  readonly #correlator: Correlator;
  readonly #frames = new StreamFrames();
  readonly #writer: FrameWriter;
  readonly #sent = new SentQueries();
  readonly #unused = new Alarm(() => this.close());
  readonly #silence: SilenceWatch;
  #isClosed = false;
  /** Whether the server has said that it wants no more on it. */
  #isUnwanted = false;
  /** When something was last sent, or it was made. */
  #sentAtMs: number;
  /** When a reply came last. */
  #repliedAtMs = -Infinity;
  #queryCount = 0;
  #replyCount = 0;
  /** How long the server keeps it, as the last reply has said. */
  #announcedMs: number | null = null;
  /** See `PooledConnection`. */
  isReserved = false;

  /** See {@linkcode UpstreamConnectionOptions}. */
  constructor(options: UpstreamConnectionOptions) {
    const { socket, random, clock, deadlines, tombstoneMs, isGenuine, owner } = options;
    this.#options = options;
    this.#sentAtMs = clock.nowMs();
    this.#silence = new SilenceWatch({
      clock,
      deadlines,
      sent: this.#sent,
      silenceMs: () => owner.silenceMs,
      onSilence: () => owner.onSilence(this),
    });
    this.#server = { address: socket.peer, isGenuine, expired: gone, notSent: gone };
    this.#writer = new FrameWriter({ ...options, onError: (error) => this.#end(true, error) });
    this.#correlator = new Correlator({ random, deadlines, tombstoneMs, onIdle: () => this.#keep() });
    this.#receive();
    // Whoever it was made for may have given up meanwhile.
    this.#keep();
  }

  /** See `PooledConnection`. One that is silent is still listened to, and takes queries when it is heard. */
  get isUsable(): boolean {
    return !this.#isClosed && !this.isSilent && !this.#isUnwanted && this.#correlator.hasRoom;
  }

  /** See `PooledConnection`. */
  get isSilent(): boolean {
    return this.#silence.isSilent;
  }

  /** See `PooledConnection`. */
  get isBusy(): boolean {
    return this.#sent.oldest !== null;
  }

  /** See `PooledConnection`. */
  get queryCount(): number {
    return this.#queryCount;
  }

  /** See `PooledConnection`. */
  get replyCount(): number {
    return this.#replyCount;
  }

  /** See `PooledConnection`. */
  get unanswered(): StreamQuery[] {
    return this.#sent.unanswered;
  }

  /** See `PooledConnection`. */
  carries(query: StreamQuery): boolean {
    return this.#sent.has(query);
  }

  /** See `PooledConnection`. The copy has an ID of its own. */
  send(query: StreamQuery): void {
    const { deadlines, counters, clock, taps, protocol } = this.#options;
    deadlines.cancel(this.#unused);
    counters.upstreamStreamQueries++;
    this.#queryCount++;
    if (query.sendCount++ > 0) counters.upstreamStreamRetries++;
    query.openCount++;
    query.sentLast = this;
    const { deadlineMs, owner } = query;
    // The query has a deadline of its own: this one only gives the ID back.
    this.#sentAtMs = clock.nowMs();
    const sent = new CarriedQuery(query, this.#sentAtMs, this.#sentKeeper);
    this.#correlator.register(sent, this.#server, deadlineMs, owner);
    this.#sent.add(sent);
    sent.passage = taps.sent(query.octets, protocol, sent.id, sent.peer);
    this.#writer.write(query.octets, sent.id);
    this.#silence.watch();
  }

  /** Closes now. */
  close(): void {
    this.#end(false);
  }

  readonly #sentKeeper: CarriedQueryKeeper = {
    onReply: (sent, response) => this.#onReply(sent, response),
    onTold: (sent) => this.#onTold(sent),
    onGone: (sent) => this.#onGone(sent),
  };

  #onReply(sent: CarriedQuery, response: Response): void {
    this.#repliedAtMs = this.#options.clock.nowMs();
    this.#sent.remove(sent);
    this.#writer.replied(sent.id);
    this.#replyCount++;
    this.isReserved = false;
    this.#announcedMs = tcpKeepaliveMs(response.octets, response.scan);
  }

  #onTold(sent: CarriedQuery): void {
    this.#options.owner.onReply(this, this.#repliedAtMs - sent.sentAtMs);
    if (this.#announcedMs !== null) this.#noteTimeout(this.#announcedMs);
  }

  #noteTimeout(timeoutMs: number): void {
    this.#options.keepTime.noteAnnounced(timeoutMs);
    // RFC 7828 §3.4: at 0 it is to be closed as soon as nothing is waited for.
    this.#isUnwanted = timeoutMs === 0;
    if (this.#sent.count === 0) this.#isUnwanted ? this.close() : this.#keep();
  }

  /** The deadline is over, or the connection. */
  #onGone(sent: CarriedQuery): void {
    if (this.#isClosed) return;
    this.#sent.remove(sent);
    // Not an octet since: a path that has lost the connection tells nobody.
    if (this.#silence.heardAtMs <= sent.sentAtMs) return this.close();
    this.#options.owner.onGivenUp(this);
  }

  async #receive(): Promise<void> {
    const { socket, counters } = this.#options;
    try {
      for (;;) {
        const count = await socket.read(this.#frames.space());
        if (count === null) break;
        this.#silence.heard();
        this.#frames.filled(count);
        for (let message = this.#frames.lend(); message !== null; message = this.#frames.lend()) {
          counters[COUNTER_OF[this.#correlator.accept(message, socket.peer)]]++;
        }
      }
      this.#end(true);
    } catch (error) {
      this.#end(true, error);
    }
  }

  #end(isByServer: boolean, cause?: unknown): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { deadlines, socket, owner, name, clock, keepTime } = this.#options;
    const { unanswered } = this;
    const quietMs = clock.nowMs() - Math.max(this.#silence.heardAtMs, this.#sentAtMs);
    if (isByServer && this.#sent.count === 0) keepTime.noteClosed(quietMs);
    const { oldest } = this.#sent;
    const wasActive = oldest !== null && this.#repliedAtMs >= oldest.sentAtMs;
    const error = new UpstreamError(`Connection to ${name} was closed`, EDE.NETWORK_ERROR, { cause });
    deadlines.cancel(this.#unused);
    this.#silence.close();
    socket.close();
    this.#writer.stop();
    this.#sent.clear();
    this.#correlator.abandon(error);
    for (const query of unanswered) query.openCount--;
    owner.onEnd(this, { isByServer, unanswered, wasActive, quietMs, error });
  }

  #keep(): void {
    const { deadlines, clock, keepTime } = this.#options;
    deadlines.cancel(this.#unused);
    if (!this.#isClosed) deadlines.schedule(this.#unused, clock.nowMs() + keepTime.ms);
  }
}

/** Nobody is told: see `CarriedQuery`. */
const gone = () => new UpstreamError("No reply on this connection", EDE.NO_REACHABLE_AUTHORITY);
