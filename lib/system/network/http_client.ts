import {
  type HttpClient,
  type HttpContent,
  HttpError,
  type HttpRequest,
  type HttpResponse,
} from "../../base/http/http_client.ts";
import { VERSION } from "../../version.ts";
import { Relay } from "./relay.ts";

/** What the client needs beyond requests. */
export interface HttpClientOptions {
  /** Certificates of authorities besides the usual ones, as PEM. */
  readonly caCerts?: readonly string[];
}

/** HTTP as Deno's `fetch` speaks it, each request over a connection of its own. */
export function denoHttpClient({ caCerts = [] }: HttpClientOptions = {}): HttpClient {
  const post = (request: HttpRequest, { type, body }: HttpContent) => {
    return ask(request, { method: "POST", body, headers: { "content-type": type } }, caCerts);
  };
  return { get: (request) => ask(request, {}, caCerts), post };
}

async function ask(
  { url, connection, headers, signal }: HttpRequest,
  own: Pick<RequestInit, "method" | "body"> & { readonly headers?: Readonly<Record<string, string>> },
  caCerts: readonly string[],
): Promise<HttpResponse> {
  const relay = new Relay(connection);
  const client = Deno.createHttpClient({ proxy: relay.proxy, caCerts: [...caCerts], poolMaxIdlePerHost: 0 });
  const close = () => {
    client.close();
    relay.close();
  };
  try {
    const fields = { "user-agent": AGENT, ...own.headers, ...headers };
    const response = await fetch(url, { ...own, client, signal, redirect: "manual", headers: fields });
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: bodyOf(response),
      close: () => {
        // Fails when somebody reads it; then the end of the connection ends it.
        response.body?.cancel().catch(() => {});
        close();
      },
    };
  } catch (error) {
    close();
    throw signal.aborted ? signal.reason : new HttpError(reasonOf(error), { cause: error });
  }
}

async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (body === null) return;
  try {
    yield* body;
  } catch (error) {
    throw new HttpError(reasonOf(error), { cause: error });
  }
}

const AGENT = `dns-forwarder/${VERSION}`;

/** The innermost reason: what `fetch` says by itself is that it has failed, and with what URL. */
function reasonOf(error: unknown): string {
  let reason = error instanceof Error ? error.message : `${error}`;
  if (error instanceof Error && error.cause instanceof Error) reason = error.cause.message;
  return reason.replace(/^.*?: client error \((?:Connect|SendRequest)\): /, "");
}
