import { expect, test } from "vitest";
import { ItemRandom } from "../../../src/core/nn/itemRandom";

const take = (seed: number, step: number, place: string, count = 100): number[] => {
  const random = new ItemRandom({ seed, step }, place);
  return Array.from({ length: count }, () => random.uniform());
};

test("the same draw and place give the same numbers; any other gives others", () => {
  const numbers = take(1, 2, "image/0");
  expect(take(1, 2, "image/0")).toEqual(numbers);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const other of [take(2, 2, "image/0"), take(1, 3, "image/0"), take(1, 2, "image/1"), take(1, 2, "text/0")])
    expect(other.filter((value) => numbers.includes(value))).toEqual([]);
});

test("numbers are uniform", () => {
  const numbers = take(7, 0, "image/0", 20_000);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  expect(mean).toBeCloseTo(0.5, 2);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThan(1);
  const random = new ItemRandom({ seed: 7, step: 1 }, "image/0");
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[random.below(3)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(300); // 3.7 standard deviations
});
