import { mkdir, readdir, readFile, rm, stat, statfs, utimes } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { UserError } from "../../core/errors";
import { isTemporary, writeJsonAtomic } from "../../store/atomicFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { Fingerprints } from "./fingerprints";

const DESCRIPTION_FILE = "features.json";
const SHARD_SUFFIX = ".shard";
const FINGERPRINT_FILE = "fingerprints.json";
const KEY_PATTERN = /^[0-9a-f]{32}$/;

/** Temporary files older than this were left by a process that died. */
const STALE_MS = 60 * 60 * 1000;

const Description = z.looseObject({ model: z.string(), taps: z.array(z.string()) });

/** All features of one backbone, tap list, preprocessing and number format: one folder of shards. */
export interface CacheEntry {
  readonly key: string;
  readonly folder: string;
  /** Path of the model when the entry was made; undefined when that cannot be told any more. */
  readonly model?: string;
  readonly bytes: number;
  readonly lastUsedMs: number;
}

/** The folder in which features are kept: one sub-folder per entry, named by its content address. */
export class FeatureCache {
  constructor(
    readonly root: string,
    /** Size above which the least recently used entries are deleted. */
    readonly quotaBytes: number = Infinity,
  ) {}

  fingerprints(): Promise<Fingerprints> {
    return Fingerprints.open(join(this.root, FINGERPRINT_FILE));
  }

  folderOf(key: string): string {
    return join(this.root, key);
  }

  shardPath(key: string, shard: string): string {
    return join(this.folderOf(key), `${shard}${SHARD_SUFFIX}`);
  }

  /** Paths of an entry's shards; none when there is no such entry. */
  async shardPaths(key: string): Promise<string[]> {
    const names = await readdir(this.folderOf(key)).catch(() => []);
    return names
      .filter((name) => name.endsWith(SHARD_SUFFIX))
      .sort()
      .map((name) => join(this.folderOf(key), name));
  }

  /** Makes the folder of an entry, or marks it as used now. */
  async use(key: string, description: z.infer<typeof Description>): Promise<void> {
    const folder = this.folderOf(key);
    await mkdir(folder, { recursive: true });
    const path = join(folder, DESCRIPTION_FILE);
    const now = new Date();
    await utimes(path, now, now).catch(() => writeJsonAtomic(nodeFileSystem, path, description));
    await removeTemporary(folder);
  }

  /** Every entry, the least recently used first. */
  async entries(): Promise<CacheEntry[]> {
    const names = await readdir(this.root).catch(() => []);
    const entries = await Promise.all(names.filter((name) => KEY_PATTERN.test(name)).map((key) => this.#entry(key)));
    return entries.sort((a, b) => a.lastUsedMs - b.lastUsedMs);
  }

  /**
   * Makes room for `bytes` more in the entry `key` by deleting others, the least recently used first.
   * @returns what was deleted
   * @throws UserError when the quota or the disk is too small even so
   */
  async makeRoom(key: string, bytes: number): Promise<CacheEntry[]> {
    const entries = await this.entries();
    const kept = entries.find((entry) => entry.key === key)?.bytes ?? 0;
    if (kept + bytes > this.quotaBytes)
      throw new UserError(
        `The features need ${gib(kept + bytes)}, but "features.cacheQuotaGiB" allows ${gib(this.quotaBytes)}; raise it, ` +
          'set "features.dtype" to "float16", or tap fewer hidden states.',
      );
    let used = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const deleted: CacheEntry[] = [];
    for (const entry of entries) {
      if (used + bytes <= this.quotaBytes) break;
      if (entry.key === key) continue;
      await rm(entry.folder, { recursive: true, force: true });
      deleted.push(entry);
      used -= entry.bytes;
    }
    await this.#checkDisk(bytes);
    return deleted;
  }

  /** Deletes every entry and all that was remembered. */
  async clean(): Promise<{ readonly entries: number; readonly bytes: number }> {
    const entries = await this.entries();
    for (const { folder } of entries) await rm(folder, { recursive: true, force: true });
    await rm(join(this.root, FINGERPRINT_FILE), { force: true });
    return { entries: entries.length, bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async #entry(key: string): Promise<CacheEntry> {
    const folder = this.folderOf(key);
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    const description = join(folder, DESCRIPTION_FILE);
    const content = await readFile(description, "utf8").catch(() => "");
    const model = modelIn(content);
    return {
      key,
      folder,
      ...(model === undefined ? {} : { model }),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      lastUsedMs: await stat(description).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    };
  }

  async #checkDisk(bytes: number): Promise<void> {
    await mkdir(this.root, { recursive: true });
    const { bavail, bsize } = await statfs(this.root);
    if (bytes > bavail * bsize)
      throw new UserError(
        `The features need ${gib(bytes)} in "${this.root}", but only ${gib(bavail * bsize)} are free; free some space, set ` +
          '"features.dtype" to "float16", or tap fewer hidden states.',
      );
  }
}

function modelIn(content: string): string | undefined {
  try {
    return Description.safeParse(JSON.parse(content)).data?.model;
  } catch {
    return undefined;
  }
}

async function removeTemporary(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isTemporary)) {
    const path = join(folder, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > STALE_MS) await rm(path, { force: true });
  }
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(bytes < 2 ** 30 ? 2 : 1)} GiB`;
}
