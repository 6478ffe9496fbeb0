import { describe, expect, test } from "vitest";
import { float16ToFloat32, float32ToFloat16, halfToNumber, numberToHalf } from "../../../src/core/graph/float16";

describe("float16", () => {
  test("widens known bit patterns", () => {
    const bits = Uint16Array.of(0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555, 0x7c00);
    expect([...float16ToFloat32(bits)]).toEqual([
      0,
      1,
      -2,
      65504,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0.333251953125,
      Infinity,
    ]);
    expect(halfToNumber(0x7e00)).toBeNaN();
  });

  test("every half survives the way to float32 and back", () => {
    const patterns = [...Array(0x10000).keys()].filter((bits) => !Number.isNaN(halfToNumber(bits)));
    expect(patterns.length).toBe(0x10000 - 2 * 1023);
    expect(patterns.filter((bits) => numberToHalf(halfToNumber(bits)) !== bits)).toEqual([]);
  });

  test("rounds to nearest, ties to even", () => {
    const ulp = 2 ** -10;
    const values = [1 + ulp / 2, 1 + 1.5 * ulp, 1 + 0.51 * ulp, 2 ** -25, 1.01 * 2 ** -25, 65519, 65520, -0];
    expect([...float32ToFloat16(values)]).toEqual([0x3c00, 0x3c02, 0x3c01, 0x0000, 0x0001, 0x7bff, 0x7c00, 0x8000]);
  });

  test("is within half a unit in the last place everywhere", () => {
    for (let value = -70000; value < 70000; value += 12.345) {
      const back = halfToNumber(numberToHalf(value));
      if (Math.abs(value) < 65520) expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
    }
  });
});
