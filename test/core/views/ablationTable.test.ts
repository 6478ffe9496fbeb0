import { expect, test } from "vitest";
import type { AblationCell } from "../../../src/core/experiment/ablation/planAblation";
import { budgetOf, type Forecast } from "../../../src/core/experiment/forecast";
import type { RunSummary } from "../../../src/core/experiment/runSummary";
import { ablationTable } from "../../../src/core/views/ablationTable";
import { ablationCells, ablationLatex, ablationMarkdown } from "../../../src/core/views/ablationText";

const cell = (name: string, changes: Record<string, string> = {}): AblationCell => ({
  name,
  changes,
  config: {} as never,
});
const cells = [
  cell("base"),
  cell("r4", { "reduction-factor": "4" }),
  cell("interaction-none", { interaction: "none" }),
];

function summary(variant: string, seed: number, rSum: number): RunSummary {
  const metrics = { test: { rSum, imageToText: { recallAt1: rSum / 10 }, textToImage: { recallAt1: rSum / 20 } } };
  const kept: Partial<RunSummary> = {
    trainableParams: 1234567,
    peakRssBytes: (seed + 1) * 2 ** 20,
    secondsByPhase: { train: 2 },
  };
  return { variant, seed, metrics, ...kept } as RunSummary;
}

const summaries = [
  ...[400, 410, 420].map((rSum, seed) => summary("base", seed, rSum)),
  ...[390, 399, 412].map((rSum, seed) => summary("r4", seed, rSum)),
  summary("interaction-none", 1, 415),
];

test("means and spreads over seeds, differences paired by seed, the highest peak, the best mean", () => {
  const { rows } = ablationTable(cells, summaries, "rSum");
  expect(rows.map((row) => [row.cell, row.seeds, row.metrics["rSum"]?.mean, row.best.includes("rSum")])).toEqual([
    ["base", [0, 1, 2], 410, false],
    ["r4", [0, 1, 2], expect.closeTo(400.333, 2), false],
    ["interaction-none", [1], 415, true],
  ]);
  expect(rows[0]).toMatchObject({ isBase: true, difference: undefined, peakRssBytes: 3 * 2 ** 20 });
  // All three differences have one sign: 2 of 2³ arrangements are as extreme.
  expect(rows[1]!.difference).toEqual({ mean: expect.closeTo(-9.667, 2) as number, pValue: 0.25, pairs: 3 });
  // The only shared seed is 1.
  expect(rows[2]!.difference).toMatchObject({ mean: 5, pairs: 1 });
});

test("a cell without a finished run has a row without figures", () => {
  const { rows } = ablationTable(cells, summaries.slice(0, 3), "rSum");
  expect(rows[1]).toMatchObject({ cell: "r4", seeds: [], metrics: {}, difference: undefined, best: [] });
  expect(ablationMarkdown(ablationTable(cells, summaries.slice(0, 3), "rSum"))).toContain(
    "| r4 | 0 | – | – | – | – | – |",
  );
});

test("as text, Markdown and LaTeX", () => {
  const table = ablationTable(cells, summaries, "rSum");
  const { heading, rows, note } = ablationCells(table);
  expect(heading).toEqual([
    "cell",
    "seeds",
    "Image → text R@1",
    "Text → image R@1",
    "rSum",
    "Δ rSum",
    "p",
    "params",
    "peak memory",
    "train s",
  ]);
  expect(rows[1]!.slice(0, 7)).toEqual(["r4", "3", "40.0 ± 1.1  ", "20.0 ± 0.6  ", "400.3 ± 11.1  ", "−9.7", "0.250"]);
  expect(rows[2]!.slice(4, 7)).toEqual(["415.0 *", "+5.0", "–"]);
  expect(note).toContain("over 1 to 3 seeds");
  expect(note).toContain("3 paired seeds give no p below 0.250");
  const markdown = ablationMarkdown(table).split("\n");
  expect(markdown[1]).toBe(`| --- |${" ---: |".repeat(9)}`);
  expect(markdown[4]).toContain("| **415.0** |");
  const latex = ablationLatex(table);
  expect(latex).toContain("\\textbf{415.0}");
  expect(latex).toContain("$-$9.7");
  expect(latex).toContain("r4 & 3 & 40.0 $\\pm$ 1.1");
  expect(latex).toContain("$\\Delta$ rSum");
});

test("a budget adds up what is to be made, as many at a time as there may be", () => {
  const training = (name: string, peakBytes: number, secondsPerStep: number): Forecast["variants"][number] => ({
    name,
    trainableParams: 10,
    epochs: 2,
    stepsPerEpoch: 5,
    predictedMemory: { peakBytes, bytesByKind: {} },
    checkpointBytes: 100,
    timing: { device: "cpu", secondsPerStep, evaluationSeconds: 1 },
  });
  const feature = { modality: "image", newBytes: 50, seconds: 3 } as Forecast["features"][number];
  const forecast = { features: [feature], variants: [training("a", 1000, 0.1), training("b", 3000, 0.2)] };
  expect(budgetOf(forecast, ["a", "a", "b"], 2)).toEqual({
    runs: 3,
    extractSeconds: 3,
    trainSeconds: 3.5,
    peakBytes: 3000,
    concurrentPeakBytes: 4000,
    featureBytes: 50,
    checkpointBytes: 300,
  });
  expect(budgetOf({ features: [], variants: [] }, [], 4)).toMatchObject({ runs: 0, peakBytes: 0, trainSeconds: 0 });
});
