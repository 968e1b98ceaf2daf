/** `GET explain?name=&type=&client=&dnssec=&at=`: what becomes of a question, and why. The same that `dns-forwarder explain` says. */
export interface ExplainAnswer {
  /** The question in text. */
  readonly question: string;
  /** In order. */
  readonly steps: readonly {
    /** `client`, `policy`, `cache`, `upstream`, `reply`. */
    readonly subject: string;
    /** One thing each, and more of it. */
    readonly facts: readonly { readonly what: string; readonly detail: string }[];
  }[];
  /** What the client gets. */
  readonly outcome: {
    readonly rcode: string;
    readonly isAnswer: boolean;
    readonly elapsedMs: number;
    readonly because: string;
  } | null;
}
