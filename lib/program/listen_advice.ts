import { AddressInUseError } from "../base/runtime.ts";
import { splitZone } from "../base/net/zone.ts";
import { flagName } from "../config/flags/flags.ts";
import { FIELDS, SETTINGS } from "../config/settings.ts";
import { ListenError } from "../server/listen/listen_on.ts";

/** What is known of the program that could not listen. */
export interface AdviceOptions {
  /** Whether the operating system, or whoever runs the program in it, does not permit what has failed so. */
  readonly isForbidden: (cause: unknown) => boolean;
  /** Where the setting of a path was given: `--listen`, or `config.toml:12`; `null` where it was not, or nobody knows. */
  readonly placeOf: (path: string) => string | null;
}

/** What went wrong and what can be done, on one line. */
export function listenAdvice(error: ListenError, { isForbidden, placeOf }: AdviceOptions): string {
  const { message, address, cause } = error;
  const setting = settingText(error.setting, placeOf(error.setting));
  if (cause instanceof AddressInUseError) {
    return `${message}: port ${address.port} is in use there; stop the other program or give another ${setting}`;
  }
  if (isForbidden(cause)) {
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
export async function orAdvise<T>(make: () => T | Promise<T>, options: AdviceOptions): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new Error(listenAdvice(error, options), { cause: error });
  }
}

/** As whoever reads it has given it, so that he finds it. */
function settingText(path: string, place: string | null): string {
  if (place !== null) return place.startsWith("--") ? place : `${path} (${place})`;
  const field = FIELDS.find((one) => SETTINGS[one].path === path);
  return field === undefined || SETTINGS[field].hasFlag === false ? path : `--${flagName(SETTINGS[field])}`;
}

function reasonOf(cause: unknown): string {
  return `${cause instanceof Error ? cause.message : cause}`;
}
