/** What rows are searched by, as the API calls it. */
export const FILTERS = /** @type {const} */ (["name", "client", "source", "rcode", "type", "upstream"]);

/** Those of an address line. @param {Readonly<Record<string, string>>} parameters @returns {Record<string, string>} */
export function filtersOf(parameters) {
  return Object.fromEntries(FILTERS.flatMap((name) => {
    const value = parameters[name]?.trim() ?? "";
    return value === "" ? [] : [[name, value]];
  }));
}
