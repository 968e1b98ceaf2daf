/** @typedef {Readonly<Record<string, string | number | boolean | null>>} Row */

/**
 * Gives somebody a file that was made here.
 * @param {string} name @param {string} type @param {string} text
 */
function save(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** @param {string} name Without an ending. @param {readonly Row[]} rows */
export function saveJsonLines(name, rows) {
  save(`${name}.jsonl`, "application/x-ndjson", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** As RFC 4180 has it. @param {string} name Without an ending. @param {readonly Row[]} rows */
export function saveCsv(name, rows) {
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  save(`${name}.csv`, "text/csv", lines.map((cells) => `${cells.map(cell).join(",")}\r\n`).join(""));
}

/** @param {string | number | boolean} value */
export function cell(value) {
  // Spreadsheets take what begins like this for a formula; names come from whoever asks.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** For names of files: `2026-11-30T11-31-50Z`. @param {number} atMs */
export function stamp(atMs) {
  return new Date(atMs).toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
}
