import type { Format } from "./exposition.ts";

/** The format that a reader wants, by its `Accept` field (RFC 9110 §12.5.1); who says nothing that is known gets plain text. */
export function acceptedFormat(accept: string | null): Format {
  const ranges = (accept ?? "").split(",").map(readRange);
  const open = ranges.filter(({ type, version }) => type === "application/openmetrics-text" && isKnown(version));
  const text = ranges.filter(({ type }) => type === "text/plain" || type === "text/*" || type === "*/*");
  const best = (all: readonly Range[]) => Math.max(0, ...all.map(({ quality }) => quality));
  return best(open) > 0 && best(open) >= best(text) ? "openMetrics" : "text";
}

interface Range {
  readonly type: string;
  readonly version: string | null;
  /** 0–1; 0 is "not this". */
  readonly quality: number;
}

/** What Prometheus has called the same before there was a first version of it. */
function isKnown(version: string | null): boolean {
  return version === null || version === "1.0.0" || version === "0.0.1";
}

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const valueOf = (name: string) =>
    parameters.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
  const quality = Number(valueOf("q") ?? 1);
  return { type, version: valueOf("version"), quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
