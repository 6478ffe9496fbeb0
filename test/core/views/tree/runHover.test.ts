import { describe, expect, test } from "vitest";
import { parseExperimentOrThrow } from "../../../../src/core/experiment/parseExperiment";
import type { RunSummary } from "../../../../src/core/experiment/runSummary";
import type { HoverSource } from "../../../../src/core/views/tree/runHover";
import { runHover } from "../../../../src/core/views/tree/runHover";
import { englishTreeLabels } from "../../../../src/core/views/tree/treeLabels";
import { sampleText } from "../../experiment/sample";
import { manifest, summaryOf } from "../../../store/fakeRun";

const { plans } = parseExperimentOrThrow(sampleText, "f");
const own = plans[0]!;
const run = { directory: "runs/a", experiment: "emoji-scenes", variant: own.variant, seed: 0, attempt: 1 };
const layers = [
  { layer: "tower/a/low", mean: 0.02, standardDeviation: 0, quantiles: [] },
  { layer: "tower/b/high", mean: 0.98, standardDeviation: 0, quantiles: [] },
];
const summary: RunSummary = {
  ...summaryOf("completed", 6),
  best: { epoch: 4, step: 4, metric: "rSum", value: 410, checkpoint: "c" },
  confidence: { split: "test", byModality: { image: layers } },
  fallbacks: ["CUDA was passed over: no driver."],
  peakRssBytes: 500 << 20,
  secondsByPhase: { extract: 2, train: 61 },
};

const source: HoverSource = {
  run: { ...run, state: "completed", summary },
  ...{ manifest: { ...manifest, variant: own.variant, config: own.config }, progress: undefined, plans },
  ...{ labels: englishTreeLabels, locale: "en" },
};

const valuesOf = (of: HoverSource, name: string) => runHover(of).find((row) => row.name === name)?.values;

describe("the hover of a run", () => {
  test("tells the result on both splits, the device with its fallbacks, memory and time", () => {
    expect(valuesOf(source, "Result")).toEqual([
      "test rSum: 400.0, epoch 4",
      "val rSum: 410.0, epoch 4 (best checkpoint)",
    ]);
    expect(valuesOf(source, "Device")).toEqual(["cpu", "CUDA was passed over: no driver."]);
    expect(valuesOf(source, "Memory")).toEqual(["highest resident 500 MiB, measured"]);
    expect(valuesOf(source, "Time")).toEqual(["extraction 2 s · training 1 min 1 s"]);
  });

  test("tells the confidence of each layer, warns of a collapse, and says what confidence is not", () => {
    expect(valuesOf(source, "Layer confidence (image, test)")).toEqual([
      "a/low 2.0% · b/high 98.0%",
      "one layer takes 98.0% of the confidence",
      "Confidence is not importance.",
    ]);
  });

  test("shows the settings in which variants differ, and those that the file has changed since", () => {
    const other = { ...own, variant: "other", config: { ...own.config, pooling: "max" as never } };
    expect(valuesOf({ ...source, plans: [own, other] }, "Differs from other variants")).toEqual(["pooling = mean"]);
    expect(valuesOf({ ...source, plans: [own] }, "Made with other settings than the file has now")).toBeUndefined();
    const training = { ...own.config.training, epochs: 99 };
    const edited = { ...own, config: { ...own.config, training, device: "cuda" } as typeof own.config };
    expect(valuesOf({ ...source, plans: [edited] }, "Made with other settings than the file has now")).toEqual([
      "training.epochs = 20 (now 99)",
    ]);
  });

  test("a running run tells what was asked for and what runs, and its memory now", () => {
    const progress = {
      ...{ step: 3, epoch: 1, rssBytes: 300 << 20 },
      device: { name: "cpu", wanted: "auto", fallbacks: [] },
      latest: { metric: "rSum", split: "val", value: 12, epoch: 1 },
    } as const;
    const running: HoverSource = { ...source, run: { ...run, state: "running", pid: 7 }, progress };
    expect(valuesOf(running, "Result")).toEqual(["val rSum: 12.00, epoch 1"]);
    expect(valuesOf(running, "Device")).toEqual(["cpu (asked for: auto)"]);
    expect(valuesOf(running, "Memory")).toEqual(["resident 300 MiB, measured"]);
    expect(valuesOf(running, "Process")).toEqual(["7"]);
  });

  test("an unreadable run tells its problem, and needs nothing else", () => {
    const broken: HoverSource = {
      ...{ run: { ...run, state: "broken", problem: "it is damaged." }, manifest: undefined, progress: undefined },
      ...{ plans: [], labels: englishTreeLabels, locale: "en" },
    };
    expect(runHover(broken)).toEqual([
      { name: "State", values: ["Unreadable: it is damaged."] },
      { name: "Directory", values: ["runs/a"] },
    ]);
  });
});
