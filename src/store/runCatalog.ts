import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { ExperimentFile } from "./experimentFile";
import { readExperimentFile } from "./experimentFile";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import type { ProcessTable } from "./processIdentity";
import { runsFolder } from "./runDirectory";
import type { RunListing } from "./runListing";
import { readRun, readRuns, runDirectories } from "./runListing";

/** An experiment and its runs. */
export interface CatalogEntry {
  /** Differs between entries and stays the same over changes. */
  readonly id: string;
  /** Undefined for runs whose experiment file is gone. */
  readonly file: ExperimentFile | undefined;
  readonly folder: string;
  readonly name: string;
  /** Ordered by directory. */
  readonly runs: readonly RunListing[];
}

/** Where to look: all experiment files, and the folders whose `runs` folder holds runs. */
export interface CatalogPlaces {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface CatalogOptions {
  readonly fs: FileSystem;
  readonly processes: ProcessTable;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Shelf {
  readonly files: Map<string, ExperimentFile>;
  readonly runs: Map<string, RunListing>;
  /** Made of both; entries and listings that did not change stay the same objects. */
  entries: readonly CatalogEntry[];
}

/**
 * The experiments and runs of some folders. It looks only where it is told to, and reads no more than that: telling it what
 * may have changed is the affair of whoever watches. Calls must not overlap. No call rejects for what is on the disk, except
 * where a folder of runs cannot be listed.
 */
export class RunCatalog {
  readonly #options: CatalogOptions;
  readonly #shelves = new Map<string, Shelf>();
  #changed = new Set<string>();

  constructor(options: CatalogOptions) {
    this.#options = options;
  }

  /** In order of their folders, and of their names within one. */
  get entries(): readonly CatalogEntry[] {
    const shelves = [...this.#shelves].sort(([a], [b]) => (a < b ? -1 : 1));
    return shelves.flatMap(([, { entries }]) => entries);
  }

  get folders(): readonly string[] {
    return [...this.#shelves.keys()];
  }

  get files(): readonly string[] {
    return [...this.#shelves.values()].flatMap(({ files }) => [...files.keys()]);
  }

  run(directory: string): RunListing | undefined {
    return this.#shelves.get(folderOf(directory))?.runs.get(directory);
  }

  /** Identifiers of the entries that came, went or changed since the last call. */
  takeChanges(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Looks at all of these places anew, and forgets all others. */
  async setPlaces({ files, folders }: CatalogPlaces): Promise<void> {
    const wanted = new Set([...files.map((file) => dirname(file)), ...folders]);
    const kept = new Set(files);
    for (const folder of this.folders) if (!wanted.has(folder)) this.#drop(folder);
    for (const path of this.files) if (!kept.has(path)) this.#shelves.get(dirname(path))?.files.delete(path);
    for (const folder of wanted) this.#shelf(folder);
    await Promise.all(files.map((path) => this.#takeFile(path)));
    for (const folder of wanted) await this.lookForRuns(folder, true);
  }

  /** Looks at an experiment file again, or for the first time; one that is gone is forgotten. */
  async readFile(path: string): Promise<void> {
    await this.#takeFile(path);
    const folder = dirname(path);
    const isNew = this.#shelves.get(folder)?.entries.length === 0;
    if (isNew) await this.lookForRuns(folder);
    else this.#regroup(folder);
  }

  /** Looks at one run again, or for the first time; one that is gone is forgotten. */
  async readRun(directory: string): Promise<void> {
    const { fs, processes, now } = this.#options;
    const folder = folderOf(directory);
    const { runs } = this.#shelf(folder);
    const listing = (await exists(fs, directory)) ? await readRun(fs, directory, processes, now()) : undefined;
    if (listing === undefined) runs.delete(directory);
    else if (!isDeepStrictEqual(runs.get(directory), listing)) runs.set(directory, listing);
    this.#regroup(folder);
  }

  /** Looks which runs a folder has, and reads those that are new, or all. @throws UserError when they cannot be listed */
  async lookForRuns(folder: string, isAnew = false): Promise<void> {
    const { fs, processes, now } = this.#options;
    const { runs } = this.#shelf(folder);
    const directories = await runDirectories(fs, join(folder, runsFolder));
    const there = new Set(directories);
    for (const directory of runs.keys()) if (!there.has(directory)) runs.delete(directory);
    const wanted = isAnew ? directories : directories.filter((directory) => !runs.has(directory));
    for (const listing of await readRuns(fs, wanted, processes, now())) {
      if (!isDeepStrictEqual(runs.get(listing.directory), listing)) runs.set(listing.directory, listing);
    }
    this.#regroup(folder);
  }

  async #takeFile(path: string): Promise<void> {
    const { files } = this.#shelf(dirname(path));
    const file = await readExperimentFile(this.#options.fs, path);
    if (file === undefined) files.delete(path);
    else if (!isDeepStrictEqual(files.get(path), file)) files.set(path, file);
  }

  #shelf(folder: string): Shelf {
    const existing = this.#shelves.get(folder);
    if (existing) return existing;
    const made: Shelf = { files: new Map(), runs: new Map(), entries: [] };
    this.#shelves.set(folder, made);
    return made;
  }

  #drop(folder: string): void {
    for (const { id } of this.#shelves.get(folder)?.entries ?? []) this.#changed.add(id);
    this.#shelves.delete(folder);
  }

  /** Makes the entries of a folder anew, and notes which of them are not what they were. */
  #regroup(folder: string): void {
    const shelf = this.#shelf(folder);
    const before = new Map(shelf.entries.map((entry) => [entry.id, entry]));
    shelf.entries = groupRuns(folder, [...shelf.files.values()], [...shelf.runs.values()]).map((entry) => {
      const old = before.get(entry.id);
      before.delete(entry.id);
      if (old && isSame(old, entry)) return old;
      this.#changed.add(entry.id);
      return entry;
    });
    for (const id of before.keys()) this.#changed.add(id);
    if (shelf.files.size === 0 && shelf.runs.size === 0) this.#shelves.delete(folder);
  }
}

async function exists(fs: FileSystem, path: string): Promise<boolean> {
  try {
    await fs.stat(path);
    return true;
  } catch (error) {
    // Any other fault is the run's own to tell.
    return errorCode(error) !== "ENOENT" && errorCode(error) !== "ENOTDIR";
  }
}

/** Folder of the experiment that a run directory belongs to. */
export function folderOf(runDirectory: string): string {
  return dirname(dirname(runDirectory));
}

/** Runs belong to the file of their folder that bears their name; of several, to that whose own name is the same. */
function groupRuns(
  folder: string,
  files: readonly ExperimentFile[],
  runs: readonly RunListing[],
): readonly CatalogEntry[] {
  const sorted = files.toSorted(
    (a, b) => compare(a.name, b.name) || a.path.length - b.path.length || compare(a.path, b.path),
  );
  const byName = new Map<string, RunListing[]>();
  for (const run of runs.toSorted((a, b) => compare(a.directory, b.directory))) {
    const group = byName.get(run.experiment);
    if (group) group.push(run);
    else byName.set(run.experiment, [run]);
  }
  const entries: CatalogEntry[] = [];
  for (const file of sorted) {
    const { name } = file;
    entries.push({ id: file.path, file, folder, name, runs: byName.get(name) ?? [] });
    byName.delete(name);
  }
  for (const [name, orphans] of byName) {
    entries.push({ id: join(folder, runsFolder, name), file: undefined, folder, name, runs: orphans });
  }
  return entries;
}

function isSame(a: CatalogEntry, b: CatalogEntry): boolean {
  return a.file === b.file && a.runs.length === b.runs.length && a.runs.every((run, i) => run === b.runs[i]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
