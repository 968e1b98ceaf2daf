import { html } from "../base/html.js";

/**
 * @template R
 * @typedef {{
 *   readonly title: string,
 *   readonly cell: (row: R) => unknown,
 *   readonly className?: string,
 *   readonly isHead?: boolean,
 *   readonly isTitleHidden?: boolean
 * }} Column
 */

/**
 * A table; on a phone a card for each row, for which the roles are written out: what is no table to the style sheet is none to some
 * screen readers either.
 * @template R
 * @param {{
 *   caption: string,
 *   columns: readonly Column<R>[],
 *   rows: readonly R[],
 *   keyOf: (row: R) => string,
 *   onRow?: (row: R) => void,
 *   classOf?: (row: R) => string,
 *   className?: string
 * }} properties
 */
export function Table({ caption, columns, rows, keyOf, onRow, classOf, className = "" }) {
  return html`
    <table role="table" class=${className}>
      <caption class="unseen">${caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
            ${columns.map(({ title, className = "", isTitleHidden }) => {
              const text = isTitleHidden ? html`<span class="unseen">${title}</span>` : title;
              return html`<th role="columnheader" scope="col" key=${title} class=${className}>${text}</th>`;
            })}
          </tr>
      </thead>
      <tbody role="rowgroup">
          ${rows.map((row) => {
            // Only for those with a mouse: whoever has none takes the button in the row.
            const choose = onRow && ((/** @type {MouseEvent} */ event) => isPlain(event) && onRow(row));
            return html`<tr role="row" key=${keyOf(row)} class=${`${onRow ? "choosable" : ""} ${
              classOf?.(row) ?? ""
            }`} onClick=${choose}>
          ${
              columns.map(({ title, cell, className = "", isHead }) => {
                const properties = { role: isHead ? "rowheader" : "cell", class: className, "data-title": title };
                return isHead
                  ? html`<th scope="row" key=${title} ...${properties}>${cell(row)}</th>`
                  : html`<td key=${title} ...${properties}>${cell(row)}</td>`;
              })
            }
        </tr>`;
          })}
        </tbody>
    </table>
  `;
}

/** Neither on something that has a meaning of its own, nor to mark text. @param {MouseEvent} event */
function isPlain(event) {
  const target = /** @type {Element} */ (event.target);
  return target.closest("a, button, input, select") === null && `${getSelection() ?? ""}` === "";
}
