import type { AblationPlan } from "../core/experiment/ablation/planAblation";
import { type Budget, type Forecast, secondsOfRun, timedDevices } from "../core/experiment/forecast";
import type { PlannedRun } from "../jobs/resumableRuns";
import { formatBytes, formatCount, formatDuration, plural } from "./format";
import { renderTable } from "./table";

/** What an ablation will take, before it starts: its cells, and runs × time × memory × disk. */
export function budgetText(
  { cells, notes }: AblationPlan,
  runs: readonly PlannedRun[],
  forecast: Forecast,
  budget: Budget,
): string {
  const rows = cells.map(({ name, changes }, index) => {
    const own = runs.filter(({ plan }) => plan.variant === name);
    const finished = own.filter(({ kind }) => kind === "finished").length;
    const training = forecast.variants.find((variant) => variant.name === name);
    return [
      index === 0 ? `${name} (base)` : name,
      Object.entries(changes)
        .map(([axis, value]) => `${axis} ${value}`)
        .join(", "),
      finished === 0 ? plural(own.length, "run") : `${own.length - finished} of ${plural(own.length, "run")}`,
      training ? formatCount(training.trainableParams) : "–",
      training ? formatBytes(training.predictedMemory.peakBytes) : "–",
      training ? formatDuration(secondsOfRun(training) ?? Number.NaN) : "–",
    ];
  });
  const { extractSeconds, trainSeconds, peakBytes, featureBytes, checkpointBytes } = budget;
  const time = `${formatDuration(extractSeconds)} of extraction and ${formatDuration(trainSeconds ?? Number.NaN)} of training`;
  const devices = timedDevices(forecast);
  return [
    renderTable(["cell", "differs in", "to train", "params", "step memory", "time each"], rows),
    "",
    ...notes.map((note) => `Left out: ${note}`),
    budget.runs === 0
      ? "Every run is finished already."
      : `${plural(budget.runs, "run")}: about ${time}, ${formatBytes(peakBytes)} for a step (${formatBytes(budget.concurrentPeakBytes)} for those at a time), ` +
        `${formatBytes(featureBytes)} of features and ${formatBytes(checkpointBytes)} of checkpoints to write.`,
    "Memory is predicted for one training step, without the program itself and the runtime; time is that of steps and evaluations" +
      (devices.length === 0 ? "." : `, measured on ${devices.join(" and ")}.`),
  ].join("\n");
}
