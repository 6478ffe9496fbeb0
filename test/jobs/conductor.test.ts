import { fork } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type JobRecord, jobFormatVersion, type JobState } from "../../src/core/experiment/jobRecord";
import { parseExperimentOrThrow } from "../../src/core/experiment/parseExperiment";
import { adoptJob } from "../../src/jobs/adoptJob";
import { jobFiles, jobsDirectoryOf, readJob } from "../../src/jobs/jobFiles";
import type { JobHandle } from "../../src/jobs/jobHandle";
import { cacheDirectoryOf } from "../../src/jobs/placement";
import { signalRun } from "../../src/jobs/signalRun";
import { startJob } from "../../src/jobs/startJob";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";
import { readRun, type RunListing } from "../../src/store/runListing";
import { RunLock } from "../../src/store/runLock";
import { TestCli } from "../support/cli";
import { outcomeOf } from "../support/runOutcome";
import { writeTinyExperiment } from "../support/tinyExperiment";
import { eventsOf, untilEvents } from "../support/watchEvents";
import { retrievalConfig } from "../support/retrievalConfig";

/** Directories of all jobs of a folder of runs. */
function jobsOf(runsDirectory: string): readonly string[] {
  const jobs = jobsDirectoryOf(runsDirectory);
  if (!existsSync(jobs)) return [];
  const entries = readdirSync(jobs, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(jobs, name));
}

const context = { fs: nodeFileSystem, processes: systemProcesses, now: Date.now };

let bundle: TestCli;
let folder: string;
let script: string;
let experiment: string;
/** The same, but far longer than a test. */
let endless: string;
const started: JobHandle[] = [];

beforeAll(async () => {
  bundle = await TestCli.bundle({ jobHost: "test/support/jobHost.ts" });
  script = join(bundle.folder, "conductor.js");
  folder = await mkdtemp(join(tmpdir(), "unipt-jobs-"));
  endless = (
    await writeTinyExperiment(join(folder, "endless"), (config) => ({
      ...config,
      training: { ...config.training, epochs: 100_000, checkpointEverySteps: 1_000_000, evaluateEveryEpochs: 100_000 },
    }))
  ).file;
  experiment = (await writeTinyExperiment(join(folder, "short"))).file;
}, 120_000);

afterEach(async () => {
  for (const job of started.splice(0)) {
    await job.command({ kind: "kill" }).catch(() => undefined);
    await job.ended;
  }
});

afterAll(async () => {
  await bundle.remove();
  await rm(folder, { recursive: true, force: true });
});

interface Choice {
  readonly variants: readonly string[];
  readonly seeds?: readonly number[];
  readonly keepsRunning?: boolean;
}

let made = 0;

/** A job with a runs folder of its own. */
function recordOf(file: string, { variants, seeds = [0], keepsRunning = false }: Choice): JobRecord {
  const baseDirectory = join(file, "..");
  const { plans } = parseExperimentOrThrow(readFileSync(file, "utf8"), file);
  return {
    formatVersion: jobFormatVersion,
    title: "a test",
    baseDirectory,
    runsDirectory: join(folder, `runs${++made}`),
    cacheDirectory: cacheDirectoryOf(baseDirectory),
    runs: variants.flatMap((variant) =>
      seeds.map((seed) => {
        const plan = plans.find((candidate) => candidate.variant === variant)!;
        return { plan: { ...plan, seed, config: { ...plan.config, seeds: [seed] } } };
      }),
    ),
    keepsRunning,
    startedAt: new Date().toISOString(),
  };
}

async function start(record: JobRecord): Promise<JobHandle> {
  const job = await startJob(record, { script });
  started.push(job);
  return job;
}

function until(job: JobHandle, condition: (state: JobState) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (condition(job.state)) resolve();
    };
    job.onChange(look);
    look();
    void job.ended.then(() => reject(new Error("The job ended before its state satisfied the condition.")));
  });
}

const statesOf = (job: JobHandle): string[] => job.state.runs.map(({ state }) => state);

async function look(directory: string): Promise<RunListing> {
  return (await readRun(nodeFileSystem, directory, systemProcesses, Date.now()))!;
}

/** Resolves when the run has done some steps. */
async function untilTrained(job: JobHandle, index = 0, steps = 2): Promise<string> {
  await until(job, ({ runs }) => runs[index]?.directory !== undefined);
  const directory = job.state.runs[index]!.directory!;
  const isTrained = (events: readonly { type: string }[]): boolean =>
    events.filter(({ type }) => type === "stepEnd").length >= steps;
  await untilEvents(directory, isTrained, job.ended);
  return directory;
}

test("works through a list: features once, then each run, and says how far it is", async () => {
  const record = recordOf(experiment, { variants: ["unipt", "mlp"], seeds: [0, 1] });
  const job = await start(record);
  const phases = new Set<string>();
  job.onChange(() => phases.add(job.state.phase));
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(statesOf(job)).toEqual(["completed", "completed", "completed", "completed"]);
  expect([...phases]).toEqual(["extracting", "training", "ended"]);
  for (const { directory, epoch, epochs, best } of job.state.runs) {
    expect({ epoch, epochs }).toEqual({ epoch: 6, epochs: 6 });
    expect(best?.metric).toBe("rSum");
    const { summary } = await look(directory!);
    expect(summary).toMatchObject({ outcome: "completed", best: { epoch: best!.epoch } });
    // Extracted by the list's own step, so no run had to.
    expect((await eventsOf(directory!)).filter(({ type }) => type === "extractionProgress")).toEqual([]);
  }
  const view = await readJob(nodeFileSystem, job.directory, systemProcesses, Date.now());
  expect(view).toMatchObject({ isAlive: false, record: { title: "a test" }, state: { phase: "ended" } });
  expect(await readdir(job.directory)).toEqual(
    expect.arrayContaining([jobFiles.record, jobFiles.state, jobFiles.log]) as unknown,
  );
});

test("a worker that was killed is resumed, and the run ends as an undisturbed one", async () => {
  const whole = await start(recordOf(experiment, { variants: ["mlp"] }));
  await whole.ended;

  const job = await start(recordOf(experiment, { variants: ["mlp"] }));
  const directory = await untilTrained(job, 0, 5);
  process.kill((await look(directory)).pid!, "SIGKILL");
  await until(job, ({ runs }) => runs[0]?.state === "restarting");
  expect(job.state.runs[0]!.reason).toMatch(/ended by SIGKILL.*after step \d+.*restart 1 of 5/);
  expect((await look(directory)).state).toBe("interrupted");
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(statesOf(job)).toEqual(["completed"]);
  expect(await outcomeOf(directory)).toEqual(await outcomeOf(whole.state.runs[0]!.directory!));
  expect(await readFile(join(job.directory, jobFiles.log), "utf8")).toContain("ended by SIGKILL");
});

test("a run that waits is not started once it was stopped; one under way saves; the others go on", async () => {
  const job = await start(
    recordOf(endless, { variants: ["mlp"], seeds: Array.from({ length: 20 }, (_, seed) => seed) }),
  );
  const directory = await untilTrained(job);
  await job.command({ kind: "stop", run: 19 });
  await until(job, ({ runs }) => runs[19]?.state === "cancelled");
  expect(job.state.runs[19]!.directory).toBeUndefined();

  await job.command({ kind: "stop", run: 0 });
  await until(job, ({ runs }) => runs[0]?.state === "cancelled");
  expect((await look(directory)).state).toBe("cancelled");
  const steps = (await eventsOf(directory)).filter(({ type }) => type === "stepEnd").length;
  expect((await eventsOf(directory)).findLast((event) => event.type === "checkpointSaved")).toMatchObject({
    kind: "resume",
    step: steps,
  });
  await until(job, ({ runs }) => runs.filter(({ state }) => state === "running").length > 0);

  await job.command({ kind: "stop" });
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(new Set(statesOf(job))).toEqual(new Set(["cancelled"]));
});

test("killing a run ends its process at once", async () => {
  process.env["VSCODE_IPC_HOOK"] = "/tmp/editor.sock";
  const job = await start(recordOf(endless, { variants: ["mlp"] }));
  const directory = await untilTrained(job);
  delete process.env["VSCODE_IPC_HOOK"];
  if (process.platform === "linux") {
    const variables = readFileSync(`/proc/${(await look(directory)).pid!}/environ`, "utf8").split("\0");
    expect(variables.filter((variable) => variable.startsWith("VSCODE_"))).toEqual([]);
    expect(variables).toContain("ELECTRON_RUN_AS_NODE=1");
  }
  await job.command({ kind: "kill", run: 0 });
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(statesOf(job)).toEqual(["cancelled"]);
  expect((await look(directory)).state).toBe("interrupted");
});

test("one that is to keep running survives its editor, is adopted, and obeys requests by file", async () => {
  const record = recordOf(endless, { variants: ["mlp"], seeds: [0, 1], keepsRunning: true });
  const host = fork(join(bundle.folder, "jobHost.js"), [], { execArgv: [], serialization: "advanced" });
  const directory = await new Promise<string>((resolve) => {
    host.once("message", (message) => resolve(message as string));
    host.send({ record, script });
  });
  host.kill("SIGKILL");

  expect(jobsOf(record.runsDirectory)).toEqual([directory]);
  const view = (await readJob(nodeFileSystem, directory, systemProcesses, Date.now()))!;
  expect(view).toMatchObject({ isAlive: true, record: { title: "a test", keepsRunning: true } });
  const job = adoptJob(directory, view, context);
  started.push(job);
  const run = await untilTrained(job);
  const askedMs = performance.now();
  await job.command({ kind: "stop", run: 0 });
  await until(job, ({ runs }) => runs[0]?.state === "cancelled");
  expect(performance.now() - askedMs).toBeLessThan(5_000);
  expect((await look(run)).state).toBe("cancelled");

  const other = await untilTrained(job, 1);
  await job.command({ kind: "kill", run: 1 });
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(statesOf(job)).toEqual(["cancelled", "cancelled"]);
  expect((await look(other)).state).toBe("interrupted");
  expect((await readdir(directory)).filter((name) => name.startsWith("request-"))).toEqual([]);
});

test("one that is not to keep running stops with its editor and saves", async () => {
  const job = await start(recordOf(endless, { variants: ["mlp"] }));
  const run = await untilTrained(job);
  job.release();
  expect(await job.ended).toEqual({ kind: "ended" });
  expect((await look(run)).state).toBe("cancelled");
  expect((await eventsOf(run)).some((event) => event.type === "checkpointSaved" && event.kind === "resume")).toBe(true);
});

test("the death of the process that adopted jobs belong to is noticed, and its workers save and end", async () => {
  const first = await start(recordOf(endless, { variants: ["mlp"], keepsRunning: true }));
  const run = await untilTrained(first);
  const { pid: worker } = await look(run);
  const view = (await readJob(nodeFileSystem, first.directory, systemProcesses, Date.now()))!;
  const adopted = adoptJob(first.directory, view, context);
  const lock = (await readdir(first.directory)).find((name) => name.startsWith("lock."))!;
  const { holder } = JSON.parse(await readFile(join(first.directory, lock), "utf8")) as { holder: { pid: number } };
  const killedMs = performance.now();
  process.kill(holder.pid, "SIGKILL");
  const [byExit, byFiles] = await Promise.all([first.ended, adopted.ended]);
  expect(performance.now() - killedMs).toBeLessThan(2_000);
  expect(byExit).toMatchObject({ kind: "died", reason: expect.stringContaining("SIGKILL") as unknown });
  expect(byFiles.kind).toBe("died");
  while (isAlive(worker!)) await delay(10);
  expect((await look(run)).state).toBe("cancelled");
});

test("the process behind a run of someone else can be asked to stop; nothing is sent where there is none", async () => {
  const job = await start(recordOf(endless, { variants: ["mlp"] }));
  const run = await untilTrained(job);
  const signal = (): Promise<boolean> => signalRun(nodeFileSystem, systemProcesses, run, "SIGTERM", Date.now());
  expect(await signal()).toBe(true);
  await job.ended;
  expect((await look(run)).state).toBe("cancelled");
  expect(await signal()).toBe(false);
  const elsewhere = { ...systemProcesses, state: () => "unknown" as const };
  const lock = await RunLock.acquire(nodeFileSystem, run, { processes: systemProcesses, now: Date.now });
  await expect(signalRun(nodeFileSystem, elsewhere, run, "SIGKILL", Date.now())).rejects.toThrow("stop it there");
  await lock.release();
});

test("an orphan whose directory is deleted stops its runs and ends", async () => {
  const job = await start(recordOf(endless, { variants: ["mlp"], keepsRunning: true }));
  const run = await untilTrained(job);
  job.release();
  await rm(jobsDirectoryOf(job.record.runsDirectory), { recursive: true });
  await job.ended;
  expect((await look(run)).state).toBe("cancelled");
});

test("one whose list was taken over stops its runs and ends", async () => {
  const job = await start(recordOf(endless, { variants: ["mlp"], keepsRunning: true }));
  const run = await untilTrained(job);
  const options = { processes: systemProcesses, now: Date.now, isForced: true };
  const thief = await RunLock.acquire(nodeFileSystem, job.directory, options);
  await job.ended;
  await thief.release();
  expect((await look(run)).state).toBe("cancelled");
});

test("runs whose features cannot be extracted fail with the reason; the others are trained", async () => {
  const record = recordOf(experiment, { variants: ["mlp"], seeds: [0, 1] });
  const [broken, sound] = record.runs;
  const config = structuredClone(retrievalConfig(broken!.plan.config));
  config.image.backbone.model = "missing.onnx";
  const job = await start({ ...record, runs: [{ plan: { ...broken!.plan, config } }, sound!] });
  expect(await job.ended).toEqual({ kind: "ended" });
  expect(statesOf(job)).toEqual(["failed", "completed"]);
  expect(job.state.runs[0]!.reason).toContain("missing.onnx");
});

test("a program that is no conductor is reported, and leaves nothing behind", async () => {
  const record = recordOf(experiment, { variants: ["mlp"] });
  await expect(startJob(record, { script: join(folder, "nowhere.js") })).rejects.toThrow("could not be started");
  expect(jobsOf(record.runsDirectory)).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
