import { expect, test } from "vitest";
import type { JobRunStatus, JobState } from "../../../src/core/experiment/jobRecord";
import { runningSummary } from "../../../src/core/views/runningSummary";

function state(runs: readonly JobRunStatus[], rest: Partial<JobState> = {}): JobState {
  return { formatVersion: 1, phase: "training", extractions: [], runs: [...runs], ...rest };
}

test("says nothing when nothing is under way", () => {
  expect(runningSummary([])).toBeUndefined();
  expect(runningSummary([state([{ state: "completed" }], { phase: "ended" })])).toBeUndefined();
});

test("counts what runs and what waits, and names the slowest and the best", () => {
  const best = (value: number, epoch: number): JobRunStatus["best"] => ({ metric: "rSum", value, epoch });
  const runs: JobRunStatus[] = [
    { state: "running", epoch: 3, epochs: 10, best: best(410, 2) },
    { state: "restarting", epoch: 1, epochs: 10, best: best(NaN, 1) },
    { state: "running", best: best(395, 1) },
    { state: "waiting" },
    { state: "completed", best: best(500, 9), epoch: 10, epochs: 10 },
  ];
  expect(runningSummary([state(runs)], 1)).toEqual({
    running: 4,
    waiting: 1,
    epoch: { done: 1, of: 10 },
    best: best(410, 2),
  });
});

test("tells the share of an extraction over all modalities", () => {
  const extractions = [
    { modality: "image", done: 30, total: 100 },
    { modality: "text", done: 70, total: 100 },
  ];
  expect(runningSummary([state([{ state: "waiting" }], { phase: "extracting", extractions })])).toEqual({
    running: 0,
    waiting: 1,
    extracted: 0.5,
  });
});

test("runs that were started elsewhere count, too", () => {
  expect(runningSummary([], 2)).toEqual({ running: 2, waiting: 0 });
});
