/** Compresses octets, a piece after the other, into one file of RFC 1952. */
export interface Gzip {
  /** Takes a piece, which is lent until this resolves. Resolves to what has come of all so far, and was not told yet. */
  add(piece: Uint8Array<ArrayBuffer>): Promise<readonly Uint8Array<ArrayBuffer>[]>;
  /** Nothing more comes. Resolves to the rest. */
  end(): Promise<readonly Uint8Array<ArrayBuffer>[]>;
}

/** Begins to compress something. */
export type StartGzip = () => Promise<Gzip>;
