import { describe, expect, test } from "vitest";
import { pairedBySeed, pairedPermutationTest } from "../../../src/core/experiment/permutationTest";
import { estimate, mean, sampleStandardDeviation } from "../../../src/core/experiment/statistics";
import { tCumulative, tQuantile } from "../../../src/core/experiment/tDistribution";

const pairsOf = (a: readonly number[], b: readonly number[]) => a.map((value, i) => [value, b[i]!] as const);

describe("Student's t", () => {
  // Closed forms: df 1 is tan(π (p − ½)), df 2 is (2p − 1) √(2 / (4p (1 − p))); the others from published tables.
  test.each([
    [0.975, 1, Math.tan(Math.PI * 0.475)],
    [0.975, 2, 0.95 * Math.sqrt(2 / (4 * 0.975 * 0.025))],
    [0.975, 4, 2.7764451],
    [0.975, 9, 2.2621572],
    [0.975, 30, 2.0422725],
    [0.995, 5, 4.032143],
    [0.975, 1000, 1.9623391],
  ])("quantile %d with %d degrees of freedom is %d", (p, degrees, expected) => {
    expect(tQuantile(p, degrees)).toBeCloseTo(expected, 6);
  });

  test("is symmetric, with its median at 0", () => {
    expect(tCumulative(0, 7)).toBeCloseTo(0.5, 14);
    expect(tCumulative(-1.3, 7) + tCumulative(1.3, 7)).toBeCloseTo(1, 14);
    expect(tQuantile(0.5, 3)).toBeCloseTo(0, 14);
  });

  test("refuses what has no quantile", () => {
    expect(() => tQuantile(1, 3)).toThrow(RangeError);
    expect(() => tQuantile(0.9, 0)).toThrow(RangeError);
  });
});

test("estimates mean, sample deviation and 95 % interval", () => {
  const { n, mean: center, standardDeviation, interval95 } = estimate([61.2, 60.1, 62.6]);
  expect(n).toBe(3);
  expect(center).toBeCloseTo(61.3, 12);
  expect(standardDeviation).toBeCloseTo(Math.sqrt((0.01 + 1.44 + 1.69) / 2), 12);
  const margin = (4.302652729911 * standardDeviation!) / Math.sqrt(3);
  expect(interval95?.[0]).toBeCloseTo(61.3 - margin, 9);
  expect(interval95?.[1]).toBeCloseTo(61.3 + margin, 9);
});

test("one run has no spread, and no runs have no mean", () => {
  expect(estimate([5])).toEqual({ n: 1, mean: 5 });
  expect(() => sampleStandardDeviation([5])).toThrow(RangeError);
  expect(() => mean([])).toThrow(RangeError);
});

describe("paired permutation test", () => {
  test("of n pairs that all agree has p = 2 / 2ⁿ, the least it can show", () => {
    expect(pairedPermutationTest(pairsOf([3, 4, 5], [1, 2.5, 3])).pValue).toBe(0.25);
    expect(pairedPermutationTest(pairsOf([3, 4, 5, 6, 9], [1, 2.5, 3, 5, 2]))).toMatchObject({
      pValue: 2 / 32,
      pairs: 5,
      exact: true,
    });
  });

  test("counts the sign flips at least as extreme as what was seen", () => {
    // Differences 1, 2, −4: |sum| = 1. Of the 8 flips, sums are ±7, ±5, ±3, ±1: all are at least as extreme.
    expect(pairedPermutationTest(pairsOf([1, 2, 0], [0, 0, 4])).pValue).toBe(1);
    // Differences 1, 2, 4, −0.5: sum 6.5; as extreme: ±6.5 and ±7.5, 4 of 16.
    expect(pairedPermutationTest(pairsOf([1, 2, 4, 0], [0, 0, 0, 0.5])).pValue).toBe(0.25);
    expect(pairedPermutationTest(pairsOf([2, 2], [2, 2]))).toMatchObject({ pValue: 1, meanDifference: 0 });
  });

  test("is not misled by rounding: flips that tie in exact arithmetic count", () => {
    expect(pairedPermutationTest(pairsOf([0.1, 0.2, 0.3], [0, 0, 0])).pValue).toBe(0.25);
    expect(pairedPermutationTest(pairsOf([0.3, 0.2, 0.1, 0.6], [0, 0, 0, 0])).pValue).toBe(0.125);
  });

  test("samples beyond 16 pairs, near the exact answer", () => {
    const zero = Array.from({ length: 18 }, () => 0);
    const mixed = zero.map((_, i) => (i % 3 === 0 ? -1 : 1)); // 12 up, 6 down: sum 6
    // P(|2k − 18| ≥ 6) for k ~ Binomial(18, ½): k ≤ 6 or k ≥ 12.
    const exact = (2 * (1 + 18 + 153 + 816 + 3060 + 8568 + 18564)) / 2 ** 18;
    const result = pairedPermutationTest(pairsOf(mixed, zero));
    expect(result.exact).toBe(false);
    expect(Math.abs(result.pValue - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 65_536));
  });

  test("refuses to test nothing", () => {
    expect(() => pairedPermutationTest([])).toThrow(RangeError);
  });
});

describe("variants over seeds", () => {
  test("are compared over the seeds that both have", () => {
    const unipt = new Map([
      [0, 60],
      [1, 62],
      [2, 61],
    ]);
    const pairs = pairedBySeed(
      unipt,
      new Map([
        [0, 50],
        [1, 53],
        [7, 90],
      ]),
    );
    expect(pairedPermutationTest(pairs)).toMatchObject({ pairs: 2, meanDifference: 9.5, pValue: 0.5 });
    expect(pairedBySeed(unipt, new Map())).toEqual([]);
  });
});
