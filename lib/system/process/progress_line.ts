/** To the beginning of the line, and nothing in it (ECMA-48 EL). */
const CLEAR = "\r\x1b[K";
/** Where a terminal does not say. */
const USUAL_COLUMNS = 80;

/** See `Host.showProgress`. */
export function progressLine(): ((text: string | null) => void) | null {
  if (!Deno.stderr.isTerminal() || isDumb()) return null;
  const encoder = new TextEncoder();
  let isShown = false;
  return (text) => {
    if (text === null && !isShown) return;
    isShown = text !== null;
    // A line that is too long would go on in the next one, and stay there.
    Deno.stderr.writeSync(encoder.encode(CLEAR + (text ?? "").slice(0, columns() - 1)));
  };
}

/** Whether the terminal knows no control sequences, as far as that may be looked at. */
export function isDumb(): boolean {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" && Deno.env.get("TERM") === "dumb";
}

function columns(): number {
  try {
    return Deno.consoleSize().columns || USUAL_COLUMNS;
  } catch {
    return USUAL_COLUMNS;
  }
}
