import { LineWriter } from "../../observe/line_writer.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

/**
 * Writes lines to standard error, whatever that is: an asynchronous write to a pipe, a terminal, a socket or a file waits in
 * a thread of Deno's, `writeSync` would in ours. When the process ends, what is still being written there goes with it.
 */
export function openStandardError(): LineWriter {
  return new LineWriter({
    write: (octets) => Deno.stderr.write(octets),
    // Somebody else who has the descriptor has made it one that does not block.
    isBusy: (error) => error instanceof Deno.errors.WouldBlock || error instanceof Deno.errors.Interrupted,
  }, PROCESS_LOOP);
}
