import { LocalSocketError, type LocalSockets } from "../../base/local_sockets.ts";
import type { ByteStream } from "../../base/net/byte_stream.ts";
import type { Timers } from "../../base/runtime.ts";
import { writeAll } from "../../base/net/byte_stream.ts";
import { AdminError } from "./admin_error.ts";
import { LineReader } from "./line_reader.ts";
import type { AdminReply, AdminRequest } from "./requests.ts";

/** Of a reply. */
const REPLY_OCTETS_MAX = 1024 * 1024;
/** A reload waits for workers, and an explanation for upstreams; both have limits below this. */
const WAIT_MS = 60_000;

/** Nobody has answered. The message says what to do. */
export class UnreachableError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UnreachableError";
}

/**
 * Gives the running program a command, over the socket at `path`.
 *
 * @throws {UnreachableError} when there is no program, or it does not answer.
 * @throws {AdminError} when it cannot do what it is asked for.
 */
export async function askProgram(
  sockets: LocalSockets,
  timers: Timers,
  path: string,
  request: AdminRequest,
): Promise<unknown> {
  const stream = await connect(sockets, path);
  let isTooLate = false;
  const cancel = timers.start(WAIT_MS, () => {
    isTooLate = true;
    stream.close();
  });
  try {
    await writeAll(stream, new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const line = await new LineReader(stream, REPLY_OCTETS_MAX).next();
    if (line === null) throw new UnreachableError(`The program at ${path} has hung up without an answer`);
    return resultOf(line, path);
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof AdminError) throw error;
    throw new UnreachableError(
      `The program at ${path} does not answer: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    cancel();
    if (!isTooLate) stream.close();
  }
}

async function connect(sockets: LocalSockets, path: string): Promise<ByteStream> {
  try {
    return await sockets.connect(path);
  } catch (error) {
    if (!(error instanceof LocalSocketError)) throw error;
    throw new UnreachableError(
      `Cannot reach the program at ${path}: ${error.message}; it listens where admin.socket says, ` +
        "and its user and its group may connect",
    );
  }
}

function resultOf(line: string, path: string): unknown {
  let reply: AdminReply;
  try {
    reply = JSON.parse(line);
  } catch {
    throw new UnreachableError(`What listens at ${path} is not this program`);
  }
  if (reply?.ok === true) return reply.result;
  if (reply?.ok === false) throw new AdminError(reply.error);
  throw new UnreachableError(`What listens at ${path} is not this program`);
}
