import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { RCODE, rcodeToText, TYPE } from "../../lib/wire/iana.ts";
import { addressQuery, ask, type Outcome } from "./asking.ts";
import { sleep } from "./sleep.ts";

/** Some take a while until they know that their upstream lives. */
const PATIENCE_MS = 10_000;
const TRY_MS = 250;
const PAUSE_MS = 20;

/**
 * Asks `server` for the address of `name` until the answer comes.
 *
 * @throws {Error} when something else comes, or nothing.
 */
export async function verify(server: SocketAddress, name: string, address: string): Promise<void> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const outcome = await ask(server, addressQuery(name), TRY_MS);
    if (isAnswer(outcome, address)) return;
    if (performance.now() > giveUpAtMs) {
      throw new Error(`${formatSocketAddress(server)} does not say that ${name} is ${address}: ${toText(outcome)}`);
    }
    await sleep(PAUSE_MS);
  }
}

function isAnswer({ response }: Outcome, address: string): boolean {
  if (response?.rcode !== RCODE.NOERROR || response.answers.length !== 1) return false;
  const { type, rdata } = response.answers[0]!;
  return type === TYPE.A && rdata.join(".") === address;
}

function toText({ response }: Outcome): string {
  return response === null ? "no response" : `${rcodeToText(response.rcode)}, ${response.answers.length} answers`;
}
