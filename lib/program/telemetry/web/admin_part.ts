import type { Part } from "../part.ts";
import { adminAddress, adminSettings } from "./admin_settings.ts";

/** The page and its API, where an address is given for them. */
export const ADMIN: Part = {
  name: "page",
  settings: adminSettings,
  address: adminAddress,
  load: async () => (await import("./start_admin.ts")).startAdmin,
};
