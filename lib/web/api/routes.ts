import type { Route } from "./route.ts";
import { CONFIG_ROUTES } from "./routes/config.ts";
import { EXPLAIN_ROUTES } from "./routes/explain.ts";
import { LIST_ROUTES } from "./routes/lists.ts";
import { OVERVIEW_ROUTES } from "./routes/overview.ts";
import { QUERY_ROUTES } from "./routes/queries.ts";

/** All that the API has, but for login and logout, which are for the page alone. */
export const ROUTES: readonly Route[] = [
  ...OVERVIEW_ROUTES,
  ...QUERY_ROUTES,
  ...LIST_ROUTES,
  ...EXPLAIN_ROUTES,
  ...CONFIG_ROUTES,
];
