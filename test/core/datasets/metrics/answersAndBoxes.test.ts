import { describe, expect, test } from "vitest";
import { answerAccuracy, softScores } from "../../../../src/core/datasets/metrics/answerAccuracy";
import { groundingPrecision } from "../../../../src/core/datasets/metrics/groundingPrecision";

describe("answers", () => {
  test("soft accuracy is the mean score of what was answered", () => {
    const accepted = [{ yes: 1, no: 0.3 }, { two: 0.9 }, { red: 1 }, {}];
    expect(answerAccuracy(["no", "two", "blue", "yes"], accepted)).toBeCloseTo(30, 12);
    expect(answerAccuracy(["yes", "two", "red", "constructor"], accepted)).toBeCloseTo(72.5, 12);
    expect(() => answerAccuracy(["yes"], accepted)).toThrow(RangeError);
  });

  test("with scores of 1 it is the share of right answers", () => {
    expect(answerAccuracy(["a", "b", "c"], [{ a: 1 }, { x: 1 }, { c: 1 }])).toBeCloseTo(200 / 3, 12);
  });

  test("scores from votes: 0.3 each, at most 1", () => {
    expect(softScores({ a: 1, b: 2, c: 3, d: 4, e: 10 })).toEqual({ a: 0.3, b: 0.6, c: 0.9, d: 1, e: 1 });
  });
});

describe("boxes of expressions", () => {
  const target = [0, 0, 10, 10] as const;
  const right = [0, 0, 10, 9] as const;
  const wrong = [50, 50, 60, 60] as const;

  test("a hit among the first k by score", () => {
    const expressions = [
      { scores: [0.9, 0.1], boxes: [right, wrong], target },
      { scores: [0.1, 0.9], boxes: [right, wrong], target },
      { scores: [0.1, 0.9, 0.8, 0.7, 0.6, 0.5], boxes: [right, wrong, wrong, wrong, wrong, wrong], target },
      { scores: [0.9], boxes: [wrong], target },
    ];
    expect(groundingPrecision(expressions)).toEqual({ precisionAt1: 25, precisionAt5: 50, precisionAt10: 75 });
  });

  test("of equal scores the earlier box is the higher", () => {
    const expressions = [{ scores: [0.5, 0.5], boxes: [wrong, right], target }];
    expect(groundingPrecision(expressions)).toMatchObject({ precisionAt1: 0, precisionAt5: 100 });
  });

  test("generalised overlap is stricter: it takes off what the common hull has beyond both", () => {
    // intersection 6 × 10, union 100 + 100 − 60, hull 14 × 10 = union: no difference; shifted down as well there is one
    const boxes = [[2, 2, 11, 11]] as const;
    const expressions = [{ scores: [1], boxes, target }];
    // intersection 64, union 117: 0.547; hull 121: minus 4 / 121
    expect(groundingPrecision(expressions, "iou").precisionAt1).toBe(100);
    expect(groundingPrecision(expressions, "giou").precisionAt1).toBe(100);
    const further = [{ scores: [1], boxes: [[2.25, 2.25, 11, 11]] as const, target }];
    // intersection 60.06, union 116.5: 0.5155; hull 121: minus 0.037
    expect(groundingPrecision(further, "iou").precisionAt1).toBe(100);
    expect(groundingPrecision(further, "giou").precisionAt1).toBe(0);
  });
});
