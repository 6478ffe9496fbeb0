import type { ColumnTable } from "./columnTable";

/** Fewer steps than this say nothing about the pace. */
const fewestSteps = 5;

/**
 * Seconds until the last step at the pace of the last `windowSteps` steps. What lies between steps counts (evaluations,
 * checkpoints), so the window should span an evaluation interval.
 * @returns undefined while there is no pace to go by
 */
export function remainingSeconds(steps: ColumnTable, totalSteps: number, windowSteps: number): number | undefined {
  const last = steps.rowCount - 1;
  const first = Math.max(0, last - windowSteps);
  if (last - first < fewestSteps) return undefined;
  const perStep =
    (steps.at("seconds", last) - steps.at("seconds", first)) / (steps.at("step", last) - steps.at("step", first));
  const remaining = Math.max(0, totalSteps - steps.at("step", last)) * perStep;
  return Number.isFinite(remaining) ? remaining : undefined;
}
