/** A search engine that has a name under which it gives nothing but safe results, whatever the browser asks for. */
export interface SafeSearch {
  /** That name. */
  readonly target: string;
  /** Its usual ones, each alone: other services have names below them. */
  readonly names: readonly string[];
}

/** What is behind `www.google.`: https://www.google.com/supported_domains, as of 2026. */
const GOOGLE_DOMAINS =
  "ad ae al am as at az ba be bf bg bi bj bs bt by ca cat cd cf cg ch ci cl cm cn co.ao co.bw co.ck co.cr " +
  "co.id co.il co.in co.jp co.ke co.kr co.ls co.ma co.mz co.nz co.th co.tz co.ug co.uk co.uz co.ve co.vi co.za co.zm co.zw " +
  "com com.af com.ag com.ai com.ar com.au com.bd com.bh com.bn com.bo com.br com.bz com.co com.cu com.cy com.do com.ec com.eg " +
  "com.et com.fj com.gh com.gi com.gt com.hk com.jm com.kh com.kw com.lb com.ly com.mm com.mt com.mx com.my com.na com.ng " +
  "com.ni com.np com.om com.pa com.pe com.pg com.ph com.pk com.pr com.py com.qa com.sa com.sb com.sg com.sl com.sv com.tj " +
  "com.tr com.tw com.ua com.uy com.vc com.vn cv cz de dj dk dm dz ee es fi fm fr ga ge gg gl gm gr gy hn hr ht hu ie im iq is " +
  "it je jo kg ki kz la li lk lt lu lv md me mg mk ml mn mu mv mw ne nl no nr nu pl pn ps pt ro rs ru rw sc se sh si sk sm sn " +
  "so sr st td tg tl tm tn to tt vu ws";
/** Each with and without `www.`. */
const YANDEX_DOMAINS =
  "ya.ru yandex.az yandex.by yandex.com yandex.com.am yandex.com.ge yandex.com.tr yandex.co.il yandex.ee " +
  "yandex.eu yandex.fr yandex.kz yandex.lt yandex.lv yandex.md yandex.pl yandex.ru yandex.tj yandex.tm yandex.ua yandex.uz";
const YOUTUBE_NAMES = [
  "www.youtube.com",
  "m.youtube.com",
  "youtubei.googleapis.com",
  "youtube.googleapis.com",
  "www.youtube-nocookie.com",
];

/** What a client group can be kept to, by the words of the configuration. The targets are those that the engines name themselves. */
export const SAFE_SEARCH: ReadonlyMap<string, SafeSearch> = new Map([
  ["bing", { target: "strict.bing.com", names: ["www.bing.com", "edgeservices.bing.com"] }],
  ["brave", { target: "forcesafe.search.brave.com", names: ["search.brave.com"] }],
  ["duckduckgo", {
    target: "safe.duckduckgo.com",
    names: ["duckduckgo.com", "www.duckduckgo.com", "start.duckduckgo.com", "html.duckduckgo.com"],
  }],
  ["ecosia", { target: "strict-safe-search.ecosia.org", names: ["www.ecosia.org"] }],
  ["google", {
    target: "forcesafesearch.google.com",
    names: GOOGLE_DOMAINS.split(" ").map((domain) => `www.google.${domain}`),
  }],
  ["pixabay", { target: "safesearch.pixabay.com", names: ["pixabay.com", "www.pixabay.com"] }],
  ["qwant", { target: "safeapi.qwant.com", names: ["api.qwant.com"] }],
  ["yandex", {
    target: "familysearch.yandex.ru",
    names: YANDEX_DOMAINS.split(" ").flatMap((domain) => [domain, `www.${domain}`]),
  }],
  ["youtube", { target: "restrict.youtube.com", names: YOUTUBE_NAMES }],
  ["youtube-moderate", { target: "restrictmoderate.youtube.com", names: YOUTUBE_NAMES }],
]);

/** The milder one of two that are about the same names: not meant by all of them. */
export const MODERATE = "youtube-moderate";
