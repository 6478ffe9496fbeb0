import { UserError } from "../core/errors";
import { errorCode } from "./fileSystem";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and resume the run",
  EDQUOT: "the disk quota is used up; free some space and resume the run",
  EIO: "the disk reported an input/output error; check it and resume the run",
  EROFS: "the file system is read-only; choose a folder that can be written",
  EACCES: "permission is denied; choose a folder that can be written",
  EPERM: "permission is denied; choose a folder that can be written",
  EMFILE: "too many files are open; close some programs and resume the run",
  ENFILE: "too many files are open; close some programs and resume the run",
  ENOENT: "its folder is gone; restore it and resume the run",
};

/**
 * A failed file operation as a sentence. Errors that already are sentences, and those that no file operation raises, are
 * handed back as they are.
 * @param action what was tried, for example "write" or "read"
 */
export function storageError(action: string, path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof UserError || code === undefined) return error;
  const reason = reasons[code] ?? `the system reported ${code}; remove the cause and resume the run`;
  return new UserError(`Could not ${action} ${path}: ${reason}.`, { cause: error });
}
