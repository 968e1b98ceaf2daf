import { useEffect, useRef } from "preact/hooks";
import { html } from "../base/html.js";
import { t } from "../texts/texts.js";
import { Icon } from "./icons.js";

/**
 * A dialog that keeps the focus until it is closed, and gives it back then: the browser's own.
 * @param {{ title: unknown, onClose: () => void, isWide?: boolean, children?: unknown }} properties
 */
export function Dialog({ title, onClose, isWide = false, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    element.current?.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  // What is outside of it is its backdrop.
  const closeOutside = (/** @type {MouseEvent} */ event) => event.target === element.current && onClose();
  return html`
    <dialog
      ref=${element}
      class=${isWide ? "wide" : ""}
      aria-labelledby="dialog-title"
      onClose=${onClose}
      onMouseDown=${closeOutside}
    >
      <div class="dialog">
          <header>
            <h2 id="dialog-title">${title}</h2>
            <button type="button" class="plain" aria-label=${t.common
              .close} onClick=${onClose}><${Icon} name="close" /></button>
          </header>
          ${children}
        </div>
    </dialog>
  `;
}
