/** What has happened since the start. Plain numbers: counting is an increment, reading is free. */
export class Counters {
  /** Messages from clients, over UDP and TCP. */
  received = 0;
  /** Replies given to clients, of every kind. */
  replied = 0;
  /** Messages that get no reply: responses, and what is too short for a header. */
  ignored = 0;
  /** TCP connections of clients that were taken. */
  connections = 0;
  /** TCP connections closed at once because there were too many, in all or of one client. */
  connectionsRefused = 0;
  /** Idle connections of clients that were ended to make room for others. */
  connectionsGivenUp = 0;
  /** Replies over TCP that were put off, and made again later, because their client did not read those before them. */
  postponed = 0;
  /** Connections over QUIC that were ended because the client did what RFC 9250 §4.3.3 does not allow. */
  quicFaults = 0;
  /** Requests over HTTP that are no questions, and were answered with the status that says so (RFC 8484 §4.2.1). */
  httpRefused = 0;
  /** Questions refused because too many were in flight. */
  overloaded = 0;
  /** Queries refused because of the client's address. */
  prohibited = 0;
  /** Queries answered with TC alone because their network asks too much. */
  rateLimited = 0;
  /** Replies that the operating system would not send. */
  unsendable = 0;
  /** Datagrams of clients that the operating system dropped, as it says when a listener closes; native I/O alone. */
  dropped = 0;
  /** Replies that say SERVFAIL, whoever is at fault. */
  failed = 0;
  /** Queries on which the program itself failed; each is answered with SERVFAIL and logged. */
  broken = 0;
  /** Questions answered from memory with what has not expired. */
  cacheHits = 0;
  /** Answers from memory that say that something does not exist. */
  cacheNegativeHits = 0;
  /** Questions answered from memory, expired, because nothing better was to be had. */
  cacheStaleHits = 0;
  /** Questions answered with a failure that had only just happened. */
  cacheFailureHits = 0;
  /** Questions that memory had nothing fresh for. */
  cacheMisses = 0;
  /** Expired answers that were asked for anew after a stale one had been given. */
  cacheRefreshes = 0;
  /** Answers that were asked for anew before they expired. */
  prefetches = 0;
  /** Questions that upstreams were asked, each counted once however often it was sent. */
  upstreamQuestions = 0;
  /**
   * Queries sent upstream over TCP: because a reply was truncated, or is known to be too large, because forged ones came
   * in, or because the upstream is asked in no other way.
   */
  upstreamStreamQueries = 0;
  /** Those of them that were sent before, on another connection that ended or fell silent. */
  upstreamStreamRetries = 0;
  /** Those of them that went the usual way; see `Slot`. */
  slotQuestions = 0;
  /** Questions that did not, for who is asked, or that they are explained. */
  slotsUnusual = 0;
  /** Questions that left the usual way because the upstream was slow. */
  slotsSlow = 0;
  /** The same because it was asked once more, in another manner. */
  slotsAskedAgain = 0;
  /** The same because it could not be asked, or brought nothing. */
  slotsFailed = 0;
  /** The same because its reply does not count. */
  slotsUseless = 0;
  /** The same because others had the same question meanwhile. */
  slotsShared = 0;
  /** Queries sent upstream over UDP, retries included. */
  upstreamQueries = 0;
  /** Sends because the last one asked was slow: to another upstream, or once more to the same. */
  upstreamHedges = 0;
  /** Questions that were sent, beside their way, to see whether an upstream is back. */
  upstreamProbes = 0;
  /** Questions that went on to the fallback of a group, which had failed, or was known to be bad. */
  upstreamFallbacks = 0;
  /** Upstream replies that answered a query. */
  upstreamReplies = 0;
  /** Questions that no upstream answered within the deadline. */
  upstreamTimeouts = 0;
  /** Upstream queries that the operating system would not send. */
  upstreamUnsendable = 0;
  /** Upstream datagrams with an ID that nobody waits for. */
  upstreamUnsolicited = 0;
  /** Upstream replies that came after their query was given up, or had been answered: networks duplicate datagrams. */
  upstreamLate = 0;
  /** Upstream datagrams from another address or port than the one asked. */
  upstreamWrongPeer = 0;
  /** Upstream datagrams that are no response to this question: QR, opcode or question differ. */
  upstreamWrongQuestion = 0;
  /** Upstream replies whose question differs in letter case alone. */
  upstreamWrongCase = 0;
  /** Upstream replies that repeat another cookie than ours. */
  upstreamWrongCookie = 0;
  /** Upstream replies without a cookie, from a server that gave one before: asked for again over TCP. */
  upstreamNoCookie = 0;
  /** Sockets given up because forged replies came in by the dozen; their questions went on over TCP. */
  upstreamFloods = 0;
  /** Upstream replies to the question that cannot be read to the end. */
  upstreamGarbled = 0;
}

/** The counters that are not zero, on one line. */
export function formatCounters(counters: Counters): string {
  const parts = Object.entries(counters).filter(([, count]) => count !== 0).map(([name, count]) => `${name}=${count}`);
  return parts.length === 0 ? "nothing happened" : parts.join(" ");
}
