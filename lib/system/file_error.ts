import { FileError } from "../base/files.ts";

/** What goes wrong with a file, in words for the operator. `permission` is the flag that allows it. */
export function fileError(error: unknown, permission = "--allow-read"): FileError {
  if (error instanceof FileError) return error;
  return new FileError(reasonOf(error, permission), { cause: error });
}

function reasonOf(error: unknown, permission: string): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "the operating system forbids it";
  if (error instanceof Deno.errors.NotCapable) return `${permission} is not given for it`;
  if (error instanceof Deno.errors.FilesystemLoop) return "its symbolic links lead in a circle";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is no folder";
  if (error instanceof Deno.errors.AlreadyExists) {
    return "no folder stands at its path, but a file, or a link that leads nowhere";
  }
  if (!(error instanceof Error)) return `${error}`;
  // Deno knows no class for these (ENOSPC, EROFS, EDQUOT).
  if (error.message.startsWith("No space left on device")) return "the disk is full";
  if (error.message.startsWith("Read-only file system")) return "its file system is read-only";
  if (error.message.startsWith("Disk quota exceeded")) return "the disk quota is used up";
  return error.message;
}
