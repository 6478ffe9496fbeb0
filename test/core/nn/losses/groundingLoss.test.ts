import { expect, test } from "vitest";
import type { Value } from "../../../../src/core/graph/graphBuilder";
import { numbersOf, tensor, type Tensor } from "../../../../src/core/graph/tensor";
import { groundingLoss } from "../../../../src/core/nn/losses/groundingLoss";
import { gradcheck, GRADIENT_TOLERANCE } from "../../../support/gradcheck";
import { randomTensor, runScope } from "../../../support/runScope";

const [batch, queryCount, slotCount, tokenCount, width] = [2, 3, 5, 4, 3];
// no number and no edge equals its counterpart: distances and overlaps have kinks there
const boxes = [0.5, 0.5, 0.2, 0.3, 0.3, 0.4, 0.5, 0.2, 0.7, 0.6, 0.3, 0.3];
const prediction = {
  logits: randomTensor("logits", [batch, queryCount, slotCount]),
  boxes: tensor("float32", [batch, queryCount, 4], [...boxes, ...boxes.map((value) => 1 - value)]),
  queries: randomTensor("queries", [batch, queryCount, width]),
  tokens: randomTensor("tokens", [batch, tokenCount, width]),
};
/** Two boxes in the first sample, one and some padding in the second. */
const target = {
  targetBoxes: tensor(
    "float32",
    [2, 2, 4],
    [0.42, 0.53, 0.31, 0.34, 0.83, 0.48, 0.24, 0.22, 0.51, 0.33, 0.4, 0.43, 0, 0, 0, 0],
  ),
  mask: tensor("float32", [2, 2], [1, 1, 1, 0]),
  tokenMap: tensor("float32", [2, 2, 5], [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
  matching: tensor("int64", [2, 2], [2, 0, 1, 0]),
};

function lossesOf(feeds: Readonly<Record<string, Tensor>>): Record<string, number> {
  const { outputs } = runScope(feeds, ({ g }, values) => ({ ...groundingLoss(g, ...partsOf(values)) }));
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, numbersOf(value)[0]!]));
}

function partsOf(values: Readonly<Record<string, Value>>) {
  const value = (name: string): Value => values[name]!;
  return [
    { logits: value("logits"), boxes: value("boxes"), queries: value("queries"), tokens: value("tokens") },
    {
      boxes: value("targetBoxes"),
      mask: value("mask"),
      tokenMap: value("tokenMap"),
      matching: value("matching"),
    },
  ] as const;
}

test("every loss, written as loops", () => {
  const found = lossesOf({ ...prediction, ...target });
  const matched = [
    [0, 2, 0],
    [0, 0, 1],
    [1, 1, 0],
  ] as const; // sample, query, box
  const row = (all: Tensor, sample: number, at: number): number[] => {
    const [, count = 1, size = 1] = all.shape;
    return numbersOf(all).slice((sample * count + at) * size, (sample * count + at + 1) * size);
  };
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const logSumExp = (values: readonly number[]): number => Math.log(sum(values.map(Math.exp)));

  let softToken = 0;
  for (let sample = 0; sample < batch; sample++) {
    for (let query = 0; query < queryCount; query++) {
      const logits = row(prediction.logits, sample, query);
      const own = matched.find(([b, q]) => b === sample && q === query);
      const map = own ? row(target.tokenMap, sample, own[2]) : [0, 0, 0, 0, 0.1];
      softToken -= sum(map.map((share, slot) => share * (logits[slot]! - logSumExp(logits))));
    }
  }
  expect(found["softToken"]).toBeCloseTo(softToken / 3, 6);

  const distances = matched.map(([sample, query, box]) => {
    const wanted = row(target.targetBoxes, sample, box);
    return sum(row(prediction.boxes, sample, query).map((value, at) => Math.abs(value - wanted[at]!)));
  });
  expect(found["box"]).toBeCloseTo(sum(distances) / 3, 6);

  const unit = (values: readonly number[]): number[] => values.map((value) => value / Math.hypot(...values));
  let alignment = 0;
  for (let sample = 0; sample < batch; sample++) {
    const similarity = (query: number, token: number): number =>
      sum(
        unit(row(prediction.queries, sample, query)).map(
          (value, at) => value * unit(row(prediction.tokens, sample, token))[at]!,
        ),
      ) / 0.07;
    const isPositive = (query: number, token: number): boolean =>
      matched.some(([b, q, box]) => b === sample && q === query && row(target.tokenMap, sample, box)[token]! > 0);
    const queries = [...Array(queryCount).keys()];
    const tokens = [...Array(tokenCount).keys()];
    const oneSide = (all: number[], positives: boolean[], scores: number[]): void => {
      const chosen = all.filter((_, at) => positives[at]);
      if (chosen.length === 0) return;
      const mean = sum(scores.filter((_, at) => positives[at])) / (chosen.length + 1e-6);
      alignment += (logSumExp(scores) - mean) / 2;
    };
    for (const query of queries)
      oneSide(
        tokens,
        tokens.map((token) => isPositive(query, token)),
        tokens.map((token) => similarity(query, token)),
      );
    for (const token of tokens)
      oneSide(
        queries,
        queries.map((query) => isPositive(query, token)),
        queries.map((query) => similarity(query, token)),
      );
  }
  expect(found["alignment"]).toBeCloseTo(alignment / 3, 5);
  expect(found["total"]).toBeCloseTo(
    found["softToken"]! + 5 * found["box"]! + 2 * found["giou"]! + found["alignment"]!,
    6,
  );
});

test("padding counts for nothing, whatever stands in it", () => {
  const disturbed = {
    ...target,
    targetBoxes: tensor("float32", [2, 2, 4], [...numbersOf(target.targetBoxes).slice(0, 12), 0.9, 0.9, 0.3, 0.3]),
    tokenMap: tensor("float32", [2, 2, 5], [...numbersOf(target.tokenMap).slice(0, 15), 1, 1, 1, 0, 0]),
    matching: tensor("int64", [2, 2], [2, 0, 1, 2]),
  };
  expect(lossesOf({ ...prediction, ...disturbed })).toEqual(lossesOf({ ...prediction, ...target }));
});

test("a batch without any box has finite losses", () => {
  const none = { ...target, mask: tensor("float32", [2, 2], [0, 0, 0, 0]) };
  const found = lossesOf({ ...prediction, ...none });
  expect(found).toMatchObject({ box: 0, giou: 0, alignment: 0 });
  expect(found["softToken"]).toBeGreaterThan(0);
});

test("gradients with respect to all that the heads give", () => {
  const { maxDifference } = gradcheck({
    label: "grounding",
    inputs: Object.values(prediction).map(({ shape, data }) => ({ shape, values: Array.from(data as Float32Array) })),
    build: (g, logits, values, queries, tokens) => {
      const constants = Object.fromEntries(Object.entries(target).map(([name, value]) => [name, g.constant(value)]));
      return groundingLoss(
        g,
        ...partsOf({ ...constants, logits: logits, boxes: values, queries: queries, tokens: tokens }),
      ).total;
    },
  });
  expect(maxDifference).toBeLessThan(GRADIENT_TOLERANCE);
});
