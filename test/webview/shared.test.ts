import { describe, expect, test } from "vitest";
import { contrast, legible, parseColor } from "../../webview/shared/color";
import type { Line } from "../../webview/shared/lineModel";
import { cutAtEdges, extentOf, nearestRow, rowAt } from "../../webview/shared/lineModel";
import { walk } from "../../webview/shared/pointWalk";
import { dashOf, markerOf } from "../../webview/shared/lineStyle";
import { dragged, panned, zoomed } from "../../webview/shared/zoom";
import { readLensView } from "../../webview/layerLens/lensView";
import { readView } from "../../webview/runDashboard/dashboardView";

describe("colours", () => {
  test("are read as the editor writes them", () => {
    expect(parseColor("#f80")).toEqual([255, 136, 0]);
    expect(parseColor("#d18616")).toEqual([209, 134, 22]);
    expect(parseColor("#d1861680")).toEqual([209, 134, 22]);
    expect(parseColor("rgba(234, 92, 0, 0.33)")).toEqual([234, 92, 0]);
    expect(parseColor("transparent")).toBeUndefined();
  });

  test("contrast is that of WCAG", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 9);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
  });

  test("lines can be told from the background, and keep their colour where that is enough", () => {
    const [white, dark] = [
      [255, 255, 255],
      [31, 31, 31],
    ] as const;
    expect(legible([0, 99, 211], white, [59, 59, 59])).toEqual([0, 99, 211]);
    const yellow = legible([240, 220, 120], white, [59, 59, 59]);
    expect(contrast(yellow, white)).toBeGreaterThanOrEqual(3);
    expect(contrast(legible([40, 40, 60], dark, [204, 204, 204]), dark)).toBeGreaterThanOrEqual(3);
  });
});

const line = (x: readonly number[], more: Partial<Line> = {}): Line => ({
  id: "a",
  label: "a",
  tone: 0,
  x: Float64Array.from(x),
  y: Float64Array.from(x),
  hasMarkers: false,
  isSmoothable: true,
  ...more,
});

describe("lines", () => {
  test("the row under a cursor is the closest in x", () => {
    const some = line([1, 2, 10]);
    expect([0, 1.4, 1.6, 5.9, 6.1, 99].map((at) => nearestRow(some, at))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(nearestRow(line([]), 3)).toBe(-1);
  });

  test("a lone point is meant only from close by", () => {
    const lone = line([50], { isUnjoined: true });
    expect(rowAt(lone, 51, { from: 0, to: 100 })).toBe(0);
    expect(rowAt(lone, 60, { from: 0, to: 100 })).toBe(-1);
    expect(rowAt(line([50]), 60, { from: 0, to: 100 })).toBe(0);
  });

  test("end at the edges of the window, with values between their neighbours", () => {
    const points = [0, 10, 20, 30].map((x) => ({ x, y: x * x }));
    expect(cutAtEdges(points, { from: 5, to: 25 }, false)).toEqual([
      { x: 5, y: 50, isEdge: true },
      { x: 10, y: 100 },
      { x: 20, y: 400 },
      { x: 25, y: 650, isEdge: true },
    ]);
    expect(cutAtEdges(points, { from: 10, to: 30 }, false)).toEqual(points.slice(1));
    expect(cutAtEdges(points, { from: 12, to: 18 }, false)).toHaveLength(2);
    expect(cutAtEdges(points, { from: 5, to: 25 }, true)).toEqual(points.slice(1, 3));
  });

  test("the extent covers lines and bands, and is never empty", () => {
    const bands = [{ from: 0, to: 12, name: "train", tone: 0 }];
    expect(extentOf({ lines: [line([2, 8]), line([])], bands })).toEqual({ from: 0, to: 12 });
    expect(extentOf({ lines: [line([4])] })).toEqual({ from: 3.5, to: 4.5 });
    expect(extentOf({ lines: [] })).toEqual({ from: 0, to: 1 });
  });

  test("36 lines have different dashes, markers or colours", () => {
    const styles = Array.from({ length: 36 }, (_, tone) => `${tone % 6} ${dashOf(tone).join()} ${markerOf(tone)}`);
    expect(new Set(styles).size).toBe(36);
  });
});

test("keys walk along a line and across lines, and stay within the chart", () => {
  const lengths = [100, 0, 3];
  const from = { line: 0, point: 50 };
  expect(walk(from, "ArrowRight", lengths)).toEqual({ line: 0, point: 51 });
  expect(walk({ line: 0, point: 0 }, "ArrowLeft", lengths)).toEqual({ line: 0, point: 0 });
  expect(walk(from, "End", lengths)).toEqual({ line: 0, point: 99 });
  expect(walk(from, "PageUp", lengths)).toEqual({ line: 0, point: 60 });
  expect(walk(from, "ArrowDown", lengths)).toEqual({ line: 2, point: 2 });
  expect(walk(from, "ArrowUp", lengths)).toEqual(from);
  expect(walk(from, "x", lengths)).toBeUndefined();
});

test("zooming keeps the place, panning the width, and both stay within the data", () => {
  const extent = { from: 0, to: 100 };
  expect(zoomed(extent, extent, 20, 0.5)).toEqual({ from: 10, to: 60 });
  expect(zoomed({ from: 10, to: 60 }, extent, 20, 4)).toBeUndefined();
  expect(panned({ from: 10, to: 60 }, extent, 15)).toEqual({ from: 25, to: 75 });
  expect(panned({ from: 10, to: 60 }, extent, 500)).toEqual({ from: 50, to: 100 });
  expect(panned({ from: 10, to: 60 }, extent, -500)).toEqual({ from: 0, to: 50 });
  expect(dragged(60, 20, extent)).toEqual({ from: 20, to: 60 });
  expect(dragged(20, 20.5, extent)).toBeUndefined();
});

describe("what a page kept", () => {
  test("is read back", () => {
    const view = {
      tab: 2,
      unit: "epoch",
      smoothing: 0.5,
      isLogY: true,
      window: { from: 1, to: 2 },
      hidden: ["loss"],
      isWarningsOnly: true,
    } as const;
    expect(readView({ ...view, directory: "/r" })).toEqual(view);
    expect(readLensView({ modality: "text", evaluation: "val.8", hidden: [] })).toEqual({
      modality: "text",
      evaluation: "val.8",
      hidden: [],
    });
  });

  test("is passed over as far as it makes no sense", () => {
    const nonsense = {
      tab: "3",
      unit: "parsec",
      smoothing: 7,
      isLogY: 1,
      window: { from: 2, to: 1 },
      hidden: [1, "a"],
    };
    expect(readView(nonsense)).toEqual({
      tab: 0,
      unit: "step",
      smoothing: 0.99,
      isLogY: false,
      window: undefined,
      hidden: ["a"],
      isWarningsOnly: false,
    });
    expect(readLensView({ modality: 3, hidden: "x" })).toEqual({
      modality: undefined,
      evaluation: undefined,
      hidden: [],
    });
  });
});
