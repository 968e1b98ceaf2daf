import { parseIp } from "../../base/net/ip.ts";
import { splitZone } from "../../base/net/zone.ts";
import { NameFormatError, nameFromText } from "../../wire/name.ts";
import { AdminError } from "./admin_error.ts";
import type { AdminRequest } from "./requests.ts";

/** A pause lasts no longer: who means longer than a year means for ever. */
export const PAUSE_DAYS_MAX = 366;
/** Of day, on a day. */
export const TIME: RegExp =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[ T](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?$/;

/**
 * Reads a line: an object with a command and what belongs to it, and nothing else.
 *
 * @throws {AdminError} for anything else.
 */
export function readRequest(line: string): AdminRequest {
  const { command, ...rest } = readObject(line);
  const fields = new Fields(rest);
  const request = requestOf(command, fields);
  fields.end();
  return request;
}

function requestOf(command: unknown, fields: Fields): AdminRequest {
  if (command === "status" || command === "reload" || command === "lists" || command === "query-log") {
    return { command };
  }
  if (command === "refresh") return { command, list: fields.text("list") };
  if (command === "pause") {
    return { command, seconds: fields.seconds(), clients: fields.texts("clients"), lists: fields.texts("lists") };
  }
  if (command === "resume") return { command, clients: fields.texts("clients"), lists: fields.texts("lists") };
  if (command === "flush") {
    const name = fields.name("name");
    const below = fields.flag("below");
    if (name === null && below) throw new AdminError("below needs a name");
    return { command, name, below };
  }
  if (command === "api") {
    const [method, path] = [fields.text("method") ?? "GET", fields.text("path")];
    if (path === null) throw new AdminError("api needs a path");
    return { command, method, path, body: fields.any("body") };
  }
  if (command === "explain") {
    const name = fields.name("name");
    if (name === null) throw new AdminError("explain needs a name");
    const [type, client] = [fields.type(), fields.address("client")];
    return { command, name, type, client, dnssec: fields.flag("dnssec"), at: fields.time("at") };
  }
  throw new AdminError(
    "there is no such command; there are status, reload, flush, explain, pause, resume, lists, refresh and api",
  );
}

function readObject(line: string): Record<string, unknown> {
  const value = parse(line);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new AdminError("a command is an object in JSON, on one line");
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** The fields of an object, which are taken one by one. */
class Fields {
  readonly #values: Map<string, unknown>;

  constructor(values: Record<string, unknown>) {
    this.#values = new Map(Object.entries(values));
  }

  name(key: string): string | null {
    const value = this.#take(key);
    if (value === null) return null;
    if (typeof value !== "string") throw new AdminError(`${key} must be a domain name`);
    try {
      nameFromText(value);
      return value;
    } catch (error) {
      if (error instanceof NameFormatError) throw new AdminError(error.message);
      throw error;
    }
  }

  address(key: string): string | null {
    const value = this.#take(key);
    if (value === null) return null;
    if (typeof value === "string" && parseIp(splitZone(value).address) !== null) return value;
    throw new AdminError(`${key} must be an IP address`);
  }

  time(key: string): string | null {
    const value = this.#take(key);
    if (value === null) return null;
    if (typeof value === "string" && TIME.test(value)) return value;
    throw new AdminError(`${key} must be a time such as 2026-12-01 21:00`);
  }

  text(key: string): string | null {
    const value = this.#take(key);
    if (value === null || typeof value === "string") return value;
    throw new AdminError(`${key} must be a name`);
  }

  any(key: string): unknown {
    return this.#take(key);
  }

  texts(key: string): readonly string[] | null {
    const value = this.#take(key);
    if (value === null) return null;
    if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")) return value;
    throw new AdminError(`${key} must be a list of names`);
  }

  seconds(): number | null {
    const value = this.#take("seconds");
    if (value === null) return null;
    if (Number.isInteger(value) && value as number >= 1 && value as number <= PAUSE_DAYS_MAX * 86_400) {
      return value as number;
    }
    throw new AdminError(`seconds must be whole seconds, from 1 s to ${PAUSE_DAYS_MAX} d`);
  }

  flag(key: string): boolean {
    const value = this.#take(key);
    if (value === null || typeof value === "boolean") return value ?? false;
    throw new AdminError(`${key} must be true or false`);
  }

  type(): number {
    const value = this.#take("type") ?? 1;
    if (Number.isInteger(value) && value as number >= 1 && value as number <= 0xffff) return value as number;
    throw new AdminError("type must be a whole number, 1–65535");
  }

  end(): void {
    const [stray] = this.#values.keys();
    if (stray !== undefined) throw new AdminError(`there is no field ${JSON.stringify(stray)} in this command`);
  }

  #take(key: string): unknown {
    const value = this.#values.get(key) ?? null;
    this.#values.delete(key);
    return value;
  }
}
