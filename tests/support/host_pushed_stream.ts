import type { SocketAddress } from "../../lib/base/net/address.ts";
import type {
  PushedListener,
  PushedListenerWatcher,
  PushedStream,
  PushedStreamWatcher,
} from "../../lib/base/sockets/pushed_stream.ts";
import type { EventTime } from "./event_time.ts";
import type { HostStream } from "./host_stream.ts";
import type { HostStreamListener } from "./host_stream_listener.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** A listening TCP socket of a host that hands over what comes. */
export class HostPushedListener implements PushedListener {
  readonly #listener: HostStreamListener;
  readonly #time: EventTime;

  constructor(listener: HostStreamListener, time: EventTime) {
    this.#listener = listener;
    this.#time = time;
  }

  get address(): SocketAddress {
    return this.#listener.address;
  }

  watch(watcher: PushedListenerWatcher): () => void {
    let isWatched = true;
    const accept = async (): Promise<void> => {
      while (isWatched) {
        try {
          const stream = await this.#listener.accept() as HostStream;
          watcher.onConnection(new HostPushedStream(stream, this.#time));
        } catch (error) {
          if (this.#listener.isClosed) return;
          watcher.onFailed(error);
        }
      }
    };
    void accept();
    return () => void (isWatched = false);
  }

  close(): void {
    this.#listener.close();
  }
}

/** One end of a TCP connection that tells: in events of its own, again and again as long as it is ready. */
class HostPushedStream implements PushedStream {
  readonly #stream: HostStream;
  readonly #time: EventTime;
  #watcher: PushedStreamWatcher | null = null;
  #areWanted = true;
  #isFull = false;
  #isTellingPlanned = false;

  constructor(stream: HostStream, time: EventTime) {
    this.#stream = stream;
    this.#time = time;
    stream.onReady = () => this.#tell();
  }

  get peer(): SocketAddress {
    return this.#stream.peer;
  }

  watch(watcher: PushedStreamWatcher): void {
    this.#watcher = watcher;
    this.#tell();
  }

  wantOctets(areWanted: boolean): void {
    this.#areWanted = areWanted;
    this.#tell();
  }

  receive(buffer: Octets): number {
    return this.#stream.receiveNow(buffer);
  }

  send(octets: Octets): number {
    const count = this.#stream.sendNow(octets);
    this.#isFull = count < octets.length;
    if (this.#isFull) this.#tell();
    return count;
  }

  close(): void {
    this.#watcher = null;
    this.#stream.close();
  }

  get #news() {
    const { isReadable, isWritable, isBroken } = this.#stream.readiness;
    return { isReadable: isReadable && this.#areWanted, isWritable: isWritable && this.#isFull, isBroken };
  }

  #tell(): void {
    const { isReadable, isWritable, isBroken } = this.#news;
    if (this.#isTellingPlanned || this.#watcher === null || !(isReadable || isWritable || isBroken)) return;
    this.#isTellingPlanned = true;
    this.#time.after(0, () => {
      this.#isTellingPlanned = false;
      const { isReadable, isWritable, isBroken } = this.#news;
      if (isReadable) this.#watcher?.onReadable();
      if (isWritable) {
        this.#isFull = false;
        this.#watcher?.onWritable();
      }
      if (isBroken) this.#watcher?.onBroken();
      this.#tell();
    });
  }
}
