/**
 * The file operations that the store is built from: few enough that tests can stop the world at each of them. Failed calls
 * reject with Node's errors, whose `code` says why.
 */
export interface FileSystem {
  /**
   * Opens a file for writing at its end: `create` empties or makes it, `create-new` fails with EEXIST where there is one,
   * `append` keeps what is there.
   */
  open(path: string, mode: "create" | "create-new" | "append"): Promise<WritableFile>;
  /** Up to `length` bytes from `offset`; the whole file by default. */
  read(path: string, range?: { readonly offset: number; readonly length?: number }): Promise<Uint8Array>;
  /** Size in bytes and time of the last change, by the clock of whoever holds the disk. */
  stat(path: string): Promise<{ readonly size: number; readonly modifiedMs: number }>;
  /** Sets the time of the last change to now. */
  touch(path: string): Promise<void>;
  list(directory: string): Promise<readonly DirectoryEntry[]>;
  /** Makes one directory; fails with EEXIST where there is one. */
  makeDirectory(path: string): Promise<void>;
  /** Renames within one directory, atomically replacing a file at `to`; fails for a directory that is not empty. */
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; fails with EEXIST where there is one already. */
  link(existing: string, path: string): Promise<void>;
  /** Removes a file, or a directory with all it holds. */
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals within a directory survive a power loss. */
  syncDirectory(path: string): Promise<void>;
}

export interface WritableFile {
  /** Appends all of the bytes; when it fails, some of them may have been written. */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes everything written so far survive a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The code of a failed file operation ("ENOENT", "ENOSPC", …), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
