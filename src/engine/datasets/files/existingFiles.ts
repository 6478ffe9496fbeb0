import { type Dirent, type Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { forEachLimited } from "./forEachLimited";

/** In one folder, up to so many files are asked for one by one; of more, the folder is listed once. */
const askedSingly = 16;

/** Which of the paths are files. 100,000 images in one folder cost one listing, not 100,000 questions. */
export async function existingFiles(paths: Iterable<string>): Promise<ReadonlySet<string>> {
  const byFolder = new Map<string, Set<string>>();
  for (const path of paths) {
    const folder = dirname(path);
    const known = byFolder.get(folder);
    if (known) known.add(path);
    else byFolder.set(folder, new Set([path]));
  }
  const existing = new Set<string>();
  await forEachLimited([...byFolder], async ([folder, wanted]) => {
    const doubtful = wanted.size <= askedSingly ? wanted : await compareWithListing(folder, wanted, existing);
    await forEachLimited([...doubtful], async (path) => {
      if ((await statOf(path))?.isFile()) existing.add(path);
    });
  });
  return existing;
}

/** @returns what the listing does not settle: links, and names that differ in case only, which some disks take for the same */
async function compareWithListing(
  folder: string,
  wanted: ReadonlySet<string>,
  existing: Set<string>,
): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown): Dirent[] | undefined =>
    (error as NodeJS.ErrnoException).code === "ENOENT" ? [] : undefined,
  );
  if (entries === undefined) return wanted;
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  const others = new Set(entries.filter((entry) => !entry.isFile()).map(({ name }) => name));
  const folded = new Set(entries.map(({ name }) => name.toLowerCase()));
  const doubtful = new Set<string>();
  for (const path of wanted) {
    const name = basename(path);
    if (files.has(name)) existing.add(path);
    else if (others.has(name) || folded.has(name.toLowerCase())) doubtful.add(path);
  }
  return doubtful;
}

function statOf(path: string): Promise<Stats | undefined> {
  return stat(path).catch(() => undefined);
}
