import { expect, test } from "vitest";
import { normalQuantile } from "../../../src/core/nn/normalQuantile";
import { philox } from "../../../src/core/nn/philox";
import { dropoutMask, normal, permutation, randomWords, uniform } from "../../../src/core/nn/random";

const key = { seed: 7, stream: "test" };

test.each([
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [[~0 >>> 0, ~0 >>> 0, ~0 >>> 0, ~0 >>> 0], [~0 >>> 0, ~0 >>> 0], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const)("Philox4x32-10 gives Random123's known answers for counter %j", (counter, philoxKey, expected) => {
  const out = new Uint32Array(4);
  philox(out, 1, counter, philoxKey);
  expect([...out].map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(expected);
});

test("the same key gives the same numbers, and longer sequences begin with shorter ones", () => {
  expect(randomWords(key, 5)).toEqual(randomWords(key, 9).subarray(0, 5));
});

test("seed, stream and step each change the numbers, high bits of the seed too", () => {
  const keys = [
    key,
    { ...key, seed: 8 },
    { ...key, seed: 7 + 2 ** 32 },
    { ...key, stream: "tesu" },
    { ...key, step: 1 },
  ];
  const first = keys.map((one) => randomWords(one, 1)[0]);
  expect(new Set(first).size).toBe(keys.length);
});

test("pins the keyed sequence, so that old runs can be repeated", () => {
  expect([...randomWords({ seed: 1, stream: "shuffle", step: 2 }, 2)]).toMatchInlineSnapshot(`
    [
      3289409640,
      3943769677,
    ]
  `);
  expect([...permutation({ seed: 1, stream: "shuffle", step: 2 }, 8)]).toMatchInlineSnapshot(`
    [
      2,
      1,
      7,
      0,
      3,
      4,
      6,
      5,
    ]
  `);
});

test("uniform numbers fill [0, 1) evenly", () => {
  const values = uniform(key, 100_000);
  expect(Math.min(...values.subarray(0, 50_000))).toBeGreaterThanOrEqual(0);
  expect(values.every((value) => value < 1)).toBe(true);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean).toBeCloseTo(0.5, 2); // standard error 0.0009
  const tenths = new Array<number>(10).fill(0);
  for (const value of values) tenths[Math.floor(value * 10)]! += 1;
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400); // 4 standard deviations
});

test("normal numbers have mean 0, variance 1 and no skew", () => {
  const values = normal(key, 100_000);
  const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  expect(Math.abs(moment(1))).toBeLessThan(0.013);
  expect(Math.abs(moment(2) - 1)).toBeLessThan(0.02);
  expect(Math.abs(moment(3))).toBeLessThan(0.05);
  expect(Math.abs(moment(4) - 3)).toBeLessThan(0.13);
});

// From Python's statistics.NormalDist().inv_cdf.
test.each([
  [0.5 ** 33, -6.337957754553789],
  [1e-5, -4.2648907939228256],
  [0.01, -2.3263478740408408],
  [0.074, -1.4466320671589785],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.75, 0.6744897501960817],
  [0.999, 3.090232306167813],
  [1 - 0.5 ** 33, 6.337957754553789],
])("the normal quantile of %d is %d", (p, expected) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(5e-15);
});

test("a permutation holds every index once and moves them evenly", () => {
  expect([...permutation(key, 1000)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  const firsts = new Array<number>(5).fill(0);
  for (let step = 0; step < 5000; step++) firsts[permutation({ ...key, step }, 5)[0]!]! += 1;
  for (const count of firsts) expect(Math.abs(count - 1000)).toBeLessThan(120); // 4 standard deviations
});

test("dropout keeps the expectation: zeros at the rate, the rest scaled", () => {
  const mask = dropoutMask(key, 100_000, 0.3);
  const zeros = mask.filter((factor) => factor === 0).length;
  expect(Math.abs(zeros / mask.length - 0.3)).toBeLessThan(0.006);
  expect(mask.every((factor) => factor === 0 || factor === Math.fround(1 / 0.7))).toBe(true);
});
