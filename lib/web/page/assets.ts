import { BROWSER_FILES, PACKAGES, UPLOT_STYLE } from "./browser_files.ts";
import { ICON } from "./icon.ts";

/** A file of the page, ready to be sent. It is the same for everybody, and tells nothing: what the page shows comes from the API. */
export interface PageAsset {
  /** Its media type, for `content-type`. */
  readonly type: string;
  /** All of it. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The same in gzip's format. */
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Another one when the content is another, with its quotes (RFC 9110 §8.8.3). */
  readonly etag: string;
}

/**
 * What a browser may do with the page: nothing that is not written in it. A name that somebody has asked for can be anything; even if it
 * were taken for markup by mistake, nothing would come of it (Trusted Types).
 */
export const CONTENT_SECURITY_POLICY: string =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Where everything but the document itself is. */
const FOLDER = "/page/";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

/** Packs all files of the page, by their paths: `/` for the document. Takes some milliseconds; once is enough. */
export async function packPage(): Promise<ReadonlyMap<string, PageAsset>> {
  const packed = [...texts()].map(async ([path, text]) => [path, await pack(path, text)] as const);
  return new Map(await Promise.all(packed));
}

/** What is answered to somebody who asks for a file of the page (GET or HEAD). */
export function assetResponse({ type, octets, gzipped, etag }: PageAsset, request: Request): Response {
  // "no-cache" is: ask every time whether it is still the same. After an update nobody is to see half of the page before it.
  const headers = new Headers({ etag, vary: "accept-encoding", "cache-control": "no-cache" });
  if (isKnown(etag, request.headers.get("if-none-match"))) return new Response(null, { status: 304, headers });
  headers.set("content-type", type);
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(request.headers.get("accept-encoding") ?? "");
  if (takesGzip) headers.set("content-encoding", "gzip");
  const body = takesGzip ? gzipped : octets;
  headers.set("content-length", `${body.length}`);
  return new Response(request.method === "HEAD" ? null : body, { headers });
}

/** Whether the content is what the browser has already (RFC 9110 §13.1.2). */
function isKnown(etag: string, known: string | null): boolean {
  return known !== null && known.split(",").some((one) => one.trim().replace(/^W\//, "") === etag);
}

/** All files, by the paths that they have for a browser. */
function* texts(): Iterable<[path: string, text: string]> {
  for (const [name, text] of Object.entries(BROWSER_FILES)) {
    if (name === "index.html") yield ["/", preloading(text)];
    else yield [`${FOLDER}${name}`, name.endsWith(".js") ? linked(text) : text];
  }
  for (const [name, text] of Object.entries(PACKAGES)) yield [packagePath(name), linked(text)];
  yield [`${FOLDER}lib/uplot.css`, UPLOT_STYLE];
  yield [`${FOLDER}icon.svg`, ICON];
}

/** With all modules named: a browser would find them one after the other, by reading those that import them. */
function preloading(document: string): string {
  const modules = Object.keys(BROWSER_FILES).filter((name) => name.endsWith(".js") && name !== "early.js")
    .map((name) => `${FOLDER}${name}`);
  const links = [...modules, ...Object.keys(PACKAGES).map(packagePath)].map((path) => {
    return `<link rel="modulepreload" href="${path}">`;
  });
  return document.replace("</head>", `${links.join("")}</head>`);
}

function packagePath(name: string): string {
  return `${FOLDER}lib/${name.replaceAll("/", "-")}.js`;
}

/**
 * With paths in place of names of packages, which browsers do not know. An import map would have to stand in the document as a script,
 * and the policy allows none there.
 */
function linked(text: string): string {
  return text.replaceAll(/\b(from\s*|import\s*)"([a-z][^"]*)"/g, (whole, before, name) => {
    return name in PACKAGES ? `${before}"${packagePath(name)}"` : whole;
  });
}

async function pack(path: string, text: string): Promise<PageAsset> {
  const octets = new TextEncoder().encode(text);
  const gzip = new Blob([octets]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzipped = new Uint8Array(await new Response(gzip).arrayBuffer());
  const type = TYPES[path === "/" ? "html" : path.slice(path.lastIndexOf(".") + 1)];
  if (type === undefined) throw new TypeError(`No media type is known for ${path}`);
  return { type, octets, gzipped, etag: `"${hashText(octets)}"` };
}

/** FNV-1a, twice, with 32 bits each: it tells versions from one another, and need not hold against anybody. */
function hashText(octets: Uint8Array): string {
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (const octet of octets) {
    a = Math.imul(a ^ octet, 0x01000193) >>> 0;
    b = Math.imul(b ^ octet, 0x85ebca6b) >>> 0;
  }
  return [a, b, octets.length].map((word) => word.toString(16)).join("-");
}
