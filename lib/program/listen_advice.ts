import { AddressInUseError } from "../base/runtime.ts";
import { splitZone } from "../base/net/zone.ts";
import { ListenError } from "../server/listen/listen_on.ts";

/**
 * What went wrong and what can be done, on one line.
 *
 * @param isForbidden Whether the operating system, or whoever runs the program in it, does not permit it.
 */
export function listenAdvice({ message, address, setting, cause }: ListenError, isForbidden: boolean): string {
  if (cause instanceof AddressInUseError) {
    return `${message}: port ${address.port} is in use there; stop the other program or give another ${setting}`;
  }
  if (isForbidden) {
    return address.port < 1024
      ? `${message}: ports below 1024 are forbidden to ordinary users; run as root, ` +
        `give the program the capability (sudo setcap cap_net_bind_service=+ep <file>), or use ${setting} with a higher port`
      : `${message}: the operating system forbids it`;
  }
  const { zone } = splitZone(address.hostname);
  if (zone !== null) {
    return `${message}: this machine has no interface "${zone}" with that address now (${reasonOf(cause)}); ` +
      `"ip -6 address" lists them`;
  }
  return `${message}: ${reasonOf(cause)}`;
}

/**
 * What `make` returns, or that resolves to.
 *
 * @throws {Error} with advice in the place of a `ListenError`.
 */
export async function orAdvise<T>(make: () => T | Promise<T>, isForbidden: (error: unknown) => boolean): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new Error(listenAdvice(error, isForbidden(error.cause)), { cause: error });
  }
}

function reasonOf(cause: unknown): string {
  return `${cause instanceof Error ? cause.message : cause}`;
}
