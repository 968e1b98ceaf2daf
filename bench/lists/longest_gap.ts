import type { SocketAddress } from "../../lib/base/net/address.ts";
import { addressQuery } from "../common/asking.ts";
import { sleep } from "../common/sleep.ts";

const ASK_EVERY_MS = 2;
const REPLY_OCTETS = 4096;

/**
 * Asks for a name every 2 ms until `isOver` resolves.
 *
 * @param look Called each time.
 * @returns The longest time between two replies.
 */
export async function longestGap(
  server: SocketAddress,
  name: string,
  isOver: Promise<void>,
  look: () => void,
): Promise<number> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const query = addressQuery(name);
  let lastMs = performance.now();
  let gapMs = 0;
  let hasEnded = false;
  const listening = listen();
  const ended = isOver.finally(() => hasEnded = true);
  while (!hasEnded) {
    // Nobody listens while it is started anew.
    await socket.send(query, server as Deno.NetAddr).catch(() => {});
    look();
    await sleep(ASK_EVERY_MS);
  }
  gapMs = Math.max(gapMs, performance.now() - lastMs);
  socket.close();
  await listening;
  await ended;
  return gapMs;

  async function listen(): Promise<void> {
    const buffer = new Uint8Array(REPLY_OCTETS);
    while (!hasEnded) {
      try {
        await socket.receive(buffer);
      } catch (error) {
        if (!hasEnded) throw error;
        return;
      }
      const nowMs = performance.now();
      gapMs = Math.max(gapMs, nowMs - lastMs);
      lastMs = nowMs;
    }
  }
}
