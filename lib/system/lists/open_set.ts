import { NameSet } from "../../lists/set/name_set.ts";
import { checkContent, SetFileError } from "../../lists/set/set_file.ts";
import { FileMaps, type MappedFile } from "../../native/file_maps.ts";
import type { HeldSetFile } from "../../program/operating_system.ts";
import { fileError } from "../file_error.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

/** Of a set that is read bit by bit. */
const READ_OCTETS = 1_048_576;

/** Opened once: the C library stays. `null` where files cannot be mapped. */
let maps: FileMaps | null | undefined;

/**
 * The list set at `path`: mapped where the C library may be called, and else read into memory.
 *
 * @param descriptor See `OperatingSystem.openSetFile`.
 * @throws {FileError} when it cannot be read.
 * @throws {SetFileError} when it is none.
 */
export function openSetFile(path: string, descriptor: number | null = null): NameSet {
  return openHeld(descriptor) ?? openMapped(path) ?? new NameSet(readNow(path), { isChecked: true });
}

/** The same, and what is read is read bit by bit: others have their turns meanwhile. */
export async function openSetFileInSteps(path: string): Promise<NameSet> {
  const mapped = openMapped(path);
  if (mapped !== null) return mapped;
  const buffer = await readInSteps(path);
  const set = new NameSet(buffer, { isChecked: false });
  for (const _ of checkContent(buffer)) await turn();
  return set;
}

/** See `OperatingSystem.holdSetFile`. */
export function holdSetFile(path: string): HeldSetFile | null {
  return orNull((maps) => maps.hold(path));
}

function openHeld(descriptor: number | null): NameSet | null {
  const mapped = descriptor === null ? null : orNull((maps) => maps.mapDescriptor(descriptor));
  try {
    return mapped && setOf(mapped);
  } catch (error) {
    // It is another file's descriptor: the path may lead to the right one.
    if (error instanceof SetFileError) return null;
    throw error;
  }
}

function openMapped(path: string): NameSet | null {
  // If it is the file's fault that it cannot be mapped, reading it tells why.
  const mapped = orNull((maps) => maps.map(path));
  return mapped && setOf(mapped);
}

function setOf(mapped: MappedFile): NameSet {
  try {
    // Adding up all of it would read it from the disk; whoever has written it has waited until it was there.
    return new NameSet(mapped.octets, { isChecked: false, release: mapped.unmap });
  } catch (error) {
    mapped.unmap();
    throw error;
  }
}

/** What can be had by the C library; `null` without it, and when it fails. */
function orNull<T>(get: (maps: FileMaps) => T): T | null {
  if (maps === undefined) maps = openMaps();
  try {
    return maps && get(maps);
  } catch {
    return null;
  }
}

function openMaps(): FileMaps | null {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return null;
  try {
    return new FileMaps();
  } catch {
    return null;
  }
}

async function readInSteps(path: string): Promise<ArrayBuffer> {
  try {
    using file = await Deno.open(path);
    const octets = new Uint8Array((await file.stat()).size);
    for (let at = 0; at < octets.length;) {
      const length = await file.read(octets.subarray(at, at + READ_OCTETS));
      if (length === null) break;
      at += length;
    }
    return octets.buffer;
  } catch (error) {
    throw fileError(error);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void PROCESS_LOOP.start(0, resolve));
}

function readNow(path: string): ArrayBuffer {
  try {
    return Deno.readFileSync(path).buffer;
  } catch (error) {
    throw fileError(error);
  }
}
