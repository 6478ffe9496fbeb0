import { basename, dirname, join, sep } from "node:path";
import { selectorOf } from "../../core/views/dashboardState";
import type { RunProgress } from "../../core/views/runProgress";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { ProgressReader } from "../../store/progressReader";
import type { CatalogOptions, CatalogPlaces } from "../../store/runCatalog";
import { folderOf, RunCatalog } from "../../store/runCatalog";
import { runFiles, runsFolder } from "../../store/runDirectory";
import type { RunListing } from "../../store/runListing";
import { readManifest } from "../../store/runListing";
import { parseRunName } from "../../store/runName";
import { Pacer } from "../panels/pacer";

/** Shortest time between two looks at what file events point to. */
const lookIntervalMs = 150;
/** File events get lost on network disks, and a process that dies makes none: how often running runs, and folders, are looked at anyway. */
const runningCheckMs = 1_000;
const folderCheckMs = 10_000;

export type FileEventKind = "created" | "changed" | "deleted";

export interface RunWatchOptions extends CatalogOptions {
  /** Searches for all places; asked at the start, and when folders came or went. */
  readonly findPlaces: () => Promise<CatalogPlaces>;
  /** Told the identifiers of the entries that came, went or changed. */
  readonly changed: (entries: ReadonlySet<string>) => void;
  /** Told the directories of runs whose progress is new. */
  readonly progressed: (directories: readonly string[]) => void;
  readonly report: (error: unknown) => void;
}

/** Keeps a catalogue of runs up to date: by file events, and by the clock. Knows nothing of the editor. */
export class RunWatch {
  readonly catalog: RunCatalog;
  readonly #options: RunWatchOptions;
  readonly #looks: Pacer;
  readonly #readers = new Map<string, ProgressReader>();
  #touched = { files: new Set<string>(), runs: new Set<string>(), folders: new Set<string>(), all: false };
  /** Folders outside the catalogue for whose sake everything was searched already. */
  readonly #searched = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #folderCheckAtMs = 0;
  #isDisposed = false;

  constructor(options: RunWatchOptions) {
    this.#options = options;
    this.catalog = new RunCatalog(options);
    this.#looks = new Pacer(() => this.look(), lookIntervalMs);
  }

  /** Looks through all places, and goes on watching. */
  async start(): Promise<void> {
    await this.refresh();
    this.#schedule();
  }

  progress(directory: string): RunProgress | undefined {
    return this.#readers.get(directory)?.progress;
  }

  /** Takes in a file event; what it means is looked up soon. */
  touch(path: string, kind: FileEventKind): void {
    const run = runOf(path);
    if (run !== undefined) {
      if (!matters(path, run, kind)) return;
      if (this.catalog.folders.includes(folderOf(run))) this.#touched.runs.add(run);
      else if (this.#searched.has(folderOf(run))) return;
      else {
        // Whether a folder that was unknown counts is the search's to say: it may be excluded.
        this.#searched.add(folderOf(run));
        this.#touched.all = true;
      }
    } else if (path.endsWith(experimentSuffix)) {
      // Whether a new file counts is the search's to say: it may be excluded.
      if (kind === "created" && !this.catalog.files.includes(path)) this.#touched.all = true;
      else this.#touched.files.add(path);
    } else if (basename(path) === runsFolder) this.#touched.folders.add(dirname(path));
    else return;
    this.#looks.ask();
  }

  /** Has everything looked through again soon. */
  touchAll(): void {
    this.#touched.all = true;
    this.#looks.ask();
  }

  /** Looks at one run, or at everything, now. */
  refresh(directory?: string): Promise<void> {
    if (directory !== undefined) return this.#serially(() => this.catalog.readRun(directory));
    return this.#serially(async () => this.catalog.setPlaces(await this.#options.findPlaces()));
  }

  /** What the clock does: looks at runs that last, and now and then for runs of which no event told. */
  tick(isFolderCheck: boolean): Promise<void> {
    return this.#serially(async () => {
      if (isFolderCheck) for (const folder of this.catalog.folders) await this.catalog.lookForRuns(folder);
      const states = isFolderCheck ? ["running", "interrupted"] : ["running"];
      for (const { directory } of this.#inState(...states)) await this.catalog.readRun(directory);
    });
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
    this.#looks.dispose();
  }

  /** Looks now at what file events have pointed to; settles when all looks before are done, too. */
  look(): Promise<void> {
    const { files, runs, folders, all } = this.#touched;
    this.#touched = { files: new Set(), runs: new Set(), folders: new Set(), all: false };
    if (all) return this.refresh();
    return this.#serially(async () => {
      for (const path of files) await this.catalog.readFile(path);
      for (const folder of folders) await this.catalog.lookForRuns(folder);
      for (const directory of runs) await this.catalog.readRun(directory);
    });
  }

  /** One look at a time, since they change the same catalogue; then tells what is new. Never rejects. */
  #serially(look: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(async () => {
      try {
        await look();
      } catch (error) {
        this.#options.report(error);
      }
      this.#tell();
      await this.#pollProgress();
    });
    return this.#last;
  }

  #tell(): void {
    if (this.#isDisposed) return;
    const changes = this.catalog.takeChanges();
    if (changes.size > 0) this.#options.changed(changes);
  }

  async #pollProgress(): Promise<void> {
    const listed = this.#inState("running", "interrupted");
    const kept = new Set(listed.map(({ directory }) => directory));
    for (const directory of this.#readers.keys()) if (!kept.has(directory)) this.#readers.delete(directory);
    const news: string[] = [];
    for (const { directory, state } of listed) {
      // What nobody writes to needs reading only once.
      if (state === "interrupted" && this.#readers.has(directory)) continue;
      if (await this.#poll(directory)) news.push(directory);
    }
    if (news.length > 0 && !this.#isDisposed) this.#options.progressed(news);
  }

  async #poll(directory: string): Promise<boolean> {
    try {
      return await (await this.#reader(directory)).poll();
    } catch (error) {
      this.#options.report(error);
      return false;
    }
  }

  async #reader(directory: string): Promise<ProgressReader> {
    const existing = this.#readers.get(directory);
    if (existing) return existing;
    const { fs } = this.#options;
    // Damaged settings are told where the run is opened; how far it is can be told all the same.
    const manifest = await readManifest(fs, directory).catch(() => undefined);
    const made = new ProgressReader(fs, directory, selectorOf(manifest));
    this.#readers.set(directory, made);
    return made;
  }

  #inState(...states: readonly string[]): readonly RunListing[] {
    return this.catalog.entries.flatMap(({ runs }) => runs.filter(({ state }) => states.includes(state)));
  }

  #schedule(): void {
    const isRunning = this.#inState("running").length > 0;
    const untilFolders = this.#folderCheckAtMs - this.#options.now();
    if (untilFolders <= 0) this.#folderCheckAtMs = this.#options.now() + folderCheckMs;
    const delayMs = isRunning ? runningCheckMs : Math.max(runningCheckMs, untilFolders);
    this.#timer = setTimeout(() => {
      const isFolderCheck = this.#options.now() >= this.#folderCheckAtMs;
      void this.tick(isFolderCheck).then(() => {
        if (!this.#isDisposed) this.#schedule();
      });
    }, delayMs).unref();
  }
}

/** The run directory at or above a path: `…/runs/<name of a run>`. */
function runOf(path: string): string | undefined {
  const marker = `${sep}${runsFolder}${sep}`;
  const start = path.lastIndexOf(marker);
  if (start === -1) return undefined;
  const [name = ""] = path.slice(start + marker.length).split(sep);
  return parseRunName(name) === undefined ? undefined : join(path.slice(0, start), runsFolder, name);
}

/** Most of what a run writes changes nothing in a list; how far it is, the clock finds out. */
function matters(path: string, run: string, kind: FileEventKind): boolean {
  if (path === run) return kind !== "changed";
  const name = basename(path);
  if (dirname(path) !== run) return false;
  // A lock that is held is touched every other second.
  if (name.startsWith("lock.")) return kind !== "changed";
  return name === runFiles.manifest || name === runFiles.summary;
}
