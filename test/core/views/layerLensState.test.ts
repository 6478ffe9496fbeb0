import { describe, expect, test } from "vitest";
import { confidenceTable, dashboardTable } from "../../../src/core/views/chartTables";
import { findCollapse, normalizedEntropy } from "../../../src/core/views/confidenceCollapse";
import { csv } from "../../../src/core/views/csv";
import { layerLensState } from "../../../src/core/views/layerLensState";
import { metricGroups, metricLabel } from "../../../src/core/views/metricGroups";
import type { ConfidenceSnapshot } from "../../../src/core/views/runHistory";
import { RunHistory } from "../../../src/core/views/runHistory";
import { heatScene } from "../../../src/core/views/scenes/heatScene";
import { intervalScene } from "../../../src/core/views/scenes/intervalScene";
import { sceneToSvg } from "../../../src/core/views/scenes/sceneToSvg";
import { sampleRun } from "../../support/sampleRun";

const run = { name: "r", directory: "/r", standing: "completed" } as const;

function snapshot(epoch: number, means: readonly number[], more: Partial<ConfidenceSnapshot> = {}): ConfidenceSnapshot {
  const layers = means.map((mean, l) => ({
    layer: `block.${l}`,
    mean,
    standardDeviation: 0.1,
    quantiles: [0, 0.1, 0.2, 0.3, 0.4],
  }));
  return { step: epoch * 4, epoch, split: "val", byModality: { image: layers }, ...more };
}

describe("layerLensState", () => {
  test("puts evaluations and layers into matrices, low layer first", () => {
    const { modalities } = layerLensState([snapshot(1, [0.5, 0.5]), snapshot(2, [0.25, 0.75])], run);
    expect(modalities).toHaveLength(1);
    const [lens] = modalities;
    expect(lens?.layers).toEqual(["block.0", "block.1"]);
    expect([...(lens?.means ?? [])]).toEqual([0.5, 0.5, 0.25, 0.75]);
    expect(lens?.quantiles).toHaveLength(2 * 2 * 5);
    expect(lens?.entropies[0]).toBeCloseTo(1, 12);
    expect(lens?.entropies[1]).toBeCloseTo(-(0.25 * Math.log2(0.25) + 0.75 * Math.log2(0.75)), 12);
    expect(lens).not.toHaveProperty("collapse");
  });

  test("warns while one layer has everything", () => {
    const collapsed = layerLensState([snapshot(1, [0.5, 0.5]), snapshot(2, [0.02, 0.98])], run);
    expect(collapsed.modalities[0]?.collapse).toEqual({ layer: 1, share: 0.98 });
    const recovered = layerLensState([snapshot(1, [0.02, 0.98]), snapshot(2, [0.3, 0.7])], run);
    expect(recovered.modalities[0]).not.toHaveProperty("collapse");
  });

  test("leaves out evaluations with other layers than the newest has", () => {
    const { modalities } = layerLensState([snapshot(1, [0.2, 0.3, 0.5]), snapshot(2, [0.4, 0.6])], run);
    expect(modalities[0]?.evaluations.map(({ epoch }) => epoch)).toEqual([2]);
  });

  test("thins a long history, but keeps its ends and the test", () => {
    const long = Array.from({ length: 1_000 }, (_, i) => snapshot(i + 1, [0.5, 0.5]));
    const { modalities } = layerLensState([...long, snapshot(777, [0.4, 0.6], { split: "test" })], run);
    const evaluations = modalities[0]?.evaluations ?? [];
    expect(evaluations.length).toBeLessThanOrEqual(241);
    expect(evaluations[0]?.epoch).toBe(1);
    expect(evaluations.at(-1)).toMatchObject({ split: "test", epoch: 777 });
  });

  test("has modalities of their own for image and text", () => {
    const both = { ...snapshot(1, [1]).byModality, text: snapshot(1, [0.1, 0.9]).byModality["image"] ?? [] };
    const { modalities } = layerLensState([snapshot(1, [1], { byModality: both })], run);
    expect(modalities.map(({ modality, layers }) => [modality, layers.length])).toEqual([
      ["image", 1],
      ["text", 2],
    ]);
  });
});

test("entropy is 1 for a uniform and 0 for a concentrated distribution", () => {
  expect(normalizedEntropy([0.2, 0.2, 0.2, 0.2, 0.2])).toBeCloseTo(1, 12);
  expect(normalizedEntropy([0, 1, 0])).toBe(0);
  expect(normalizedEntropy([1])).toBeNaN();
  expect(normalizedEntropy([Number.NaN, 0.5])).toBeNaN();
  expect(findCollapse([1])).toBeUndefined();
  expect(findCollapse([0.04, 0.96])).toEqual({ layer: 1, share: 0.96 });
});

describe("tables and figures", () => {
  const { records } = sampleRun();
  const history = new RunHistory("rSum");
  history.apply({ kept: 0, added: records });
  const data = { tables: history.tables, selector: "rSum" };

  test("the data of a chart as CSV, in full precision", () => {
    const table = dashboardTable(data, "loss");
    const lines = csv(table!).trimEnd().split("\r\n");
    expect(lines).toHaveLength(81);
    expect(lines[0]).toBe("step,epoch,seconds,loss");
    expect(lines[1]).toBe(`1,0.25,${history.tables.steps.at("seconds", 0)},${history.tables.steps.at("loss", 0)}`);
  });

  test("metrics by group, with the split by name; the selecting metric comes first", () => {
    expect(metricGroups(history.tables.evaluations.columnNames, "rSum").map(({ name }) => name)).toEqual([
      "rSum",
      "imageToText",
      "textToImage",
    ]);
    const table = dashboardTable(data, "metrics.textToImage");
    expect(table?.columns).toEqual([
      "step",
      "epoch",
      "seconds",
      "split",
      "isBest",
      "textToImage.recallAt1",
      "textToImage.recallAt5",
      "textToImage.recallAt10",
    ]);
    expect(table?.cell(10, 3)).toBe("test");
    expect(dashboardTable(data, "metrics.nothing")).toBeUndefined();
    expect(metricLabel("imageToText.recallAt5")).toBe("Image → text R@5");
    expect(metricLabel("accuracyAtIou50")).toBe("Acc@0.50");
    expect(metricLabel("precisionAt10")).toBe("P@10");
    expect(metricLabel("accuracyByType.other")).toBe("Accuracy by type other");
    expect(metricGroups(["precisionAt1", "precisionAt5", "meanIou"], "precisionAt1")).toEqual([
      { name: "precision", metrics: ["precisionAt1", "precisionAt5"] },
      { name: "meanIou", metrics: ["meanIou"] },
    ]);
  });

  test("text in CSV is quoted, and disarmed where a spreadsheet would run it", () => {
    const cells = ['say "a, b"', "=HYPERLINK(0)", "plain"];
    const table = { columns: ["text"], rowCount: 3, cell: (row: number) => cells[row] ?? "" };
    expect(csv(table)).toBe('text\r\n"say ""a, b"""\r\n\'=HYPERLINK(0)\r\nplain\r\n');
  });

  test("confidences have one row per evaluation and layer", () => {
    const lens = layerLensState(history.confidences, run).modalities[0]!;
    const table = confidenceTable(lens);
    expect(table.columns).toEqual(["step", "epoch", "split", "layer", "mean", "sd", "q5", "q25", "q50", "q75", "q95"]);
    expect(table.rowCount).toBe(11 * 3);
    const row = 4 * 3 + 1;
    expect(table.cell(row, 1)).toBe(10);
    expect(table.cell(row, 3)).toBe(lens.layers[1]);
    expect(table.cell(row, 4)).toBe(lens.means[row]);
    expect(table.cell(row, 10)).toBe(lens.quantiles[row * 5 + 4]);
  });

  test("drawings have a target for every part, and names cannot break out of the file", () => {
    const confidences = history.confidences.map((at) => ({
      ...at,
      byModality: {
        image: (at.byModality["image"] ?? []).map((layer) => ({ ...layer, layer: `<script>"${layer.layer}&` })),
      },
    }));
    const lens = layerLensState(confidences, run).modalities[0]!;
    const heat = heatScene(lens, 10, 700, {
      axis: "epoch",
      percent: String,
      cell: (layer, at, mean) => `${layer} ${at.epoch} ${mean}`,
    });
    expect(heat.targets).toHaveLength(33);
    expect(heat.targets.filter(({ row }) => row === 0).every(({ text }) => text.includes("conv_11"))).toBe(true);
    const texts = {
      axis: "confidence",
      uniform: "uniform",
      percent: String,
      tick: String,
      layer: (name: string) => name,
    };
    const interval = intervalScene(lens, 10, 700, texts);
    expect(interval.targets.map(({ row }) => row)).toEqual([0, 1, 2]);
    const svg = sceneToSvg(interval, "a < b");
    expect(svg).toContain("<title>a &lt; b</title>");
    expect(svg).not.toContain("<script>");
    expect(svg.startsWith("<svg ")).toBe(true);
  });
});
