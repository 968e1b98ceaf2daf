import { html } from "../base/html.js";

/**
 * A part of a view with a heading of its own.
 * @param {{ title: unknown, id: string, note?: unknown, tools?: unknown, className?: string, children?: unknown }} properties
 */
export function Card({ title, id, note, tools, className = "", children }) {
  return html`<section class=${`card ${className}`} aria-labelledby=${id}>
    <header>
      <h2 id=${id}>${title}</h2>
      ${note && html`<p class="note">${note}</p>`}
      ${tools && html`<div class="tools">${tools}</div>`}
    </header>
    ${children}
  </section>`;
}

/**
 * One of several, side by side.
 * @param {{
 *   label: string,
 *   options: readonly { readonly value: string, readonly text: unknown, readonly title?: string }[],
 *   value: string,
 *   onChange: (value: string) => void
 * }} properties
 */
export function Choice({ label, options, value, onChange }) {
  return html`<div class="choice" role="group" aria-label=${label}>
    ${
    options.map((option) => {
      return html`
        <button
          type="button"
          key=${option.value}
          title=${option.title}
          aria-pressed=${option.value === value ? "true" : "false"}
          onClick=${() => onChange(option.value)}
        >${option.text}</button>
      `;
    })
  }
  </div>`;
}
