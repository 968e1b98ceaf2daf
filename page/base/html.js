import { h } from "preact";
import htm from "htm";

/** @import { VNode } from "preact" */

/**
 * Makes elements of a template: HTML with `${…}`. What is put in is text, never markup, whatever stands in it.
 *
 * The package's types are for another way of importing it.
 * @type {(parts: TemplateStringsArray, ...values: any[]) => VNode<any>}
 */
export const html = /** @type {any} */ (htm).bind(h);
