import type { HeldSet } from "../../workers/messages.ts";
import type { HeldSetFile, OperatingSystem } from "../operating_system.ts";
import type { OpenedSet } from "./set_folder.ts";

/**
 * The set that workers use, held by their supervisor: whoever takes the place of a worker has it, although somebody may have
 * removed its folder meanwhile. The file is held, and not what is in it: that costs nothing.
 */
export class HeldSets {
  readonly #system: Pick<OperatingSystem, "holdSetFile">;
  #file: HeldSetFile | null = null;

  /** `system` holds files. */
  constructor(system: Pick<OperatingSystem, "holdSetFile">) {
    this.#system = system;
  }

  /** Another set is used from now on; whoever has been started has the one before in its own right. Each worker opens it by itself. */
  hold({ path, set }: OpenedSet): HeldSet {
    this.#file?.close();
    this.#file = this.#system.holdSetFile(path);
    set.close();
    return { path, descriptor: this.#file?.descriptor ?? null };
  }
}
