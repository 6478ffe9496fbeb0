import { basename, dirname, join } from "node:path";
import type { FileSystem } from "./fileSystem";
import { storageError } from "./storageError";

/** Called right before a commit becomes visible; throws when this process may no longer write. */
export type Fence = () => Promise<void>;

export interface AtomicWriteOptions {
  readonly fence?: Fence;
  /** Called with the bytes as they were read back from the disk; throws when they are not what was meant. */
  readonly verify?: (bytes: Uint8Array) => void;
}

let written = 0;

/**
 * Replaces a file so that at every instant, power losses included, either the old or the new content is there in full:
 * temporary file, sync, read back, fence, rename, sync of the directory.
 * @throws UserError when the disk refuses; the old content is then still there, and the temporary file is not
 */
export async function writeFileAtomic(
  fs: FileSystem,
  path: string,
  chunks: Iterable<Uint8Array>,
  { fence, verify }: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++written}${temporarySuffix}`);
  try {
    const file = await fs.open(temporary, "create");
    try {
      for (const chunk of chunks) await file.write(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    verify?.(await fs.read(temporary));
    await fence?.();
    await fs.rename(temporary, path);
  } catch (error) {
    await fs.remove(temporary).catch(() => undefined);
    throw storageError("write", path, error);
  }
  try {
    await fs.syncDirectory(dirname(path));
  } catch (error) {
    throw storageError("write", path, error);
  }
}

const temporarySuffix = ".tmp";

/** Whether a directory entry is an unfinished file that a dead process may have left behind. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".") && name.endsWith(temporarySuffix);
}

/** Replaces a JSON file atomically. */
export async function writeJsonAtomic(fs: FileSystem, path: string, value: object, fence?: Fence): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
  await writeFileAtomic(fs, path, [bytes], fence === undefined ? {} : { fence });
}
