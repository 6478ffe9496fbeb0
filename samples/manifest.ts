import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

/** Raise this when what the builders write changes. */
const FORMAT_VERSION = 2;
const MANIFEST = "manifest.json";

const manifestSchema = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  /** SHA-256 of each file by its path relative to the folder. */
  files: z.record(z.string(), z.string()),
});

/** One file of a sample and how its bytes are made. */
export interface SampleFile {
  /** Relative to the sample's folder, with forward slashes. */
  readonly path: string;
  make(): Promise<Uint8Array>;
  /** Made and compared every time, for it costs nothing; so a change of it needs no new format version. */
  readonly isQuick?: boolean;
}

export interface WriteProgress {
  readonly done: number;
  readonly total: number;
  readonly path: string;
}

/** Number of files made at the same time. */
const CONCURRENCY = 2;

/**
 * Writes the files that are missing or differ from what an earlier call with this format wrote. A file is complete or
 * absent, whenever the process ends.
 * @returns how many were written
 */
export async function writeMissing(
  folder: string,
  files: readonly SampleFile[],
  onProgress: (progress: WriteProgress) => void = () => undefined,
): Promise<number> {
  const known = await readManifest(folder);
  const hashes: Record<string, string> = {};
  let written = 0;
  let done = 0;
  const bringUpToDate = async (file: SampleFile): Promise<void> => {
    const path = join(folder, file.path);
    const present = await readIfPresent(path);
    const presentHash = present && sha256(present);
    const isKnown = presentHash !== undefined && presentHash === known[file.path];
    const bytes = file.isQuick || !isKnown ? await file.make() : undefined;
    const hash = bytes ? sha256(bytes) : presentHash;
    if (bytes && hash !== presentHash) {
      await writeWhole(path, bytes);
      written++;
    }
    hashes[file.path] = hash ?? "";
    onProgress({ done: ++done, total: files.length, path: file.path });
  };
  const failures: unknown[] = [];
  const queue = files.values();
  const work = async (): Promise<void> => {
    for (const file of queue) {
      if (failures.length > 0) return;
      await bringUpToDate(file).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const manifest = JSON.stringify({ formatVersion: FORMAT_VERSION, files: { ...known, ...hashes } });
  await writeWhole(join(folder, MANIFEST), new TextEncoder().encode(manifest));
  if (failures.length > 0) throw failures[0];
  return written;
}

async function readManifest(folder: string): Promise<Record<string, string>> {
  const bytes = await readIfPresent(join(folder, MANIFEST));
  if (!bytes) return {};
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes))).files;
  } catch {
    return {}; // another format, or cut short: everything is made anew
  }
}

async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.partial`;
  await writeFile(partial, bytes);
  await rename(partial, path);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
