import type { FileHandle } from "node:fs/promises";
import { link, lstat, mkdir, open, readdir, rename, rm, utimes } from "node:fs/promises";
import type { FileSystem, WritableFile } from "./fileSystem";
import { errorCode } from "./fileSystem";

/** Some systems cannot sync a directory (Windows never, a few network file systems): there, a rename is as safe as it gets. */
const unsyncable = new Set(
  process.platform === "win32" ? ["EPERM", "EACCES", "EISDIR", "EINVAL"] : ["EINVAL", "ENOTSUP"],
);

/** Readers that hold a file open make Windows refuse to replace it; they let go within milliseconds. */
const busy = new Set(process.platform === "win32" ? ["EPERM", "EACCES", "EBUSY"] : []);
const renameAttempts = 20;
const renameDelayMs = 25;

/** Largest single read: Node refuses 2 GiB and more. */
const maxReadBytes = 1 << 30;

/** The real file system. */
export const nodeFileSystem: FileSystem = {
  async open(path, mode) {
    return writable(await open(path, { create: "w", "create-new": "wx", append: "a" }[mode]));
  },

  async read(path, range = { offset: 0 }) {
    const file = await open(path, "r");
    try {
      const available = Math.max(0, (await file.stat()).size - range.offset);
      return await readFully(file, range.offset, Math.min(available, range.length ?? available));
    } finally {
      await file.close();
    }
  },

  async stat(path) {
    const { size, mtimeMs } = await lstat(path);
    return { size, modifiedMs: mtimeMs };
  },

  async touch(path) {
    const now = new Date();
    await utimes(path, now, now);
  },

  async list(directory) {
    const entries = await readdir(directory, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  },

  async makeDirectory(path) {
    await mkdir(path);
  },

  async rename(from, to) {
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(from, to);
        return;
      } catch (error) {
        if (attempt === renameAttempts || !busy.has(errorCode(error) ?? "")) throw error;
        await new Promise((resolve) => setTimeout(resolve, renameDelayMs));
      }
    }
  },

  link,

  async remove(path) {
    await rm(path, { recursive: true });
  },

  async syncDirectory(path) {
    try {
      const directory = await open(path, "r");
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    } catch (error) {
      if (!unsyncable.has(errorCode(error) ?? "")) throw error;
    }
  },
};

function writable(file: FileHandle): WritableFile {
  return {
    async write(bytes) {
      for (let done = 0; done < bytes.length;) {
        done += (await file.write(bytes, done, Math.min(bytes.length - done, maxReadBytes))).bytesWritten;
      }
    },
    sync: () => file.sync(),
    close: () => file.close(),
  };
}

/** Reads until `length` bytes or the end of the file, whichever comes first: a file may shrink while it is read. */
async function readFully(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, maxReadBytes), offset + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}
