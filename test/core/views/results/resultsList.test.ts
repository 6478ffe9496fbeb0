import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tileWalk } from "../../../../src/core/views/results/tileWalk";
import { missingPages, scrollToShow, visibleRows } from "../../../../src/core/views/results/visibleRows";
import { workAfter } from "../../../../src/core/views/results/loadingWork";
import { fuzzOptions } from "../../../support/fuzz";

describe("the rows of a long list", () => {
  test("that are in sight are drawn, and a few around them", () => {
    expect(visibleRows({ scrollTop: 0, height: 100, rowHeight: 20, total: 1000 })).toEqual({ from: 0, to: 11 });
    expect(visibleRows({ scrollTop: 400, height: 100, rowHeight: 20, total: 1000 })).toEqual({ from: 14, to: 31 });
    expect(visibleRows({ scrollTop: 19_900, height: 100, rowHeight: 20, total: 1000 })).toEqual({
      from: 989,
      to: 1000,
    });
  });

  test("are within the list, whatever the scrolling", () => {
    const number = fc.integer({ min: 0, max: 100_000 });
    fc.assert(
      fc.property(number, number, fc.integer({ min: 0, max: 2000 }), (scrollTop, height, total) => {
        const { from, to } = visibleRows({ scrollTop, height, rowHeight: 46, total });
        expect(from).toBeGreaterThanOrEqual(0);
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThanOrEqual(total);
      }),
      fuzzOptions(300),
    );
  });

  test("are asked for page by page, once", () => {
    expect(missingPages(95, 205, 100, () => false)).toEqual([0, 1, 2]);
    expect(missingPages(95, 205, 100, (page) => page === 1)).toEqual([0, 2]);
    expect(missingPages(0, 0, 100, () => false)).toEqual([]);
  });

  test("are scrolled to no further than needed", () => {
    const at = { scrollTop: 100, height: 100, rowHeight: 20 };
    expect(scrollToShow(2, at)).toBe(40);
    expect(scrollToShow(7, at)).toBe(100);
    expect(scrollToShow(12, at)).toBe(160);
  });
});

describe("from tile to tile", () => {
  test("arrow keys move within rows and between them, and stop at the ends", () => {
    // 0 1 2 3 / 4 5 6 7 / 8 9
    const walk = (from: number, key: string) => tileWalk(from, key, 10, 4);
    expect(walk(0, "ArrowRight")).toBe(1);
    expect(walk(9, "ArrowRight")).toBe(9);
    expect(walk(0, "ArrowLeft")).toBe(0);
    expect(walk(1, "ArrowDown")).toBe(5);
    expect(walk(7, "ArrowDown")).toBe(9);
    expect(walk(8, "ArrowDown")).toBe(8);
    expect(walk(6, "ArrowUp")).toBe(2);
    expect(walk(2, "ArrowUp")).toBe(2);
    expect(walk(5, "Home")).toBe(0);
    expect(walk(5, "End")).toBe(9);
    expect(walk(5, "a")).toBeUndefined();
    expect(tileWalk(0, "End", 0, 4)).toBeUndefined();
  });
});

describe("what the loading is at", () => {
  test("follows the extraction of features, then the embedding", () => {
    const start = { kind: "start" } as const;
    const extracting = workAfter(start, {
      ...{ type: "extractionProgress", modality: "image", done: 32, total: 100, fromCache: 0, itemsPerSecond: 9 },
    });
    expect(extracting).toEqual({ kind: "extract", modality: "image", done: 32, total: 100 });
    expect(workAfter(extracting, { type: "warning", message: "w" })).toBe(extracting);
    expect(workAfter(extracting, { type: "phaseStarted", phase: "evaluate", split: "test" })).toEqual({
      ...{ kind: "embed", split: "test", done: 0, total: 0 },
    });
  });
});
