import type { TcpNetConnectOpts } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { fromPem } from "../../../base/certificates/pem.ts";
import type { SocketAddress } from "../../../base/net/address.ts";
import { type TlsClientOptions, TlsError, type TlsSocket } from "../../../base/sockets/tls.ts";
import { chainErrorText } from "./chain_error.ts";
import { letGo } from "./let_go.ts";
import { NODE } from "../node_modules.ts";
import { toNodeSocket } from "./node_socket.ts";
import { NodeTlsStream, type Shown } from "./node_tls_stream.ts";
import { certificatesShownOn, type ShownCertificates } from "./peer_certificates.ts";
import { toTlsError } from "./tls_errors.ts";
import { Verdicts } from "./verdicts.ts";
import { leaveToPromises } from "../../../base/left_to_promises.ts";

/** What was found with the authorities that come with the program: only such sessions are taken up again (Deno 2.9.5). */
const VERDICTS = new Verdicts();

/** See `Network.connectTls`. */
export async function connectTls(
  remote: SocketAddress,
  { serverName, alpn, ca, identity }: TlsClientOptions,
  signal: AbortSignal,
  source: string | null = null,
): Promise<TlsSocket> {
  signal.throwIfAborted();
  // Node takes an empty text for no text, and that for the authorities that come with it.
  if (ca !== null && fromPem(ca, "CERTIFICATE").length === 0) {
    throw new TlsError("There is no certificate in the CA file");
  }
  leaveToPromises();
  const way = source === null
    // Node's sockets (Deno 2.9.5) know no zones.
    ? { socket: toNodeSocket(await connectPlain(remote, signal)) }
    : { host: remote.hostname, port: remote.port, localAddress: source };
  const options: ConnectionOptions & Pick<TcpNetConnectOpts, "localAddress"> = {
    ...way,
    ...(serverName !== null && { servername: serverName }),
    ...(ca !== null && { ca }),
    ...(identity !== null && { cert: identity.certificate, key: identity.key }),
    ALPNProtocols: [...alpn],
    // Whom to believe is for others to decide, by what they are told.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
  const socket = connectNode(options);
  letGo(socket);
  await handshakeOf(socket, signal);
  try {
    const shown = shownBy(socket, ca);
    // Small messages that wait for each other's acknowledgements would take 40 ms each.
    socket.setNoDelay(true);
    // Who ends its side in the handshake has ended all of it; later there may be replies to come.
    socket.allowHalfOpen = true;
    return new NodeTlsStream(socket, { transport: "tcp", hostname: remote.hostname, port: remote.port }, shown);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function connectPlain({ hostname, port }: SocketAddress, signal: AbortSignal): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ transport: "tcp", hostname, port, signal });
  // Told in the moment in which the connection was there: nobody will hear of it later.
  if (!signal.aborted) return connection;
  connection.close();
  throw signal.reason;
}

/** Node refuses some of what it is given at once. */
function connectNode(options: ConnectionOptions): TLSSocket {
  try {
    return NODE.tls.connect(options);
  } catch (error) {
    options.socket?.destroy();
    throw new TlsError((error as Error).message, { cause: error });
  }
}

function handshakeOf(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", giveUp);
      settle();
    };
    const giveUp = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    socket.once("secureConnect", () => end(resolve));
    // Heard to the end of the connection: an error that nobody hears ends the program.
    socket.on("error", (error) => end(() => reject(toTlsError(error))));
    socket.once("close", () => end(() => reject(new TlsError("The connection has ended in the handshake"))));
  });
}

function shownBy(socket: TLSSocket, ca: string | null): Shown {
  const shown = certificatesShownOn(socket);
  const [own] = shown.read;
  if (own === undefined) throw new TlsError("It shows no certificate");
  const chainError = verdictOn(socket, shown, ca);
  // Deno 2.9.5 takes the other side for the owner of a certificate without looking whether it has the key, when the certificate has
  // a form that it does not understand. Somebody may go by the key alone, so such a certificate says nothing.
  if (chainError !== null && !own.isPlain) throw new TlsError("Its certificate has a form that is not understood here");
  const { alpnProtocol } = socket;
  const alpn = alpnProtocol === false ? null : alpnProtocol;
  return {
    alpn,
    peerCertificates: shown.certificates,
    chainError,
    serverName: null,
    isResumed: socket.isSessionReused(),
  };
}

/** See `TlsSocket.chainError`. */
function verdictOn(
  socket: TLSSocket,
  { read, digest, objection }: ShownCertificates,
  ca: string | null,
): string | null {
  if (objection !== null) return objection;
  if (socket.isSessionReused()) {
    const found = ca === null ? VERDICTS.of(digest) : undefined;
    if (found === undefined) throw new TlsError("A session was taken up again whose certificates were not looked at");
    return found;
  }
  const { authorized, authorizationError } = socket;
  const code = `${authorizationError}`;
  const error = authorized === true ? null : chainErrorText(code, read, Math.floor(Date.now() / 1000));
  if (ca === null) VERDICTS.note(digest, error);
  return error;
}
