import { onOff } from "../readers.ts";
import type { Setting } from "../setting.ts";

/**
 * Whether questions go upstream by the usual way where they can (`Slot`), or all by the layers. Both come to the same, so it is
 * in no table and no help: it is for whoever compares the two.
 */
export const FAST_PATH: Setting<boolean> = {
  name: "fast-path",
  path: "fast-path",
  reader: onOff(),
  default: true,
  isReloadable: false,
  help: [],
};
