import earlyJs from "../../../page/early.js" with { type: "text" };
import indexHtml from "../../../page/index.html" with { type: "text" };
import mainJs from "../../../page/main.js" with { type: "text" };
import baseAnswerJs from "../../../page/base/answer.js" with { type: "text" };
import baseApiJs from "../../../page/base/api.js" with { type: "text" };
import baseCountsJs from "../../../page/base/counts.js" with { type: "text" };
import baseDownloadJs from "../../../page/base/download.js" with { type: "text" };
import baseFormatJs from "../../../page/base/format.js" with { type: "text" };
import baseHtmlJs from "../../../page/base/html.js" with { type: "text" };
import baseKeysJs from "../../../page/base/keys.js" with { type: "text" };
import baseLiveJs from "../../../page/base/live.js" with { type: "text" };
import baseRouteJs from "../../../page/base/route.js" with { type: "text" };
import baseSeriesJs from "../../../page/base/series.js" with { type: "text" };
import baseStoreJs from "../../../page/base/store.js" with { type: "text" };
import baseThemeJs from "../../../page/base/theme.js" with { type: "text" };
import lookBaseCss from "../../../page/look/base.css" with { type: "text" };
import lookFrameCss from "../../../page/look/frame.css" with { type: "text" };
import lookPartsCss from "../../../page/look/parts.css" with { type: "text" };
import lookPhoneCss from "../../../page/look/phone.css" with { type: "text" };
import lookViewsCss from "../../../page/look/views.css" with { type: "text" };
import partsBarsJs from "../../../page/parts/bars.js" with { type: "text" };
import partsCardJs from "../../../page/parts/card.js" with { type: "text" };
import partsChartJs from "../../../page/parts/chart.js" with { type: "text" };
import partsDialogJs from "../../../page/parts/dialog.js" with { type: "text" };
import partsExplanationJs from "../../../page/parts/explanation.js" with { type: "text" };
import partsFrameJs from "../../../page/parts/frame.js" with { type: "text" };
import partsIconsJs from "../../../page/parts/icons.js" with { type: "text" };
import partsKeysDialogJs from "../../../page/parts/keys_dialog.js" with { type: "text" };
import partsMarksJs from "../../../page/parts/marks.js" with { type: "text" };
import partsNoticeJs from "../../../page/parts/notice.js" with { type: "text" };
import partsRangeJs from "../../../page/parts/range.js" with { type: "text" };
import partsTableJs from "../../../page/parts/table.js" with { type: "text" };
import partsTileJs from "../../../page/parts/tile.js" with { type: "text" };
import textsEnJs from "../../../page/texts/en.js" with { type: "text" };
import textsTextsJs from "../../../page/texts/texts.js" with { type: "text" };
import viewsExplainJs from "../../../page/views/explain.js" with { type: "text" };
import viewsListsJs from "../../../page/views/lists.js" with { type: "text" };
import viewsLoginJs from "../../../page/views/login.js" with { type: "text" };
import viewsOverviewJs from "../../../page/views/overview.js" with { type: "text" };
import viewsQueriesJs from "../../../page/views/queries.js" with { type: "text" };
import viewsQueryFiltersJs from "../../../page/views/query_filters.js" with { type: "text" };
import viewsSettingsJs from "../../../page/views/settings.js" with { type: "text" };
import viewsUpstreamsJs from "../../../page/views/upstreams.js" with { type: "text" };
import viewsListsListTableJs from "../../../page/views/lists/list_table.js" with { type: "text" };
import viewsListsPauseCardJs from "../../../page/views/lists/pause_card.js" with { type: "text" };
import viewsOverviewCacheCardJs from "../../../page/views/overview/cache_card.js" with { type: "text" };
import viewsOverviewFailuresCardJs from "../../../page/views/overview/failures_card.js" with { type: "text" };
import viewsOverviewTilesJs from "../../../page/views/overview/tiles.js" with { type: "text" };
import viewsOverviewTopCardsJs from "../../../page/views/overview/top_cards.js" with { type: "text" };
import viewsOverviewUpstreamsCardJs from "../../../page/views/overview/upstreams_card.js" with { type: "text" };
import viewsOverviewVerdictJs from "../../../page/views/overview/verdict.js" with { type: "text" };
import viewsQueriesDownloadMenuJs from "../../../page/views/queries/download_menu.js" with { type: "text" };
import viewsQueriesFilterBarJs from "../../../page/views/queries/filter_bar.js" with { type: "text" };
import viewsQueriesQueryDialogJs from "../../../page/views/queries/query_dialog.js" with { type: "text" };
import viewsQueriesQueryTableJs from "../../../page/views/queries/query_table.js" with { type: "text" };
import viewsQueriesRowsJs from "../../../page/views/queries/rows.js" with { type: "text" };
import viewsSettingsCheckFileJs from "../../../page/views/settings/check_file.js" with { type: "text" };
import viewsSettingsInForceJs from "../../../page/views/settings/in_force.js" with { type: "text" };
import viewsSettingsReloadResultJs from "../../../page/views/settings/reload_result.js" with { type: "text" };
import viewsSettingsThisPageJs from "../../../page/views/settings/this_page.js" with { type: "text" };
import viewsSettingsToolsJs from "../../../page/views/settings/tools.js" with { type: "text" };
import viewsUpstreamsDisableDialogJs from "../../../page/views/upstreams/disable_dialog.js" with { type: "text" };
import viewsUpstreamsReasonsJs from "../../../page/views/upstreams/reasons.js" with { type: "text" };
import htm from "htm" with { type: "text" };
import preact from "preact" with { type: "text" };
import preactHooks from "preact/hooks" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotCss from "uplot/dist/uPlot.min.css" with { type: "text" };

/**
 * The files of `page/` as they stand there, by their paths below it: a new one is a line above and a line here. They go into the
 * program as text; nothing is built.
 */
export const BROWSER_FILES: Readonly<Record<string, string>> = {
  "early.js": earlyJs,
  "index.html": indexHtml,
  "main.js": mainJs,
  "base/answer.js": baseAnswerJs,
  "base/api.js": baseApiJs,
  "base/counts.js": baseCountsJs,
  "base/download.js": baseDownloadJs,
  "base/format.js": baseFormatJs,
  "base/html.js": baseHtmlJs,
  "base/keys.js": baseKeysJs,
  "base/live.js": baseLiveJs,
  "base/route.js": baseRouteJs,
  "base/series.js": baseSeriesJs,
  "base/store.js": baseStoreJs,
  "base/theme.js": baseThemeJs,
  "look/base.css": lookBaseCss,
  "look/frame.css": lookFrameCss,
  "look/parts.css": lookPartsCss,
  "look/phone.css": lookPhoneCss,
  "look/views.css": lookViewsCss,
  "parts/bars.js": partsBarsJs,
  "parts/card.js": partsCardJs,
  "parts/chart.js": partsChartJs,
  "parts/dialog.js": partsDialogJs,
  "parts/explanation.js": partsExplanationJs,
  "parts/frame.js": partsFrameJs,
  "parts/icons.js": partsIconsJs,
  "parts/keys_dialog.js": partsKeysDialogJs,
  "parts/marks.js": partsMarksJs,
  "parts/notice.js": partsNoticeJs,
  "parts/range.js": partsRangeJs,
  "parts/table.js": partsTableJs,
  "parts/tile.js": partsTileJs,
  "texts/en.js": textsEnJs,
  "texts/texts.js": textsTextsJs,
  "views/explain.js": viewsExplainJs,
  "views/lists.js": viewsListsJs,
  "views/login.js": viewsLoginJs,
  "views/overview.js": viewsOverviewJs,
  "views/queries.js": viewsQueriesJs,
  "views/query_filters.js": viewsQueryFiltersJs,
  "views/settings.js": viewsSettingsJs,
  "views/upstreams.js": viewsUpstreamsJs,
  "views/lists/list_table.js": viewsListsListTableJs,
  "views/lists/pause_card.js": viewsListsPauseCardJs,
  "views/overview/cache_card.js": viewsOverviewCacheCardJs,
  "views/overview/failures_card.js": viewsOverviewFailuresCardJs,
  "views/overview/tiles.js": viewsOverviewTilesJs,
  "views/overview/top_cards.js": viewsOverviewTopCardsJs,
  "views/overview/upstreams_card.js": viewsOverviewUpstreamsCardJs,
  "views/overview/verdict.js": viewsOverviewVerdictJs,
  "views/queries/download_menu.js": viewsQueriesDownloadMenuJs,
  "views/queries/filter_bar.js": viewsQueriesFilterBarJs,
  "views/queries/query_dialog.js": viewsQueriesQueryDialogJs,
  "views/queries/query_table.js": viewsQueriesQueryTableJs,
  "views/queries/rows.js": viewsQueriesRowsJs,
  "views/settings/check_file.js": viewsSettingsCheckFileJs,
  "views/settings/in_force.js": viewsSettingsInForceJs,
  "views/settings/reload_result.js": viewsSettingsReloadResultJs,
  "views/settings/this_page.js": viewsSettingsThisPageJs,
  "views/settings/tools.js": viewsSettingsToolsJs,
  "views/upstreams/disable_dialog.js": viewsUpstreamsDisableDialogJs,
  "views/upstreams/reasons.js": viewsUpstreamsReasonsJs,
};

/**
 * What `page/` imports by these names: files of the packages that `deno.json` pins, as they are. They carry no copyright of their
 * own, but for uPlot; all of them are under the MIT license.
 */
export const PACKAGES: Readonly<Record<string, string>> = {
  "preact": preact,
  "preact/hooks": preactHooks,
  "htm": htm,
  // Its module is three times as long as this one, which is no module.
  "uplot": `${uplot}\nexport default uPlot;\n`,
};

/** What uPlot's charts look like. */
export const UPLOT_STYLE: string = uplotCss;
