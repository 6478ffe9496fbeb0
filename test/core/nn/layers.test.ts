import { expect, test } from "vitest";
import { numbersOf, type Tensor, tensor } from "../../../src/core/graph/tensor";
import { batchNorm } from "../../../src/core/nn/layers/batchNorm";
import { gpoPooling, gpoWeights } from "../../../src/core/nn/layers/gpoPooling";
import { l2Normalize } from "../../../src/core/nn/layers/l2Normalize";
import { linear } from "../../../src/core/nn/layers/linear";
import { positionTable } from "../../../src/core/nn/layers/positionTable";
import { sortDescending } from "../../../src/core/nn/layers/sortDescending";
import { meanPool, poolTokens } from "../../../src/core/nn/layers/tokenPooling";
import { initialValue } from "../../../src/core/nn/initialize";
import { parameterCount, randomTensor, runScope } from "../../support/runScope";

test("linear keeps leading axes and multiplies by the transposed weight", () => {
  const x = tensor("float32", [1, 2, 2], [1, 2, 3, 4]);
  const { outputs } = runScope({ x }, (scope, values) => ({ y: linear(scope, values["x"]!, 3) }), {
    state: { weight: tensor("float32", [3, 2], [1, 0, 0, 1, 1, 1]), bias: tensor("float32", [3], [0, 0, 10]) },
  });
  expect(outputs["y"]!.shape).toEqual([1, 2, 3]);
  expect(numbersOf(outputs["y"]!)).toEqual([1, 2, 13, 3, 4, 17]);
});

test("linear layers start uniform in ±1/√fan-in, each from its own stream", () => {
  const x = randomTensor("x", [1, 16]);
  const { state } = runScope({ x }, (scope, values) => ({
    a: linear(scope.scope("a"), values["x"]!, 200),
    b: linear(scope.scope("b"), values["x"]!, 200),
  }));
  const weight = numbersOf(state["a.weight"]!);
  expect(Math.max(...weight.map(Math.abs))).toBeLessThanOrEqual(0.25);
  expect(Math.max(...weight)).toBeGreaterThan(0.249);
  expect(Math.min(...weight)).toBeLessThan(-0.249);
  expect(numbersOf(state["a.bias"]!)).not.toEqual(numbersOf(state["b.bias"]!));
  const spec = { name: "a.weight", shape: [200, 16], initialization: { kind: "uniform", bound: 0.25 } } as const;
  expect(numbersOf(initialValue(spec, 0))).toEqual(weight);
  expect(numbersOf(initialValue(spec, 1))).not.toEqual(weight);
});

test("batch norm: biased variance normalises, unbiased moves the running one, evaluation reads the running ones", () => {
  const x = tensor("float32", [2, 2, 1], [1, 2, 3, 6]); // mean 3, biased variance 3.5, unbiased 14/3
  const build = (mode: "train" | "eval") =>
    runScope({ x }, (scope, values) => ({ y: batchNorm(scope, values["x"]!) }), {
      mode,
      state: { runningMean: tensor("float32", [1], [1]), runningVariance: tensor("float32", [1], [4]) },
    }).outputs;
  const training = build("train");
  expect(numbersOf(training["y"]!)[3]).toBeCloseTo(3 / Math.sqrt(3.5 + 1e-5), 6);
  expect(numbersOf(training["runningMean.next"]!)[0]).toBeCloseTo(0.9 + 0.3, 6);
  expect(numbersOf(training["runningVariance.next"]!)[0]).toBeCloseTo(0.9 * 4 + (0.1 * 14) / 3, 6);
  const evaluation = build("eval");
  expect(numbersOf(evaluation["y"]!)[3]).toBeCloseTo(5 / Math.sqrt(4 + 1e-5), 6);
  expect(evaluation["runningMean.next"]).toBeUndefined();
});

test("pooling leaves padding out, and a sequence of padding alone gives zeros, not NaN", () => {
  const x = tensor("float32", [2, 2, 2], [1, -2, 9, 9, 5, 5, 7, 7]);
  const mask = tensor("float32", [2, 2], [1, 0, 0, 0]);
  const { outputs } = runScope({ x, mask }, ({ g }, values) => ({
    mean: meanPool(g, values["x"]!, values["mask"]),
    max: poolTokens(g, values["x"]!, values["mask"], "max"),
    cls: poolTokens(g, values["x"]!, values["mask"], "cls"),
  }));
  expect(numbersOf(outputs["mean"]!)).toEqual([1, -2, 0, 0]);
  expect(numbersOf(outputs["max"]!).slice(0, 2)).toEqual([1, -2]);
  expect(numbersOf(outputs["cls"]!)).toEqual([1, -2, 5, 5]);
});

test("length is kept away from 0 by addition or by a bound", () => {
  const x = tensor("float32", [1, 2], [0.3, 0.4]);
  const { outputs } = runScope({ x }, ({ g }, values) => ({
    added: l2Normalize(g, values["x"]!, { kind: "add", epsilon: 0.5 }),
    clamped: l2Normalize(g, values["x"]!, { kind: "clamp", epsilon: 2 }),
  }));
  expect(numbersOf(outputs["added"]!)[0]).toBeCloseTo(0.3, 6);
  expect(numbersOf(outputs["clamped"]!)[0]).toBeCloseTo(0.15, 6);
});

test("sorts every channel on its own, largest first", () => {
  const x = tensor("float32", [1, 3, 2], [1, 9, 3, 7, 2, 8]);
  const { outputs } = runScope({ x }, ({ g }, values) => ({ y: sortDescending(g, values["x"]!, 1) }));
  expect(numbersOf(outputs["y"]!)).toEqual([3, 9, 2, 8, 1, 7]);
});

test("the position table alternates sine and cosine of falling frequency", () => {
  const row = numbersOf(positionTable(4, 4)).slice(12); // position 3
  [Math.sin(3), Math.cos(3), Math.sin(0.03), Math.cos(0.03)].forEach((value, column) =>
    expect(row[column]).toBeCloseTo(value, 6),
  );
});

const pooled = (inputs: Readonly<Record<string, Tensor>>) =>
  runScope(inputs, (scope, { x, mask }) => ({ y: gpoPooling(scope, x!, mask) }));

test("GPO has 12,704 parameters and does not depend on the order of tokens", () => {
  const x = randomTensor("x", [2, 5, 3]);
  const reversed = [0, 1].flatMap((sample) =>
    [4, 3, 2, 1, 0].flatMap((token) => numbersOf(x).slice((sample * 5 + token) * 3, (sample * 5 + token + 1) * 3)),
  );
  const { outputs, context } = pooled({ x });
  expect(parameterCount(context)).toBe(12_704);
  expect(numbersOf(outputs["y"]!)).toEqual(
    numbersOf(pooled({ x: tensor("float32", [2, 5, 3], reversed) }).outputs["y"]!),
  );
});

test("GPO of padded tokens is that of the tokens alone, whatever the padding holds", () => {
  const x = randomTensor("x", [1, 3, 2]);
  const padded = tensor("float32", [1, 5, 2], [...numbersOf(x), 100, -100, 100, -100]);
  const mask = tensor("float32", [1, 5], [1, 1, 1, 0, 0]);
  const [short, long] = [pooled({ x }), pooled({ x: padded, mask })].map(({ outputs }) => numbersOf(outputs["y"]!));
  long!.forEach((value, channel) => expect(value).toBeCloseTo(short![channel]!, 9));
});

test("GPO's weights are a distribution over the valid ranks", () => {
  const mask = tensor("float32", [2, 4], [1, 1, 0, 0, 1, 1, 1, 1]);
  const { outputs } = runScope({ mask }, (scope, values) => ({ y: gpoWeights(scope, 4, values["mask"]) }));
  const weights = numbersOf(outputs["y"]!);
  expect(weights.slice(2, 4)).toEqual([0, 0]);
  expect(weights[0]! + weights[1]!).toBeCloseTo(1, 12);
  expect(weights.slice(4).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});
