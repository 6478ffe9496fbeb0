import { expect, test } from "vitest";
import type { JobRecord, JobRunStatus, JobState } from "../../src/core/experiment/jobRecord";
import { jobOutcome, remainingRuns } from "../../src/jobs/jobOutcome";

const statuses: JobRunStatus[] = [
  { state: "completed", directory: "/runs/a" },
  { state: "failed", directory: "/runs/b", reason: "No such file." },
  { state: "restarting", directory: "/runs/c" },
  { state: "cancelled" },
  { state: "waiting" },
];
const state: JobState = { formatVersion: 1, phase: "training", extractions: [], runs: statuses };

test("counts what a list has come to", () => {
  expect(jobOutcome(state)).toEqual({
    completed: 1,
    cancelled: 1,
    failed: 1,
    left: 2,
    reason: "No such file.",
    directory: "/runs/b",
  });
});

test("what is left of a list goes on where it was saved, or begins", () => {
  const plans = statuses.map((_, seed) => ({ experiment: "e", variant: "v", seed }));
  const record = { runs: plans.map((plan) => ({ plan })) } as unknown as JobRecord;
  expect(remainingRuns(record, state)).toEqual([{ plan: plans[2], resume: "/runs/c" }, { plan: plans[4] }]);
});
