import { dirname, join } from "node:path";
import { UserError } from "../core/errors";
import { writeFileAtomic, type Fence } from "./atomicFile";
import type { Checkpoint, CheckpointInfo } from "./checkpoint";
import { decodeCheckpoint, encodeCheckpoint, verifyCheckpoint } from "./checkpoint";
import { loadCheckpoint, readCheckpointInfo } from "./loadCheckpoint";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { storageError } from "./storageError";

/** How many states to resume from are kept: the newest, and one to fall back to. */
const generations = 2;

const filePattern = /^(resume|best)-(\d{8,12})-w(\d{4,12})\.safetensors$/;

export interface CheckpointFile {
  readonly name: string;
  readonly kind: CheckpointInfo["kind"];
  readonly step: number;
  readonly writer: number;
}

export interface Recovered {
  /** Undefined when there is none to resume from: the run starts anew. */
  readonly checkpoint: Checkpoint | undefined;
  /** Why newer checkpoints were passed over, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * The checkpoints of one run. A file's name carries its step and the token of the lock under which it was written; the newest
 * is that of the highest token, then of the highest step, so that a process which lost its lock cannot set a run back.
 */
export class CheckpointStore {
  readonly #fs: FileSystem;
  readonly directory: string;
  readonly #writer: number;
  readonly #fence: Fence;
  #isDirectoryDurable = false;

  constructor(fs: FileSystem, directory: string, lock: { readonly token: number; readonly check: Fence }) {
    this.#fs = fs;
    this.directory = directory;
    this.#writer = lock.token;
    this.#fence = lock.check;
  }

  /**
   * Commits a checkpoint: once the promise resolves it is on the disk, was read back, and survives a power loss. Saving one to
   * resume from removes those that are not needed any more.
   * @throws UserError when the disk refuses or the lock is lost; all earlier checkpoints are then untouched
   */
  async save(checkpoint: Checkpoint): Promise<{ file: string; bytes: number }> {
    const { kind, step } = checkpoint.info;
    const file = `${kind}-${String(step).padStart(8, "0")}-w${String(this.#writer).padStart(4, "0")}.safetensors`;
    const path = join(this.directory, file);
    const chunks = encodeCheckpoint(checkpoint);
    await this.#makeDirectory();
    await writeFileAtomic(this.#fs, path, chunks, {
      fence: this.#fence,
      verify: (bytes) => verifyCheckpoint(bytes, path),
    });
    if (kind === "resume") await this.#prune();
    return { file, bytes: chunks.reduce((sum, { length }) => sum + length, 0) };
  }

  /**
   * The newest state that is intact. Damaged ones are set aside under another name, so that nothing is resumed from them later.
   * @throws UserError when the disk fails in a way that may pass, or a later version of this program made the checkpoint
   */
  async recover(): Promise<Recovered> {
    const problems: string[] = [];
    for (const { name } of await this.#files("resume")) {
      const path = join(this.directory, name);
      try {
        const bytes = await this.#fs.read(path);
        const damage = damageOf(bytes, path);
        if (damage === undefined) return { checkpoint: decodeCheckpoint(bytes, path), problems };
        problems.push(damage);
        await this.#fs.rename(path, join(this.directory, `damaged-${name}`));
      } catch (error) {
        if (errorCode(error) !== "EIO") throw storageError("read", path, error);
        problems.push(`${path} cannot be read: the disk reported an input/output error.`);
      }
    }
    return { checkpoint: undefined, problems };
  }

  /** Reads one checkpoint by its file name. @throws UserError when it is missing or damaged */
  async load(file: string): Promise<Checkpoint> {
    return loadCheckpoint(this.#fs, join(this.directory, file));
  }

  /** Makes the directory durable before the first commit: it may have been made by a process that was killed. */
  async #makeDirectory(): Promise<void> {
    if (this.#isDirectoryDurable) return;
    try {
      await this.#fs.makeDirectory(this.directory);
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw storageError("make", this.directory, error);
    }
    try {
      await this.#fs.syncDirectory(dirname(this.directory));
    } catch (error) {
      throw storageError("make", this.directory, error);
    }
    this.#isDirectoryDurable = true;
  }

  #files(kind: CheckpointInfo["kind"]): Promise<readonly CheckpointFile[]> {
    return checkpointFiles(this.#fs, this.directory, kind);
  }

  /**
   * Removes all but the newest generations and the best checkpoints that these refer to. It follows a commit that is complete,
   * so a failure here loses nothing; the next commit tries again.
   */
  async #prune(): Promise<void> {
    try {
      const resumable = await this.#files("resume");
      const kept = resumable.slice(0, generations);
      const needed = new Set(kept.map(({ name }) => name));
      for (const { name } of kept) {
        const { best } = await readCheckpointInfo(this.#fs, join(this.directory, name));
        if (best !== undefined) needed.add(best.file);
      }
      for (const { name } of [...resumable, ...(await this.#files("best"))]) {
        if (!needed.has(name)) await this.#fs.remove(join(this.directory, name));
      }
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof UserError)) throw error;
    }
  }
}

/** Checkpoints of one kind in a folder, newest first; none while there is no folder. @throws UserError when the disk fails */
export async function checkpointFiles(
  fs: FileSystem,
  directory: string,
  kind: CheckpointInfo["kind"],
): Promise<readonly CheckpointFile[]> {
  const files = (await namesIn(fs, directory)).flatMap((name) => {
    const [, found, step, writer] = filePattern.exec(name) ?? [];
    return found === kind ? [{ name, kind, step: Number(step), writer: Number(writer) }] : [];
  });
  return files.sort((a, b) => b.writer - a.writer || b.step - a.step);
}

async function namesIn(fs: FileSystem, directory: string): Promise<readonly string[]> {
  try {
    return (await fs.list(directory)).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw storageError("read", directory, error);
  }
}

function damageOf(bytes: Uint8Array, path: string): string | undefined {
  try {
    verifyCheckpoint(bytes, path);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
