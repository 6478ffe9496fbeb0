import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assign } from "../../../../src/core/tasks/grounding/assign";
import { centerOf, cornersOf, giou, iou } from "../../../../src/core/tasks/grounding/boxes";
import { matchBoxes } from "../../../../src/core/tasks/grounding/matchBoxes";
import { fuzzOptions } from "../../../support/fuzz";

/** The least sum over all ways to give each row a column of its own. */
function cheapest(costs: readonly number[], columns: number, row = 0, used = new Set<number>()): number {
  if (row * columns >= costs.length) return 0;
  let best = Infinity;
  for (let column = 0; column < columns; column++) {
    if (used.has(column)) continue;
    used.add(column);
    best = Math.min(best, costs[row * columns + column]! + cheapest(costs, columns, row + 1, used));
    used.delete(column);
  }
  return best;
}

function totalOf(costs: readonly number[], columns: number, chosen: readonly number[]): number {
  expect(new Set(chosen).size).toBe(chosen.length);
  return chosen.reduce((sum, column, row) => sum + costs[row * columns + column]!, 0);
}

const sizes = fc
  .integer({ min: 1, max: 6 })
  .chain((rows) => fc.tuple(fc.constant(rows), fc.integer({ min: rows, max: 7 })));
const matrices = (cost: fc.Arbitrary<number>) =>
  sizes.chain(([rows, columns]) =>
    fc.tuple(
      fc.constant([rows, columns] as const),
      fc.array(cost, { minLength: rows * columns, maxLength: rows * columns }),
    ),
  );

describe("assignment", () => {
  test.each([
    ["real numbers of both signs", fc.double({ min: -100, max: 100, noNaN: true })],
    ["few different numbers, with many ties", fc.integer({ min: -1, max: 2 })],
    ["numbers of very different size", fc.integer({ min: -6, max: 6 }).map((power) => 10 ** power)],
  ])("costs as little as the best of all, for %s", (_, cost) => {
    fc.assert(
      fc.property(matrices(cost), ([[rows, columns], costs]) => {
        const chosen = assign(costs, rows, columns);
        expect(chosen).toHaveLength(rows);
        expect(chosen.every((column) => Number.isInteger(column) && column >= 0 && column < columns)).toBe(true);
        const [found, best] = [totalOf(costs, columns, chosen), cheapest(costs, columns)];
        const scale = Math.max(1, ...costs.map(Math.abs));
        expect(found - best).toBeLessThanOrEqual(1e-9 * scale);
      }),
      fuzzOptions(300),
    );
  });

  test("nothing to assign, and a hundred queries", () => {
    expect(assign([], 0, 5)).toEqual([]);
    // prices of rows and columns, and more than their sum everywhere but on one permutation
    const size = 100;
    const hidden = Array.from({ length: size }, (_, row) => (row * 37 + 11) % size);
    const price = (at: number): number => ((at * 7919) % 101) / 10;
    const costs = Array.from({ length: size * size }, (_, at) => {
      const [row, column] = [Math.floor(at / size), at % size];
      const slack = hidden[row] === column ? 0 : 0.01 + ((row * column) % 13) / 100;
      return price(row) - price(column + 50) + slack;
    });
    expect(assign(costs, size, size)).toEqual(hidden);
  });

  test("refuses more rows than columns, and costs that are no numbers", () => {
    expect(() => assign([1, 2], 2, 1)).toThrow(RangeError);
    expect(() => assign([Number.NaN, Number.NaN], 1, 2)).toThrow("finite");
  });
});

describe("boxes", () => {
  test("overlap by corners", () => {
    expect(iou([0, 0, 2, 2], [1, 1, 3, 3])).toBeCloseTo(1 / 7, 12);
    expect(giou([0, 0, 2, 2], [1, 1, 3, 3])).toBeCloseTo(1 / 7 - 2 / 9, 12);
    expect(giou([0, 0, 1, 1], [3, 0, 4, 1])).toBeCloseTo(-0.5, 12);
    expect(centerOf(cornersOf([0.5, 0.4, 0.2, 0.6]))).toEqual(
      [0.5, 0.4, 0.2, 0.6].map((v) => expect.closeTo(v, 12) as number),
    );
  });
});

describe("matching of boxes", () => {
  const far = [0.9, 0.9, 0.1, 0.1];
  const near = [0.3, 0.3, 0.2, 0.2];
  const map = [1, 0, 0];

  test("takes the query that lies nearest, and the one that speaks of the right token among equals", () => {
    const target = { box: [0.3, 0.3, 0.2, 0.2], tokenMap: map } as const;
    const silent = [0, 0, 5];
    const speaking = [5, 0, 0];
    const match = (logits: number[][], boxes: number[][]): number[] =>
      matchBoxes({ logits: logits.flat(), boxes: boxes.flat(), queryCount: boxes.length }, [target]);
    expect(match([silent, silent], [far, near])).toEqual([1]);
    expect(match([silent, speaking, silent], [near, near, near])).toEqual([1]);
    // the token counts less than the place
    expect(match([speaking, silent], [far, near])).toEqual([1]);
  });

  test("two boxes share no query, even where both would like the same", () => {
    const targets = [
      { box: [0.3, 0.3, 0.2, 0.2], tokenMap: map },
      { box: [0.32, 0.3, 0.2, 0.2], tokenMap: map },
    ] as const;
    const boxes = [near, [0.34, 0.3, 0.2, 0.2], far];
    const logits = Array<number>(9).fill(0);
    expect(matchBoxes({ logits, boxes: boxes.flat(), queryCount: 3 }, targets)).toEqual([0, 1]);
  });
});
