import { plural } from "../plural.ts";
import type { WallClock } from "../../base/runtime.ts";
import type { Random } from "../../base/random/random.ts";
import type { Log } from "../../observe/log.ts";
import type { KeptText } from "../store/kept_text.ts";
import { type KeptList, type KeptListSource, sourceText } from "./kept_list.ts";
import type { SourceStatus } from "./list_status.ts";
import { SourceState } from "./source_state.ts";
import { howOf, type TextTools, updateText } from "./update_text.ts";

/** What a source is kept with. */
export interface KeptSourceOptions {
  /** Where it is. */
  readonly source: KeptListSource;
  /** Its last good text. */
  readonly text: KeptText;
  /** How its text is had. */
  readonly tools: TextTools;
  /** What the time of day is read from. */
  readonly wallClock: WallClock;
  /** Where unpredictable numbers come from. */
  readonly random: Random;
  /** Where the operator reads. */
  readonly log: Log;
}

/** A source of a list: its last good text, and when it is looked at again. */
export class KeptSource {
  /** Its last good text. */
  readonly text: KeptText;
  readonly #options: KeptSourceOptions;
  readonly #state: SourceState;
  #updated = Promise.withResolvers<void>();
  /** Whether it was made due again while it was being updated: what has been read may be old. */
  #isDueAgain = false;
  #isClosed = false;
  #isBeingUpdated = false;
  /** What the configuration that is followed says of it. */
  #list: KeptList;

  /** One of a list, whose text is as old as its record says. Files are looked at in any case. */
  constructor(options: KeptSourceOptions, list: KeptList) {
    const { text, wallClock, random } = options;
    this.text = text;
    this.#options = options;
    this.#list = list;
    this.#state = new SourceState(wallClock, random);
    this.#waitForRefresh();
  }

  /** Another configuration is followed: what was refused by the former one may be good by this one. */
  follow(list: KeptList): void {
    const former = this.#list;
    this.#list = list;
    if (isAskedAlike(former, list)) {
      if (former.refreshMs !== list.refreshMs && this.#state.isWell) this.#waitForRefresh();
    } else this.#state.reconsider();
  }

  /** How long until it is to be updated. */
  get waitSeconds(): number {
    return this.#state.waitSeconds;
  }

  /** The path of its file; `null` for what is fetched. */
  get file(): string | null {
    const { source } = this.#options;
    return "file" in source ? source.file : null;
  }

  /** It is to be updated as soon as there is time. Resolves when that has been done. */
  makeDue(): Promise<void> {
    this.#isDueAgain = true;
    this.#state.makeDue();
    return this.#updated.promise;
  }

  /** Looks whether its text is still on the disk; else it is to be updated. */
  async look(): Promise<void> {
    if (await this.text.look()) this.#state.makeDue();
  }

  /** It is not wanted any more: nobody waits for it. */
  close(): void {
    this.#isClosed = true;
    this.#updated.resolve();
  }

  /** Brings its text up to date, or tells why that cannot be done. */
  async update(): Promise<void> {
    const { source, text, tools, wallClock } = this.#options;
    const list = this.#list;
    this.#isDueAgain = false;
    this.#isBeingUpdated = true;
    try {
      const hasChanged = await updateText(source, list, text, tools);
      this.#tellSuccess(list, hasChanged);
      this.#state.succeeded(wallClock.epochSeconds(), "file" in source ? Infinity : this.#list.refreshMs);
    } catch (error) {
      const how = howOf(error);
      const message = error instanceof Error ? error.message : `${error}`;
      if (this.#state.failed(message, how, list.refreshMs)) this.#tellFailure(list, message);
      // Another configuration was followed meanwhile.
      if (!isAskedAlike(list, this.#list)) this.#state.reconsider();
    } finally {
      this.#isBeingUpdated = false;
      if (this.#isDueAgain) this.#state.makeDue();
      this.#updated.resolve();
      this.#updated = Promise.withResolvers();
    }
  }

  /** For the operator. */
  get status(): SourceStatus {
    const { source, text, wallClock } = this.#options;
    const { waitSeconds, complaint } = this.#state;
    return {
      what: sourceText(source),
      ageSeconds: text.record && Math.max(0, wallClock.epochSeconds() - text.record.checkedSeconds),
      isBeingUpdated: this.#isBeingUpdated,
      nextSeconds: "file" in source && complaint === null ? null : Math.ceil(waitSeconds),
      error: complaint,
    };
  }

  /** What is fetched is good for as long as the configuration says, from when it was asked for last. */
  #waitForRefresh(): void {
    const { source, text } = this.#options;
    if (text.record !== null && "url" in source) {
      this.#state.succeeded(text.record.checkedSeconds, this.#list.refreshMs);
    }
  }

  #tellSuccess({ name }: KeptList, hasChanged: boolean): void {
    const { source, text, log } = this.#options;
    if (!hasChanged && this.#state.complaint === null) return;
    const { names, bad } = text.record!;
    const rest = bad === 0 ? "" : `, ${bad} ${bad === 1 ? "line is" : "lines are"} left out`;
    const what = hasChanged ? `${plural(names, "name")}${rest}` : "all is well again";
    log.info(`list ${name}: ${sourceText(source)}: ${what}`);
  }

  #tellFailure({ name }: KeptList, reason: string): void {
    const { source, text, log } = this.#options;
    if (this.#isClosed) return;
    const rest = text.record === null ? "nothing is known from it yet" : "its last good text stays";
    log.warn(`list ${name}: ${sourceText(source)}: ${reason}; ${rest}`);
  }
}

/** Whether the same is asked of a source of both, in the same way. */
function isAskedAlike(a: KeptList, b: KeptList): boolean {
  return a.format === b.format && a.coversBelow === b.coversBelow && a.maxSizeOctets === b.maxSizeOctets &&
    a.maxErrorsShare === b.maxErrorsShare && a.minNames === b.minNames && a.maxShrinkShare === b.maxShrinkShare &&
    a.via === b.via && a.token === b.token;
}
