import { NameSet } from "../../lists/set/name_set.ts";
import { FileMaps, type MappedFile } from "../../native/file_maps.ts";
import { fileError } from "../file_error.ts";

/** Opened once: the C library stays. `null` where files cannot be mapped. */
let maps: FileMaps | null | undefined;

/**
 * The list set at `path`: mapped where the C library may be called, and else read into memory.
 *
 * @throws {FileError} when it cannot be read.
 * @throws {SetFileError} when it is none.
 */
export function openSetFile(path: string): NameSet {
  const mapped = mapNow(path);
  if (mapped === null) return new NameSet(readNow(path), { isChecked: true });
  try {
    // Adding up all of it would read it from the disk; whoever has written it has waited until it was there.
    return new NameSet(mapped.octets, { isChecked: false, release: mapped.unmap });
  } catch (error) {
    mapped.unmap();
    throw error;
  }
}

function mapNow(path: string): MappedFile | null {
  if (maps === undefined) maps = openMaps();
  try {
    return maps?.map(path) ?? null;
  } catch {
    // If it is the file's fault, reading it tells why.
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

function readNow(path: string): ArrayBuffer {
  try {
    return Deno.readFileSync(path).buffer;
  } catch (error) {
    throw fileError(error);
  }
}
