import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as vscode from "vscode";
import {
  isSettled,
  jobFormatVersion,
  type JobRecord,
  type JobRunStatus,
  type JobState,
} from "../../core/experiment/jobRecord";
import { adoptJob } from "../../jobs/adoptJob";
import { readJob } from "../../jobs/jobFiles";
import type { JobHandle } from "../../jobs/jobHandle";
import { jobOutcome } from "../../jobs/jobOutcome";
import { cacheDirectoryOf, runsDirectoryOf } from "../../jobs/placement";
import type { ListedRun } from "../../jobs/runList";
import { signalRun } from "../../jobs/signalRun";
import { startJob } from "../../jobs/startJob";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { JobMessages } from "./jobMessages";
import type { ActiveJob, JobRequest } from "./jobs";
import { nodePath } from "./nodePath";

/** The editor gives an extension five seconds to end. */
const SHUTDOWN_TIMEOUT_MS = 4_000;

/** Logs of jobs in which something failed are kept for so long. */
const KEPT_MS = 7 * 24 * 3_600_000;

const context = { fs: nodeFileSystem, processes: systemProcesses, now: Date.now };

/** The jobs of this window: those it started, and those it found. */
export class JobList {
  readonly #extension: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed: () => void;
  readonly #messages: JobMessages;
  readonly #jobs = new Map<string, JobHandle>();
  /** Directories of jobs that were looked at already, whatever they were. */
  readonly #known = new Set<string>();
  /** A job that is being started makes files which look like another window's. */
  #starting: Promise<unknown> = Promise.resolve();

  constructor(extension: vscode.Uri, log: vscode.LogOutputChannel, changed: () => void) {
    this.#extension = extension;
    this.#log = log;
    this.#changed = changed;
    this.#messages = new JobMessages(log, (record, runs) =>
      this.start({ title: record.title, folder: vscode.Uri.file(record.baseDirectory), runs: runs.map(asJobRun) }),
    );
  }

  get active(): readonly ActiveJob[] {
    return [...this.#jobs.values()];
  }

  async start({ title, folder, runs }: JobRequest): Promise<string | undefined> {
    const runsDirectory = runsDirectoryOf(folder.fsPath);
    const record: JobRecord = {
      formatVersion: jobFormatVersion,
      title,
      baseDirectory: folder.fsPath,
      runsDirectory,
      cacheDirectory: cacheDirectoryOf(folder.fsPath),
      runs: runs.map(({ plan, resume }) => ({ plan, ...(resume !== undefined && { resume }) })),
      keepsRunning: vscode.workspace.getConfiguration("unipt", folder).get("keepRunsAlive", true),
      startedAt: new Date().toISOString(),
    };
    const script = vscode.Uri.joinPath(this.#extension, "dist", "conductor.js").fsPath;
    const program = { script, nodePath: await nodePath() };
    const starting = startJob(record, program);
    this.#starting = starting.then(
      (job) => this.#watch(job),
      () => undefined,
    );
    const job = await starting;
    this.#log.info(`${title}: started, ${runs.length} in all; ${job.directory}`);
    return firstBegun(job);
  }

  /** Takes up jobs by the paths of their `job.json`, and tells of those that ended, or died, while nobody watched. */
  async adopt(records: readonly string[]): Promise<void> {
    await this.#starting;
    for (const directory of records.map((path) => dirname(path))) {
      if (this.#known.has(directory)) continue;
      const view = await readJob(nodeFileSystem, directory, systemProcesses, Date.now());
      if (!view || this.#known.has(directory)) continue;
      const { title, startedAt } = view.record;
      if (!view.isAlive && Date.now() - Date.parse(startedAt) > KEPT_MS) {
        await remove(directory);
        continue;
      }
      // One that ended with failures was told of when it ended; its log stays for a while.
      if (!view.isAlive && view.state.phase === "ended" && (await this.#isTold(directory))) continue;
      this.#log.info(`${title}: ${view.isAlive ? "found running" : "found ended"}; ${directory}`);
      this.#watch(adoptJob(directory, view, context));
    }
  }

  /** Stops or kills the run in a directory, whoever works on it. */
  async command(runDirectory: string, kind: "stop" | "kill"): Promise<void> {
    for (const job of this.#jobs.values()) {
      const run = job.state.runs.findIndex((status) => status.directory === runDirectory && !isSettled(status));
      if (run !== -1) return job.command({ kind, run });
    }
    // Started from a terminal, for example.
    await signalRun(nodeFileSystem, systemProcesses, runDirectory, kind === "stop" ? "SIGTERM" : "SIGKILL", Date.now());
  }

  async end(jobDirectory: string, kind: "stop" | "kill"): Promise<void> {
    await this.#jobs.get(jobDirectory)?.command({ kind });
  }

  async shutdown(): Promise<void> {
    const jobs = [...this.#jobs.values()];
    const ending = jobs.filter(({ record }) => !record.keepsRunning);
    await Promise.all(ending.map((job) => job.command({ kind: "stop" }).catch(() => undefined)));
    const overdue = new Promise<void>((resolve) => setTimeout(resolve, SHUTDOWN_TIMEOUT_MS));
    await Promise.race([Promise.all(ending.map(({ ended }) => ended)), overdue]);
    this.dispose();
  }

  dispose(): void {
    for (const job of this.#jobs.values()) job.release();
    this.#jobs.clear();
  }

  #watch(job: JobHandle): void {
    this.#known.add(job.directory);
    this.#jobs.set(job.directory, job);
    let before = job.state;
    const forget = job.onChange(() => {
      this.#messages.tellChange(job, before);
      before = job.state;
      this.#changed();
    });
    this.#changed();
    void job.ended.then(async (end) => {
      forget();
      // Released: the window is closing, or the job belongs to its next session.
      if (!this.#jobs.delete(job.directory)) return;
      this.#changed();
      this.#log.info(`${job.record.title}: ${end.kind === "died" ? end.reason : "ended"}`);
      const { failed, left } = jobOutcome(job.state);
      if (end.kind === "ended" && failed === 0 && left === 0) await remove(job.directory);
      else await this.#markTold(job.directory);
      await this.#messages.tellEnd(job, end);
    });
  }

  async #isTold(directory: string): Promise<boolean> {
    return nodeFileSystem.stat(join(directory, toldMark)).then(
      () => true,
      () => false,
    );
  }

  async #markTold(directory: string): Promise<void> {
    await nodeFileSystem
      .open(join(directory, toldMark), "create")
      .then((file) => file.close())
      .catch(() => undefined);
  }
}

/** Beside a job of which the user was told that it failed. */
const toldMark = "told";

function asJobRun({ plan, resume }: ListedRun): JobRequest["runs"][number] {
  return { plan, ...(resume !== undefined && { resume }) };
}

/** The directory of the first run, in the order of the list, that can begin; undefined when none can. */
function firstBegun(job: JobHandle): Promise<string | undefined> {
  const hasBegun = ({ state, directory }: JobRunStatus): boolean => state !== "waiting" && directory !== undefined;
  const begun = ({ runs }: JobState): string | undefined => runs.find(hasBegun)?.directory;
  return new Promise((resolve) => {
    const look = (): void => {
      // Several begin at about the same time, and which is the quickest is chance.
      const first = job.state.runs.find((run) => hasBegun(run) || !isSettled(run));
      if (first && !hasBegun(first)) return;
      const directory = first?.directory;
      forget();
      resolve(directory);
    };
    const forget = job.onChange(look);
    void job.ended.then(() => resolve(begun(job.state)));
    look();
  });
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => undefined);
}
