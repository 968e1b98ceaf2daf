import type { HttpServer } from "../../../base/http/http_server.ts";
import { formatSocketAddress } from "../../../base/net/address.ts";
import type { FullConfig } from "../../../config/config.ts";
import { cookieName } from "../../../web/auth/cookies.ts";
import { Gate } from "../../../web/auth/gate.ts";
import { Logins } from "../../../web/auth/logins.ts";
import { adminListenText } from "../../../web/admin_listen.ts";
import { packPage } from "../../../web/page/assets.ts";
import { WebHandler } from "../../../web/web_handler.ts";
import { listenHttp } from "../listen_http.ts";
import type { PartContext, RunningPart } from "../part.ts";
import { adminSettings } from "./admin_settings.ts";
import { TokenFile } from "./token_file.ts";

/** Requests that are under way at the same time: a page has a handful, and a stream of events. */
const REQUESTS_MAX = 100;

/**
 * Serves the page and its API.
 *
 * @throws {ListenError} when its address cannot be had.
 */
export async function startAdmin(config: FullConfig, context: PartContext): Promise<RunningPart> {
  const { system, runtime, log, certificates } = context;
  const { listen, tokenFile: path, hosts: names, isBehindProxy } = adminSettings(config)!;
  const { isSecure } = listen;
  const digests = await system.loadDigests();
  const { api, context: { watching } } = await context.api.served();
  const page = await packPage();
  const identitiesNow = () => certificates.material.identities;
  let handler: WebHandler | null = null;
  const server: HttpServer = listenHttp(
    { address: formatSocketAddress(listen.address), setting: "admin.listen" },
    {
      identities: isSecure ? identitiesNow() : null,
      handle: (request, peer) => handler!.handle(request, peer),
      requestsMax: REQUESTS_MAX,
      failed: (error) =>
        log.error(`Cannot answer a request to the page: ${error instanceof Error ? error.stack : error}`),
    },
    system,
  );
  const { files, writableFiles } = system;
  const tokenFile = new TokenFile({ path, files, writableFiles, digests, runtime, log });
  const tokens = () => tokenFile.tokens;
  const { address } = server;
  const name = cookieName(address.port, isSecure);
  const common = { tokens, cookieName: name, wallClock: runtime.wallClock, digests };
  const gate = new Gate({ ...common, address, names, isSecure, isBehindProxy });
  const logins = new Logins({ ...common, clock: runtime.clock, log });
  handler = new WebHandler({ gate, api, logins, page, isSecure, isBehindProxy, timers: runtime.timers });
  const stopShowing = isSecure ? certificates.follow(show) : () => {};
  const release = watching.hold();
  await tokenFile.begin();
  log.info(
    `the page is at http${isSecure ? "s" : ""}://${formatSocketAddress(address)}/; its tokens are in ${path}`,
  );
  return {
    get lines() {
      const { succeeded, failed } = logins.counts;
      const where = adminListenText({ address, isSecure });
      return [`page: ${where}, ${tokens().length} tokens, logins=${succeeded} failed=${failed}`];
    },
    stop: async () => {
      release();
      stopShowing();
      tokenFile.stop();
      await server.close();
    },
  };

  function show(): void {
    try {
      server.replace(identitiesNow());
    } catch (error) {
      log.error(
        `page: cannot show the certificate: ${error instanceof Error ? error.message : error}; going on as before`,
      );
    }
  }
}
