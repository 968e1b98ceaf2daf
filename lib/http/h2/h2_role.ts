import type { H2Stream } from "./h2_stream.ts";
import type { Block } from "./header_blocks.ts";

/** Who makes sense of what a connection brings: a server or a client. */
export interface H2Role {
  /** Whether we are the server. */
  readonly isServer: boolean;
  /** Waited for before anything more is looked at, as long as it is not `null`. */
  gate(): Promise<void> | null;
  /** A header has come on a stream. */
  onBlock(streamId: number, block: Block, isEnd: boolean): void;
  /** Content has come on a stream that is open; perhaps none, and its end. The octets are lent. */
  onContent(stream: H2Stream, octets: Uint8Array<ArrayBuffer>, isEnd: boolean): void;
  /** The other side has given a stream up, which is closed by now; `code` is one of `H2_CODE`. */
  onReset(stream: H2Stream, code: number): void;
  /** The other side does nothing about streams above `lastStreamId`, and takes no more of them. */
  onGoaway(lastStreamId: number, code: number): void;
  /** The other side has set something. */
  onSettings(): void;
  /** All content of a stream has left. */
  onContentSent(stream: H2Stream): void;
  /** Something has left the program. */
  onSent(): void;
  /** The connection is closed, by `error` unless that is `null`. Told once. */
  onClosed(error: unknown): void;
}
