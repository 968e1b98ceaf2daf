import { type LocalListenSocket, LocalSocketError, type LocalSockets } from "../../base/local_sockets.ts";
import type { ByteStream } from "../../base/net/byte_stream.ts";
import { leaveToPromises } from "../../base/left_to_promises.ts";

/** What its owner and its group may do with a socket: connect, which takes the right to write. */
const OWNER_AND_GROUP = 0o660;

/** The sockets of the machine's file system. */
export const DENO_LOCAL_SOCKETS: LocalSockets = { listen, connect };

async function listen(path: string): Promise<LocalListenSocket> {
  try {
    await makeRoom(path);
    // Under a name that nobody knows until its mode is right; and whoever connects meanwhile finds the former one, or this one.
    const ownPath = `${path}.${crypto.randomUUID()}`;
    const socket = Deno.listen({ transport: "unix", path: ownPath });
    try {
      Deno.chmodSync(ownPath, OWNER_AND_GROUP);
      const { ino } = Deno.statSync(ownPath);
      Deno.renameSync(ownPath, path);
      return listenSocket(socket, () => removeIfSame(path, ino));
    } catch (error) {
      socket.close();
      removeQuietly(ownPath);
      throw error;
    }
  } catch (error) {
    throw localError(error);
  }
}

async function connect(path: string): Promise<ByteStream> {
  try {
    return byteStream(await Deno.connect({ transport: "unix", path }));
  } catch (error) {
    throw localError(error);
  }
}

/** Makes sure that nothing is at the path that somebody may miss. */
async function makeRoom(path: string): Promise<void> {
  const info = await statOrNull(path);
  if (info === null) return;
  if (info.isSocket !== true) throw new LocalSocketError("something that is no socket stands there");
  if (await isListening(path)) throw new LocalSocketError("another program listens there");
}

async function statOrNull(path: string): Promise<Deno.FileInfo | null> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function isListening(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function listenSocket(socket: Deno.UnixListener, remove: () => void): LocalListenSocket {
  return {
    accept: async () => byteStream(await socket.accept()),
    close: () => {
      socket.close();
      remove();
    },
  };
}

function byteStream(connection: Deno.UnixConn): ByteStream {
  return {
    read: (buffer) => connection.read(buffer),
    write: (octets) => {
      leaveToPromises();
      return connection.write(octets);
    },
    close: () => connection.close(),
  };
}

/** Whoever has taken the place meanwhile keeps it. */
function removeIfSame(path: string, ino: number | null): void {
  try {
    if (Deno.lstatSync(path).ino === ino) Deno.removeSync(path);
  } catch {
    // It has gone, or may not be removed any more: the next program replaces it.
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It has been renamed, or nothing has come of it.
  }
}

function localError(error: unknown): LocalSocketError {
  return error instanceof LocalSocketError ? error : new LocalSocketError(reasonOf(error), { cause: error });
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "nobody listens there any more";
  if (error instanceof Deno.errors.NotFound) return "there is no such socket or folder";
  if (error instanceof Deno.errors.PermissionDenied) return "the operating system forbids it";
  if (error instanceof Deno.errors.NotCapable) return "--allow-net, --allow-read or --allow-write is not given for it";
  return error instanceof Error ? error.message : `${error}`;
}
