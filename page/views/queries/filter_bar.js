import { useEffect, useRef, useState } from "preact/hooks";
import { useAnswer } from "../../base/answer.js";
import { html } from "../../base/html.js";
import { Icon } from "../../parts/icons.js";
import { SOURCES, sourceText } from "../../parts/marks.js";
import { t } from "../../texts/texts.js";

/** @import { UpstreamsAnswer } from "../../../lib/web/api/answers.ts" */

const RCODES = ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "FORMERR", "NOTIMP"];
const TYPES = [
  "A",
  "AAAA",
  "HTTPS",
  "SVCB",
  "PTR",
  "TXT",
  "MX",
  "SRV",
  "NS",
  "SOA",
  "CNAME",
  "DS",
  "DNSKEY",
  "CAA",
  "ANY",
];
/** Somebody who writes is not asked about each letter. */
const WRITING_MS = 250;

/** @param {{ filters: Readonly<Record<string, string>>, onChange: (filters: Record<string, string>) => void }} properties */
export function FilterBar({ filters, onChange }) {
  const { answer } = useAnswer("upstreams");
  const upstreams = (/** @type {UpstreamsAnswer | null} */ (answer)?.upstreams ?? []).map(({ name }) => name);
  const [written, write] = useState(filters);
  const timer = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const key = JSON.stringify(filters);
  // Also by a link, and by going back.
  useEffect(() => write(filters), [key]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (/** @type {string} */ name, /** @type {string} */ value, /** @type {number} */ pauseMs) => {
    const { [name]: _, ...rest } = written;
    const next = value === "" ? rest : { ...rest, [name]: value };
    write(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), pauseMs);
  };
  const text = (/** @type {string} */ name, /** @type {string} */ label, /** @type {object} */ more = {}) => {
    return html`
      <label class=${`field ${name}`}>
        <span class="unseen">${label}</span>
        <input id=${`filter-${name}`} type="search" class="mono" placeholder=${label} value=${written[name] ??
          ""} autocapitalize="off"
          spellcheck="false" autocomplete="off"
          onInput=${(/** @type {InputEvent} */ event) =>
            change(name, /** @type {HTMLInputElement} */ (event.currentTarget).value, WRITING_MS)} ...${more} />
      </label>
    `;
  };
  const select = (
    /** @type {string} */ name,
    /** @type {string} */ label,
    /** @type {readonly [string, string][]} */ options,
  ) => {
    const value = written[name] ?? "";
    const all = value === "" || options.some(([option]) => option === value)
      ? options
      : [...options, /** @type {[string, string]} */ ([value, value])];
    return html`
      <label class=${`field ${name}`}>
        <span class="unseen">${label}</span>
        <select id=${`filter-${name}`} value=${value} class=${value === "" ? "" : "set"} onChange=${(
          /** @type {Event} */ event,
        ) => change(name, /** @type {HTMLSelectElement} */ (event.currentTarget).value, 0)}>
              <option value="">${label}</option>
              ${all.map(([option, text]) =>
                html`<option key=${option} value=${option} selected=${option === value}>${text}</option>`
              )}
            </select>
      </label>
    `;
  };
  const isSet = Object.keys(written).length > 0;
  return html`<form class="filters" role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <span class="glass"><${Icon} name="search" /></span>
    ${text("name", t.queries.nameContains, { "aria-keyshortcuts": "/" })}
    ${text("client", t.queries.clientContains)}
    ${
    select("source", t.queries.anySource, [
      ["cache,stale", t.queries.memory],
      ...SOURCES.map((source) => /** @type {[string, string]} */ ([source, sourceText(source)])),
    ])
  }
    ${select("rcode", t.queries.anyResult, RCODES.map((rcode) => [rcode, rcode]))}
    ${select("type", t.queries.anyType, TYPES.map((type) => [type, type]))}
    ${select("upstream", t.queries.anyUpstream, upstreams.map((name) => [name, name]))}
    <button type="button" class="plain" disabled=${!isSet} onClick=${() => {
    write({});
    clearTimeout(timer.current);
    onChange({});
  }}>${t.queries.clear}</button>
  </form>`;
}
