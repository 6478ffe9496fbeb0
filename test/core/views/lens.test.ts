import { describe, expect, test } from "vitest";
import { layerDistribution } from "../../../src/core/views/lens/layerDetail";
import type { OutcomeRun } from "../../../src/core/views/lens/leaveOneOut";
import { layerDrops } from "../../../src/core/views/lens/leaveOneOut";

describe("the confidence of single samples", () => {
  test("is counted in slices up to a round end, and the samples that rely on the layer most come first", () => {
    const { bins, reach, top, sampleCount } = layerDistribution(
      Float32Array.of(0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.4, 0.6),
      2,
      1,
      "test",
    );
    expect(sampleCount).toBe(4);
    expect(reach).toBeCloseTo(0.65, 9);
    expect(bins.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(bins.at(-1)).toBe(2);
    expect(top.map(({ row }) => row)).toEqual([1, 3, 2, 0]);
    expect(top[0]?.share).toBeCloseTo(0.6, 6);
  });

  test("passes over what is no number, and a collapsed layer fills the last slice", () => {
    const { bins, top, reach } = layerDistribution(Float32Array.of(Number.NaN, 1, 1), 1, 0, "test");
    expect([reach, bins.at(-1), bins[0], top.length]).toEqual([1, 2, 0, 2]);
  });

  test("keeps a dozen of many samples", () => {
    const { top } = layerDistribution(
      Float32Array.from({ length: 100 }, (_, i) => i / 100),
      1,
      0,
      "test",
    );
    expect(top.map(({ row }) => row)).toEqual(Array.from({ length: 12 }, (_, i) => 99 - i));
  });
});

describe("what leaving a layer out cost", () => {
  const base = { "image.method.name": "unipt", "training.epochs": "20" };
  const run = (seed: number, value: number, more: Partial<OutcomeRun> = {}): OutcomeRun => ({
    seed,
    value,
    settings: base,
    layers: { image: ["a", "b", "c"] },
    ...more,
  });
  const without = (
    layers: readonly string[],
    seed: number,
    value: number,
    more: Record<string, string> = {},
  ): OutcomeRun =>
    run(seed, value, { layers: { image: layers }, settings: { ...base, "image.layers": "0, 2, 3", ...more } });

  test("is the difference to the same seeds with all layers", () => {
    const runs = [
      run(0, 400),
      run(1, 410),
      run(2, 420),
      without(["a", "c"], 0, 380),
      without(["a", "c"], 1, 388),
      without(["a", "c"], 2, 402),
      without(["b", "c"], 5, 409),
    ];
    const drops = layerDrops(runs[0]!, runs);
    // Without "a" there is no seed in common: the difference could be the seeds'.
    expect(drops.map(({ layer }) => layer)).toEqual(["b"]);
    expect(drops[0]?.drop).toMatchObject({ n: 3, mean: 20 });
    expect(drops[0]?.drop.standardDeviation).toBeCloseTo(2, 9);
    expect(drops[0]?.pValue).toBe(0.25);
  });

  test("does not take runs that differ in anything else, or in more than one layer", () => {
    const runs = [
      run(0, 400),
      without(["a", "c"], 0, 380, { "training.epochs": "40" }),
      without(["a"], 0, 300),
      run(1, 100, { settings: { ...base, "training.epochs": "40" } }),
    ];
    expect(layerDrops(runs[0]!, runs)).toEqual([]);
  });
});
