/** A terminal's screen, as far as the program's control sequences go: what stands on it, and in which modes it is. */
export class ScreenModel {
  #lines: string[] = [];
  #mainLines: string[] = [];
  #row = 0;
  #column = 0;
  #rest = "";
  /** Private modes that are on, such as 1049 (the alternate screen). */
  readonly modes = new Set<number>([25]);
  /** Control sequences that it does not know. */
  readonly unknown: string[] = [];
  /** How often synchronized output was ended: frames. */
  frameCount = 0;

  /** The lines, without spaces at their ends. */
  get lines(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  /** All of it as text. */
  get text(): string {
    return this.lines.join("\n");
  }

  /** Takes what was written. */
  feed(text: string): void {
    const all = this.#rest + text;
    // A sequence may come in two parts.
    // deno-lint-ignore no-control-regex
    const cut = /\x1b(?:\[[?0-9;]*)?$/.exec(all);
    const whole = cut === null ? all : all.slice(0, cut.index);
    this.#rest = cut === null ? "" : cut[0];
    // deno-lint-ignore no-control-regex
    for (const [, parameters, final, other] of whole.matchAll(/\x1b\[([?0-9;]*)([A-Za-z])|([\s\S])/gu)) {
      if (other !== undefined) this.#put(other);
      else this.#control(parameters!, final!);
    }
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") this.#row++;
    else {
      const line = [...this.#lineAt(this.#row).padEnd(this.#column)];
      line[this.#column++] = character;
      this.#lines[this.#row] = line.join("");
    }
  }

  #lineAt(row: number): string {
    while (this.#lines.length <= row) this.#lines.push("");
    return this.#lines[row]!;
  }

  #control(parameters: string, final: string): void {
    const numbers = parameters.replace("?", "").split(";").map(Number);
    if (final === "H") {
      this.#row = Math.max(1, numbers[0]!) - 1;
      this.#column = Math.max(1, numbers[1] ?? 1) - 1;
    } else if (final === "K") this.#lines[this.#row] = [...this.#lineAt(this.#row)].slice(0, this.#column).join("");
    else if (final === "J") this.#lines = [];
    else if (final === "h" || final === "l") this.#mode(numbers[0]!, final === "h");
    else if (final !== "m") this.unknown.push(`${parameters}${final}`);
  }

  #mode(mode: number, isOn: boolean): void {
    if (mode === 2026 && !isOn) this.frameCount++;
    if (mode === 1049 && isOn !== this.modes.has(mode)) {
      const before = this.#lines;
      this.#lines = isOn ? [] : this.#mainLines;
      if (isOn) this.#mainLines = before;
    }
    if (isOn) this.modes.add(mode);
    else this.modes.delete(mode);
  }
}
