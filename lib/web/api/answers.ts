/**
 * The bodies of the API, `/api/v1/…`: what the page and the terminal show is one of these. Plain data, as JSON has it. Times are
 * milliseconds since 1970 (`…AtMs`) or lengths (`…Ms`, `…Seconds`); counts are since the start unless a window is named. A field
 * may be added; none changes its meaning within `v1`.
 */

export type { FlushAnswer, FlushBody } from "./answers/cache.ts";
export type {
  ConfigAnswer,
  ConfigCheckAnswer,
  ConfigCheckBody,
  LogLevelBody,
  ReloadAnswer,
  SettingAnswer,
} from "./answers/config.ts";
export type { ExplainAnswer } from "./answers/explain.ts";
export type {
  ListAnswer,
  ListsAnswer,
  ListSourceAnswer,
  PauseAnswer,
  PauseBody,
  PausesAnswer,
  RefreshBody,
} from "./answers/lists.ts";
export {
  type LiveAnswer,
  type LiveUpstream,
  type QueriesAnswer,
  type QueryRow,
  type SeriesAnswer,
  TOP_KINDS,
  type TopAnswer,
  type TopKind,
  type TopRow,
} from "./answers/queries.ts";
export type { LoginBody, ProblemDetails, Scope, SessionAnswer } from "./answers/session.ts";
export type {
  CacheAnswer,
  CertificateAnswer,
  Health,
  ListenerAnswer,
  PrivacyAnswer,
  ProblemAnswer,
  RepliesAnswer,
  SinkAnswer,
  StatusAnswer,
  TimesAnswer,
} from "./answers/status.ts";
export type { DisableBody, GroupAnswer, UpstreamAnswer, UpstreamsAnswer } from "./answers/upstreams.ts";
