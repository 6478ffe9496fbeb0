import { describe, expect, test } from "vitest";
import { ColumnTable } from "../../../src/core/views/columnTable";
import { decimate } from "../../../src/core/views/decimate";
import { logTicks, niceTicks } from "../../../src/core/views/niceTicks";
import { remainingSeconds } from "../../../src/core/views/remainingTime";
import { summarizeSeries } from "../../../src/core/views/seriesSummary";
import { smooth } from "../../../src/core/views/smooth";

describe("ColumnTable", () => {
  test("fills what a row does not name with NaN, in old and in new columns", () => {
    const table = new ColumnTable();
    table.append({ a: 1 });
    table.append({ a: 2, b: 5 });
    table.append({ b: 6 });
    expect([...table.column("a")]).toEqual([1, 2, Number.NaN]);
    expect([...table.column("b")]).toEqual([Number.NaN, 5, 6]);
    expect(table.columnNames).toEqual(["a", "b"]);
  });

  test("keeps its values while it grows past its capacity", () => {
    const table = new ColumnTable();
    for (let i = 0; i < 5_000; i++) table.append({ i, square: i * i });
    expect(table.rowCount).toBe(5_000);
    expect(table.at("square", 4_999)).toBe(4_999 ** 2);
    expect(table.column("i").every((value, row) => value === row)).toBe(true);
  });

  test("no row waits for more than one column to grow", () => {
    const table = new ColumnTable();
    const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const row = Object.fromEntries(names.map((name, at) => [name, at]));
    table.append(row);
    let before = names.map((name) => table.column(name).buffer);
    for (let i = 0; i < 5_000; i++) {
      table.append(row);
      const now = names.map((name) => table.column(name).buffer);
      expect(now.filter((buffer, at) => buffer !== before[at]).length).toBeLessThanOrEqual(1);
      before = now;
    }
    expect(names.map((name) => table.last(name))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("does not show values of rows that were cut", () => {
    const table = new ColumnTable();
    for (const a of [1, 2, 3]) table.append({ a, b: a });
    table.cut(1);
    table.append({ a: 9 });
    expect([...table.column("a")]).toEqual([1, 9]);
    expect([...table.column("b")]).toEqual([1, Number.NaN]);
  });

  test("a copy that is fed the changes equals the original", () => {
    const [source, copy] = [new ColumnTable(), new ColumnTable()];
    for (let i = 0; i < 700; i++) source.append({ step: i, loss: 1 / (i + 1) });
    copy.put(source.rowsFrom(0));
    source.cut(400);
    for (let i = 400; i < 900; i++) source.append({ step: i, loss: -i, extra: i });
    copy.put(source.rowsFrom(400));
    for (const name of source.columnNames) expect(copy.column(name)).toEqual(source.column(name));
  });

  test("finds rows by a column that rises", () => {
    const table = new ColumnTable();
    for (const step of [1, 3, 3, 8]) table.append({ step });
    expect([0, 1, 2, 3, 4, 8, 9].map((bound) => table.rowsBefore("step", bound))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  });
});

describe("decimate", () => {
  const million = 1_000_000;
  const x = Float64Array.from({ length: million }, (_, i) => i);
  const y = Float64Array.from({ length: million }, (_, i) => Math.sin(i / 5_000));
  y[123_456] = 40;
  y[777_777] = -40;

  test("leaves at most 2,000 of a million points, in order, with both spikes", () => {
    const rows = decimate(x, y, 1_000);
    expect(rows.length).toBeLessThanOrEqual(2_000);
    expect(rows.length).toBeGreaterThan(1_900);
    expect(rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0))).toBe(true);
    expect(rows).toContain(123_456);
    expect(rows).toContain(777_777);
  });

  test("has the lowest and the highest value of every slice", () => {
    const rows = decimate(x, y, 1_000);
    for (const slice of [0, 123, 500, 999]) {
      const values = y.subarray(slice * 1_000, (slice + 1) * 1_000);
      const chosen = [...rows].filter((row) => Math.floor(row / 1_000) === slice).map((row) => y[row] ?? 0);
      expect(Math.min(...chosen)).toBe(Math.min(...values));
      expect(Math.max(...chosen)).toBe(Math.max(...values));
    }
  });

  test("takes all points of a narrow window, and the neighbours that lead out of it", () => {
    expect([...decimate(x, y, 1_000, { from: 10.5, to: 14 })]).toEqual([10, 11, 12, 13, 14, 15]);
  });

  test("keeps a slice without finite values as a gap, and ignores such values elsewhere", () => {
    const gap = Float64Array.from([1, Number.NaN, Number.NaN, Number.NaN, 2, Infinity, 3, 4]);
    const rows = decimate(
      Float64Array.from({ length: 8 }, (_, i) => i),
      gap,
      2,
      { from: 0, to: 8 },
    );
    expect([...rows]).toEqual([0, 4, 7]);
    const all = Float64Array.from({ length: 8 }, () => Number.NaN);
    expect([
      ...decimate(
        Float64Array.from({ length: 8 }, (_, i) => i),
        all,
        2,
        { from: 0, to: 8 },
      ),
    ]).toEqual([0, 4]);
  });

  test("has nothing to choose from an empty series", () => {
    expect(decimate(new Float64Array(), new Float64Array(), 10)).toHaveLength(0);
  });
});

describe("smooth", () => {
  test("is the debiased moving average", () => {
    const smoothed = smooth(Float64Array.of(4, 2, 6), 0.5);
    // s = 2, 2, 4 and 1 − wⁿ = 0.5, 0.75, 0.875
    expect(smoothed[0]).toBeCloseTo(4, 12);
    expect(smoothed[1]).toBeCloseTo(2 / 0.75, 12);
    expect(smoothed[2]).toBeCloseTo(4 / 0.875, 12);
  });

  test("leaves constants alone, passes over what is not finite, and is off at 0", () => {
    const constant = smooth(Float64Array.of(3, 3, Number.NaN, 3), 0.9);
    expect(constant[1]).toBeCloseTo(3, 12);
    expect(constant[2]).toBeNaN();
    expect(constant[3]).toBeCloseTo(3, 12);
    const raw = Float64Array.of(1, 2);
    expect(smooth(raw, 0)).toBe(raw);
  });
});

test("summarizeSeries names first, last and extremes of the finite values", () => {
  const summary = summarizeSeries(Float64Array.of(Number.NaN, 5, 1, 8, Infinity));
  expect(summary).toEqual({
    count: 3,
    first: 5,
    last: 8,
    lowest: { value: 1, row: 2 },
    highest: { value: 8, row: 3 },
    gaps: 2,
  });
  expect(summarizeSeries(Float64Array.of(Number.NaN))).toBeUndefined();
});

test("ticks are round numbers", () => {
  expect(niceTicks(0, 80, 8)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
  expect(niceTicks(0.31, 0.52, 4)).toEqual([0.35, 0.4, 0.45, 0.5]);
  expect(logTicks(0.02, 3)).toEqual([0.01, 0.1, 1, 10]);
});

test("the remaining time follows the pace of the last steps, pauses included", () => {
  const steps = new ColumnTable();
  for (let step = 1; step <= 40; step++)
    steps.append({ step, seconds: step <= 20 ? step * 10 : 200 + (step - 20) * 2 });
  expect(remainingSeconds(steps, 100, 20)).toBeCloseTo(60 * 2, 9);
  expect(remainingSeconds(steps, 40, 20)).toBe(0);
  steps.cut(4);
  expect(remainingSeconds(steps, 100, 20)).toBeUndefined();
});
