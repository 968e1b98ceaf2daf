import type { LessonStatus } from "../health/upstream_status.ts";
import { Lesson, LESSON_MS } from "./lesson.ts";
import { nameKey, zoneKey } from "../question_keys.ts";
import { TwoProofs } from "./two_proofs.ts";

/** So often TCP must have brought what UDP has not. */
const TCP_PROOFS = 2;
/**
 * So many denials in a row that the client's spelling has confirmed show that letter case does not matter. One shows
 * little: a name that does not exist is unknown in every spelling.
 */
const CONFIRMED_DENIALS = 16;
/** So many queries over UDP, and so much time, without any reply: then TCP is tried as well. */
const SILENCE = { queries: 2, ms: 250 };

/** What an upstream supports, as far as its replies have shown. It begins with good faith. */
export class Capabilities {
  readonly #tell: (lesson: string) => void;
  /** What has been told: once is enough, however often it is learned anew. */
  readonly #told = new Set<string>();
  #hasShownEdns = false;
  readonly #ednsProofs = new TwoProofs();
  readonly #noEdns = new Lesson();
  #hasShownCase = false;
  #confirmedDenials = 0;
  readonly #caseProofs = new TwoProofs();
  #plainCaseUntilMs = -Infinity;
  readonly #cookieProofs = new TwoProofs();
  #noCookiesUntilMs = -Infinity;
  #unheardQueries = 0;
  /** When the first of these was sent. */
  #silentSinceMs = 0;
  #tcpProofs = 0;
  readonly #overTcp = new Lesson();

  /** `tell` is called when a lesson is learned for the first time, with what follows from it. */
  constructor(tell: (lesson: string) => void) {
    this.#tell = tell;
  }

  /** Whether it has ever sent an OPT record. Then a rejection speaks of that question, not of EDNS (RFC 6891 §7). */
  get hasShownEdns(): boolean {
    return this.#hasShownEdns;
  }

  /** Whether queries may carry an OPT record. */
  supportsEdns(nowMs: number): boolean {
    return !this.#noEdns.holds(nowMs);
  }

  /** A reply had an OPT record. */
  showedEdns(): void {
    this.#hasShownEdns = true;
    this.#noEdns.forget();
  }

  /**
   * A question was rejected with an OPT record and answered without (RFC 6891 §7). A forwarder passes on what others say of
   * one name: only who fails on two of them, and has never sent an OPT record, does not know EDNS.
   */
  rejectedEdns(questionOctets: Uint8Array<ArrayBuffer>, nowMs: number): void {
    if (this.#hasShownEdns) return;
    if (!this.#ednsProofs.add(nameKey(questionOctets))) return;
    this.#noEdns.learn(nowMs);
    this.#tellOnce("does not know EDNS: it is asked without");
  }

  /** Whether a name in another letter case was found: then a denial is not for the case. */
  get hasShownCase(): boolean {
    return this.#hasShownCase;
  }

  /** Whether the letter case of names may be changed. */
  ignoresCase(nowMs: number): boolean {
    return nowMs >= this.#plainCaseUntilMs;
  }

  /** A name was found although it was not spelled as it was asked for. */
  showedCase(): void {
    this.#hasShownCase = true;
  }

  /** A denial was the same in the asker's spelling. */
  confirmedDenial(): void {
    if (++this.#confirmedDenials >= CONFIRMED_DENIALS) this.#hasShownCase = true;
  }

  /**
   * A name was not echoed as it was sent, or was known in the asker's spelling alone. The servers of one zone may be to blame:
   * only who fails in two of them minds letter case.
   */
  mindsCase(questionOctets: Uint8Array<ArrayBuffer>, nowMs: number): void {
    this.#hasShownCase = false;
    this.#confirmedDenials = 0;
    if (!this.#caseProofs.add(zoneKey(questionOctets))) return;
    this.#caseProofs.clear();
    this.#plainCaseUntilMs = nowMs + LESSON_MS;
    this.#tellOnce("has trouble with letter case: it is asked in plain letter case");
  }

  /** Whether queries may carry a cookie. */
  supportsCookies(nowMs: number): boolean {
    return nowMs >= this.#noCookiesUntilMs;
  }

  /** A reply had another client's cookie, and the same question, of two names, was answered without (RFC 7873 §5.3). */
  mixesCookies(questionOctets: Uint8Array<ArrayBuffer>, nowMs: number): void {
    if (!this.#cookieProofs.add(nameKey(questionOctets))) return;
    this.#cookieProofs.clear();
    this.#noCookiesUntilMs = nowMs + LESSON_MS;
    this.#tellOnce("gives us other clients' cookies: it is asked without");
  }

  /** A query is sent over UDP. */
  sendsDatagram(nowMs: number): void {
    if (this.#unheardQueries++ === 0) this.#silentSinceMs = nowMs;
  }

  /** A reply to one has come: UDP works. */
  heardDatagram(): void {
    this.#unheardQueries = 0;
    this.#tcpProofs = 0;
    this.#overTcp.forget();
  }

  /** Whether the last queries over UDP have all met silence; `nextCount` more that are about to be sent count, too. */
  isSilent(nowMs: number, nextCount = 0): boolean {
    return this.#unheardQueries + nextCount >= SILENCE.queries && nowMs >= this.#silentSinceMs + SILENCE.ms;
  }

  /** Whether UDP meets silence and TCP does not. */
  needsTcp(nowMs: number): boolean {
    return this.#overTcp.holds(nowMs);
  }

  /**
   * Whether that was so until now, and is to be put to the test. Who is told so does it, over both: for everybody else it
   * holds on.
   */
  isTcpOnTrial(nowMs: number): boolean {
    if (!this.#overTcp.isOver(nowMs)) return false;
    this.#overTcp.learn(nowMs);
    return true;
  }

  /** TCP has brought a reply while UDP met silence. */
  answeredOverTcp(nowMs: number): void {
    if (!this.isSilent(nowMs) || ++this.#tcpProofs < TCP_PROOFS) return;
    this.#overTcp.learn(nowMs);
    this.#tellOnce("answers over TCP and not over UDP, a firewall perhaps: it is asked over TCP");
  }

  /** TCP does not work either. */
  failedOverTcp(): void {
    this.#overTcp.forget();
  }

  /** What it is found to lack at a moment. */
  lessonsAt(nowMs: number): LessonStatus {
    return {
      isAskedWithoutEdns: !this.supportsEdns(nowMs),
      isAskedWithoutCookies: !this.supportsCookies(nowMs),
      isAskedInPlainCase: !this.ignoresCase(nowMs),
      isAskedOverTcp: this.needsTcp(nowMs),
    };
  }

  #tellOnce(lesson: string): void {
    if (this.#told.has(lesson)) return;
    this.#told.add(lesson);
    this.#tell(lesson);
  }
}
