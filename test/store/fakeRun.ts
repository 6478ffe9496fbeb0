import { expect } from "vitest";
import type { RunManifest } from "../../src/core/experiment/runManifest";
import type { RunSummary } from "../../src/core/experiment/runSummary";
import { parseExperimentOrThrow } from "../../src/core/experiment/parseExperiment";
import type { Tensor } from "../../src/core/graph/tensor";
import { tensor } from "../../src/core/graph/tensor";
import { readEventLog } from "../../src/store/eventLog";
import type { FileSystem } from "../../src/store/fileSystem";
import type { ProcessTable } from "../../src/store/processIdentity";
import { createRun } from "../../src/store/runDirectory";
import { listRuns } from "../../src/store/runListing";
import { RunWriter } from "../../src/store/runWriter";
import { sampleText } from "../core/experiment/sample";

export const root = "/work/runs";
const totalSteps = 6;
const now = (): number => 1_700_000_000_000;

/** A process table that knows one living process. */
export function onlyProcess(pid: number): ProcessTable {
  return {
    self: () => ({ host: "here", bootId: "b", pidNamespace: "n", pid, startTime: String(pid) }),
    state: (identity) => (identity.pid === pid ? "alive" : "dead"),
  };
}

export const manifest: RunManifest = {
  formatVersion: 1,
  experiment: "emoji-scenes",
  variant: "unipt",
  seed: 0,
  config: parseExperimentOrThrow(sampleText, "f").plans[0]!.config,
  baseDirectory: "/work",
  files: { "image.backbone.model": { path: "a.onnx", bytes: 3, sha256: "ab" } },
  versions: { unipt: "0.1.0" },
  createdAt: "2026-01-01T00:00:00.000Z",
};

export function summaryOf(outcome: RunSummary["outcome"], step: number): RunSummary {
  return {
    ...{ formatVersion: 1, experiment: "emoji-scenes", variant: "unipt", seed: 0, outcome, step, epoch: step },
    ...{ metrics: { test: { rSum: 400 } }, trainableParams: 10, peakRssBytes: 1, secondsByPhase: { train: 1 } },
    ...{ device: "cpu", fallbacks: [], versions: {}, startedAt: "", endedAt: "", resumes: 0 },
  };
}

/** The weights after a step: a pure function of it, as training is of (seed, step). */
export function weightsAt(step: number): Record<string, Tensor> {
  return {
    w: tensor("float32", [2, 2], [step, step + 0.5, -step, 1 / (step + 1)]),
    m: tensor("float64", [1], [step * step]),
  };
}

/** What has been promised to be on the disk. */
export interface Promised {
  isCreated: boolean;
  step: number;
  isFinished: boolean;
}

/**
 * Trains a fake run to its end from whatever is on the disk: creates it if it is not there, resumes it if it is. Checks that
 * what it resumes from is exactly what was saved, and notes in `promised` what the store has confirmed.
 */
export async function trainToEnd(fs: FileSystem, pid: number, promised: Promised): Promise<void> {
  const [listed] = await listRuns(fs, root, onlyProcess(pid), now());
  if (promised.isCreated) expect(listed?.state).toMatch(/^(interrupted|completed)$/);
  if (promised.isFinished) expect(listed?.state).toBe("completed");
  if (listed?.state === "completed") return;

  const directory = listed?.directory ?? (await createRun(fs, root, manifest));
  promised.isCreated = true;
  const run = await RunWriter.open(fs, directory, { processes: onlyProcess(pid), now });
  try {
    let step = run.resumed?.info.step ?? 0;
    expect(step).toBeGreaterThanOrEqual(promised.step);
    if (run.resumed !== undefined) expect(run.resumed.tensors).toEqual(weightsAt(step));
    await run.append({
      type: "runStarted",
      experiment: "emoji-scenes",
      variant: "unipt",
      seed: 0,
      resumedFromStep: step,
    });
    let best = run.resumed?.info.best;
    while (step < totalSteps) {
      step++;
      await run.append({
        type: "stepEnd",
        step,
        epoch: 1,
        loss: 1 / step,
        learningRate: 1,
        gradientNorm: 1,
        samplesPerSecond: 1,
      });
      if (step % 2 === 1) continue;
      const info = { step, epoch: step, seed: 0, fingerprint: { device: "cpu" }, trainer: { patience: step } };
      const saved = await run.saveCheckpoint({ info: { ...info, kind: "best" }, tensors: weightsAt(step) });
      best = { file: saved.file, step, epoch: step, metric: "rSum", value: step };
      const { file, bytes } = await run.saveCheckpoint({
        info: { ...info, kind: "resume", best },
        tensors: weightsAt(step),
      });
      promised.step = step;
      await run.append({ type: "checkpointSaved", kind: "resume", step, epoch: step, file, bytes });
    }
    await run.append({ type: "runEnded", outcome: "completed", step, epoch: step, seconds: 1 });
    await run.finish(summaryOf("completed", step));
    promised.isFinished = true;
  } finally {
    await run.close();
  }
}

/** Checks a finished run: every step once and in order, both generations intact, nothing left lying about. */
export async function expectFinished(fs: FileSystem, paths: readonly string[]): Promise<void> {
  const [listed, ...others] = await listRuns(fs, root, onlyProcess(0), now());
  expect(others).toEqual([]);
  expect(listed).toMatchObject({ state: "completed", summary: { step: totalSteps } });
  const directory = listed!.directory;
  const { records } = await readEventLog(fs, `${directory}/events.jsonl`);
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, i) => i));
  const steps = records.flatMap(({ event }) => (event?.type === "stepEnd" ? [event.step] : []));
  expect(steps).toEqual(Array.from({ length: totalSteps }, (_, i) => i + 1));
  expect(records.at(-1)?.event?.type).toBe("runEnded");
  expect(
    paths.filter((path) => path.endsWith(".tmp") && !path.includes("/.lock.") && !path.includes("/.run.")),
  ).toEqual([]);
}
