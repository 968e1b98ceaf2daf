/** The program's sign: a question goes on, and an answer comes back. A file of SVG would be taken for code by `deno doc`. */
export const ICON: string =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f6f6b"/>' +
  '<path d="M7 11h11m-4-4 4 4-4 4M25 21H14m4-4-4 4 4 4" fill="none" stroke="#fff" stroke-width="2.6" ' +
  'stroke-linecap="round" stroke-linejoin="round"/></svg>\n';
