import { expect, test } from "vitest";
import { erf } from "../../../../src/core/graph/evaluation/erf";

/** Abramowitz and Stegun, table 7.1, and values to double precision from mpmath. */
const values: readonly (readonly [number, number])[] = [
  [0, 0],
  [1e-10, 1.1283791670955126e-10],
  [0.1, 0.1124629160182849],
  [0.5, 0.5204998778130465],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
  [4, 0.9999999845827421],
  [5.5, 0.9999999999999927],
  [7, 1],
];

test("the error function has double precision and is odd", () => {
  for (const [x, wanted] of values) {
    expect(Math.abs(erf(x) - wanted)).toBeLessThanOrEqual(4e-16 * Math.max(wanted, 1e-10));
    expect(erf(-x)).toBe(-erf(x));
  }
});
