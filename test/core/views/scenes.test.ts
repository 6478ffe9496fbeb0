import { describe, expect, test } from "vitest";
import type { MemoryLedger } from "../../../src/core/views/memoryLedger";
import { byteTicks } from "../../../src/core/views/niceTicks";
import { ledgerScene } from "../../../src/core/views/scenes/ledgerScene";
import type { LineChart } from "../../../src/core/views/scenes/lineChartScene";
import { lineChartScene } from "../../../src/core/views/scenes/lineChartScene";
import type { Scene, Shape } from "../../../src/core/views/scenes/scene";
import { sceneToSvg } from "../../../src/core/views/scenes/sceneToSvg";

const chart = (y: readonly number[], more: Partial<LineChart> = {}): LineChart => ({
  title: "Loss",
  xLabel: "step",
  series: [
    {
      label: "Loss",
      x: Float64Array.from(y.keys()),
      y: Float64Array.from(y),
      tone: "series0",
      dash: [],
      hasMarkers: false,
    },
  ],
  isLogY: false,
  formatX: String,
  formatY: String,
  ...more,
});

const texts = ({ shapes }: Scene): readonly string[] => shapes.flatMap(({ text }) => text ?? []);
const paths = ({ shapes }: Scene): readonly string[] =>
  shapes.filter(({ tag }) => tag === "path").map(({ attributes }) => String(attributes?.["d"]));

describe("a line chart for print", () => {
  test("is within its axes: the lowest value on the lowest tick, the last point at the right edge", () => {
    const scene = lineChartScene(chart([4, 2, 1, 0]));
    const points = [...(paths(scene)[0] ?? "").matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(points).toHaveLength(4);
    expect(points[3]).toEqual([720 - 16, 400 - 64]);
    expect(points[0]?.[1]).toBe(34);
    expect(texts(scene)).toEqual(expect.arrayContaining(["Loss", "step", "0", "1", "2", "3", "4"]));
  });

  test("lifts the pen where a value is missing, and where a logarithm has none", () => {
    expect(paths(lineChartScene(chart([3, Number.NaN, 2, 1])))[0]?.match(/M/g)).toHaveLength(2);
    expect(paths(lineChartScene(chart([100, 0, 1], { isLogY: true })))[0]?.match(/M/g)).toHaveLength(2);
  });

  test("has decades on a logarithmic axis, and binary units for bytes", () => {
    expect(texts(lineChartScene(chart([0.02, 3], { isLogY: true })))).toEqual(
      expect.arrayContaining(["0.01", "0.1", "1", "10"]),
    );
    expect(byteTicks(500 * 2 ** 20)).toEqual([0, 128, 256, 384, 512].map((mebibytes) => mebibytes * 2 ** 20));
  });

  test("shows the window only", () => {
    const scene = lineChartScene(chart([9, 8, 7, 6, 5, 4], { window: { from: 2, to: 4 } }));
    expect(paths(scene)[0]?.match(/[ML]/g)).toHaveLength(3);
  });

  test("shades bands, and names those that are wide enough", () => {
    const bands = [
      { from: 0, to: 9, name: "train", tone: "series0" },
      { from: 9, to: 9.1, name: "evaluate", tone: "series1" },
    ] as const;
    const scene = lineChartScene(chart([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], { bands }));
    expect(scene.shapes.filter(({ attributes }) => attributes?.["fill-opacity"] === 0.13)).toHaveLength(2);
    expect(texts(scene)).toContain("train");
    expect(texts(scene)).not.toContain("evaluate");
  });

  test("of nothing is an empty chart, not an error", () => {
    expect(sceneToSvg(lineChartScene(chart([])), "nothing")).toContain("</svg>");
    expect(sceneToSvg(lineChartScene(chart([5, 5])), "constant")).not.toContain("NaN");
  });
});

describe("the memory ledger", () => {
  const ledger: MemoryLedger = {
    predicted: {
      peakBytes: 150,
      kinds: [
        { kind: "activations", bytes: 100 },
        { kind: "weights", bytes: 50 },
      ],
    },
    measuredByPhase: [
      { phase: "extract", bytes: 900 },
      { phase: "train", bytes: 300 },
    ],
    idleBytes: 120,
  };
  const words = {
    predicted: "predicted",
    measured: "measured",
    idle: "idle",
    aboveIdle: "above idle",
    whileTraining: "training",
    kind: (kind: string) => kind,
    bytes: String,
  };
  const bars = ({ shapes }: Scene): readonly Shape[] =>
    shapes.filter(({ attributes }) => attributes?.["height"] === 30);

  test("draws predicted and measured bytes on one scale", () => {
    const scene = ledgerScene(ledger, 600, words);
    const widths = bars(scene).map(({ attributes }) => Number(attributes?.["width"]));
    expect(widths).toHaveLength(4);
    const perByte = (widths[0] ?? 0) / 100;
    expect(widths.map((width) => Math.round(width / perByte))).toEqual([100, 50, 180, 120]);
    expect(scene.targets.map(({ text }) => text)).toEqual([
      "predicted, activations: 100",
      "predicted, weights: 50",
      "measured, above idle: 180",
      "measured, idle: 120",
    ]);
  });

  test("names every part, in more lines where there is no room", () => {
    const wide = ledgerScene(ledger, 600, words);
    const narrow = ledgerScene(ledger, 120, words);
    expect(narrow.height).toBeGreaterThan(wide.height);
    expect(texts(narrow)).toEqual(
      expect.arrayContaining(["activations 100", "weights 50", "above idle 180", "idle 120"]),
    );
  });

  test("does not split what was measured when idle memory is not known", () => {
    const { predicted, measuredByPhase } = ledger;
    const scene = ledgerScene({ ...(predicted && { predicted }), measuredByPhase }, 600, words);
    expect(scene.targets.at(-1)?.text).toBe("measured, training: 300");
  });
});
