import * as vscode from "vscode";
import { budgetOf, type Budget, type Forecast, secondsOfRun, timedDevices } from "../../core/experiment/forecast";
import type { RunPlan } from "../../core/experiment/runPlan";
import { memoryKinds } from "../../core/onnx/liveness";
import { formatter } from "../../core/views/format";
import { escapeMarkdown, markdownTable } from "../../core/views/markdown";
import { coreCount } from "../../jobs/placement";
import { englishLabels } from "../../protocol/panelLabels";
import { sideName } from "./sideName";

export function forecastTitle(): string {
  return vscode.l10n.t("Predicted Memory");
}

/** What an experiment will take, as Markdown: a summary in words, then a table of variants and one of features. */
export function forecastText(name: string, plans: readonly RunPlan[], forecast: Forecast): string {
  const budget = budgetOf(
    forecast,
    plans.map(({ variant }) => variant),
    coreCount(),
  );
  return [
    `# ${escapeMarkdown(vscode.l10n.t("Predicted memory of {0}", name))}`,
    ...[largestText(forecast), ...budgetSentences(budget)].map(escapeMarkdown),
    `## ${vscode.l10n.t("Memory")}`,
    memoryTable(forecast),
    `## ${vscode.l10n.t("Time")}`,
    timeTable(forecast),
    `## ${vscode.l10n.t("Features")}`,
    featureTable(forecast),
    escapeMarkdown(
      vscode.l10n.t(
        "Memory is predicted for one training step, by an analysis of its graph; the program itself and the runtime come on top.",
      ),
    ),
    escapeMarkdown(timingText(forecast)),
  ].join("\n\n");
}

function timingText(forecast: Forecast): string {
  const devices = timedDevices(forecast);
  if (devices.length === 0) return vscode.l10n.t("Nothing was timed.");
  return vscode.l10n.t(
    "Times were measured on this machine, on {0}: one batch of an extraction; steps and evaluations on made-up features. A run that stops early takes less.",
    new Intl.ListFormat(vscode.env.language).format(devices),
  );
}

function largestText({ variants }: Forecast): string {
  const { bytes } = formatter(vscode.env.language);
  const [largest] = variants.toSorted((a, b) => b.predictedMemory.peakBytes - a.predictedMemory.peakBytes);
  if (!largest) return vscode.l10n.t("There is nothing to train.");
  return vscode.l10n.t(
    "A training step of “{0}” takes {1}, the most of all variants.",
    largest.name,
    bytes(largest.predictedMemory.peakBytes),
  );
}

/** Runs × time × memory × disk in sentences. */
export function budgetSentences(budget: Budget): readonly string[] {
  const { bytes, duration } = formatter(vscode.env.language);
  const { runs, extractSeconds, trainSeconds, concurrentPeakBytes, featureBytes, checkpointBytes } = budget;
  return [
    vscode.l10n.t(
      "Time: about {0} of extraction and {1} of training for {2} runs.",
      duration(extractSeconds),
      trainSeconds === undefined ? "?" : duration(trainSeconds),
      runs,
    ),
    vscode.l10n.t("Memory: {0} for the training steps at a time.", bytes(concurrentPeakBytes)),
    vscode.l10n.t("Disk: {0} of features and {1} of checkpoints.", bytes(featureBytes), bytes(checkpointBytes)),
  ];
}

const kindLabels = {
  weights: englishLabels.kindWeights,
  activations: englishLabels.kindActivations,
  gradients: englishLabels.kindGradients,
  optimizerState: englishLabels.kindOptimizerState,
  workspace: englishLabels.kindWorkspace,
  data: englishLabels.kindData,
} as const;

function memoryTable({ variants }: Forecast): string {
  const { bytes, integer } = formatter(vscode.env.language);
  const heading = [
    vscode.l10n.t("Variant"),
    vscode.l10n.t("Parameters"),
    vscode.l10n.t("Peak"),
    ...memoryKinds.map((kind) => vscode.l10n.t(kindLabels[kind])),
  ];
  const rows = variants.map(({ name, predictedMemory, trainableParams }) => [
    name,
    integer(trainableParams),
    bytes(predictedMemory.peakBytes),
    ...memoryKinds.map((kind) => bytes(predictedMemory.bytesByKind[kind] ?? 0)),
  ]);
  return markdownTable(heading, rows);
}

function timeTable({ variants }: Forecast): string {
  const { duration } = formatter(vscode.env.language);
  const known = (seconds: number | undefined): string => (seconds === undefined ? "?" : duration(seconds));
  const heading = [
    vscode.l10n.t("Variant"),
    vscode.l10n.t("Steps"),
    vscode.l10n.t("Time of a step"),
    vscode.l10n.t("Evaluations"),
    vscode.l10n.t("Time of a run"),
  ];
  const rows = variants.map((variant) => {
    const { name, epochs, stepsPerEpoch, timing } = variant;
    return [
      name,
      `${epochs} × ${stepsPerEpoch}`,
      timing === undefined ? "?" : milliseconds(timing.secondsPerStep),
      known(timing?.evaluationSeconds),
      known(secondsOfRun(variant)),
    ];
  });
  return markdownTable(heading, rows);
}

function milliseconds(seconds: number): string {
  const { number } = formatter(vscode.env.language);
  return `${number(Number((seconds * 1000).toPrecision(3)))} ms`;
}

function featureTable({ features }: Forecast): string {
  const { bytes, integer, duration } = formatter(vscode.env.language);
  const heading = [
    vscode.l10n.t("Side"),
    vscode.l10n.t("Items"),
    vscode.l10n.t("In the cache"),
    vscode.l10n.t("Each"),
    vscode.l10n.t("All"),
    vscode.l10n.t("To write"),
    vscode.l10n.t("Time"),
  ];
  const rows = features.map(({ modality, items, cachedItems, bytesPerItem, totalBytes, newBytes, seconds }) => [
    sideName(modality),
    integer(items),
    integer(cachedItems),
    bytes(bytesPerItem),
    bytes(totalBytes),
    bytes(newBytes),
    duration(seconds),
  ]);
  return markdownTable(heading, rows);
}
