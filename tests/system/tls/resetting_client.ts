import { connect } from "node:net";

/** Connects, and breaks the connection off at once. */
export function resetOne(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.resetAndDestroy());
    socket.on("error", () => {});
    socket.once("close", () => resolve());
  });
}

// Run by a test, with the port, to do so while the test stands still.
if (import.meta.main) { for (let i = 0; i < 20; i++) await resetOne(Number(Deno.args[0])); }
