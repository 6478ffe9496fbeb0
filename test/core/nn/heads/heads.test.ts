import { describe, expect, test } from "vitest";
import { numbersOf, sizeOf, tensor, type Tensor } from "../../../../src/core/graph/tensor";
import { answerHead, answerHeadOfficialNames, answerRows } from "../../../../src/core/nn/heads/answerHead";
import { groundingHeadOfficialNames, groundingHeads } from "../../../../src/core/nn/heads/groundingHeads";
import { parameterCount, randomTensor, runScope } from "../../../support/runScope";

const floats = (shape: readonly number[], values: readonly number[]): Tensor<"float32"> =>
  tensor("float32", shape, values);

describe("answer head", () => {
  const feature = randomTensor("feature", [2, 4]);

  test("linear, GELU by erf, norm, linear", () => {
    const { outputs, state } = runScope({ feature }, (scope, values) => ({
      logits: answerHead(scope, values["feature"]!, { answerCount: 3 }),
    }));
    const matrix = (name: string): number[][] => rows(state[name]!);
    const vector = (name: string): number[] => numbersOf(state[name]!);
    const apply = (name: string, x: readonly number[]): number[] =>
      matrix(`${name}.weight`).map((weight, out) => dot(weight, x) + vector(`${name}.bias`)[out]!);
    for (const [sample, x] of rows(feature).entries()) {
      const hidden = apply("hidden", x).map((value) => value * normalCdf(value));
      const mean = hidden.reduce((a, b) => a + b) / 8;
      const deviation = Math.sqrt(hidden.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 8);
      const expected = apply(
        "answers",
        hidden.map((value) => (value - mean) / deviation),
      );
      rows(outputs["logits"]!)[sample]!.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
    }
    expect(Object.keys(answerHeadOfficialNames).sort()).toEqual(Object.keys(state).sort());
  });

  test("a pooler in front of it stays as it is", () => {
    const inputs = { feature, weight: randomTensor("pooler", [4, 4]), bias: randomTensor("poolerBias", [4]) };
    const { context, outputs } = runScope(inputs, (scope, values) => ({
      direct: answerHead(scope.scope("a"), values["feature"]!, { answerCount: 2 }),
      pooled: answerHead(scope.scope("b"), values["feature"]!, {
        answerCount: 2,
        pooler: { weight: values["weight"]!, bias: values["bias"] },
      }),
    }));
    expect(parameterCount(context)).toBe(2 * (4 * 8 + 8 + 8 + 8 + 8 * 2 + 2));
    expect(numbersOf(outputs["pooled"]!)).not.toEqual(numbersOf(outputs["direct"]!));
  });

  test("starts from the rows of the same answers, the others from 0", () => {
    const pretrained = {
      words: ["yes", "no", "red"],
      weight: floats([3, 2], [1, 2, 3, 4, 5, 6]),
      bias: floats([3], [7, 8, 9]),
    };
    const lastLayer = answerRows(pretrained, ["red", "blue", "yes"]);
    expect(Array.from(lastLayer.weight.data)).toEqual([5, 6, 0, 0, 1, 2]);
    expect(Array.from(lastLayer.bias.data)).toEqual([9, 0, 7]);
    expect(lastLayer.copiedCount).toBe(2);
    const { state } = runScope({ feature: randomTensor("x", [1, 1]) }, (scope, values) => ({
      logits: answerHead(scope, values["feature"]!, { answerCount: 3, start: { answers: lastLayer } }),
    }));
    expect(numbersOf(state["answers.weight"]!)).toEqual([5, 6, 0, 0, 1, 2]);
    expect(numbersOf(state["answers.bias"]!)).toEqual([9, 0, 7]);
  });
});

describe("grounding heads", () => {
  const outputs = { a: randomTensor("a", [2, 3, 6]), b: randomTensor("b", [2, 3, 6]) };
  const text = randomTensor("text", [2, 5, 6]);

  test("are shared by all outputs, each of which they read by itself", () => {
    const run = (names: readonly ("a" | "b")[]) =>
      runScope({ ...outputs, text }, (scope, values) => {
        const heads = groundingHeads(
          scope,
          names.map((name) => values[name]!),
          values["text"]!,
          { slotCount: 7, alignmentDim: 4 },
        );
        return Object.fromEntries(
          heads.flatMap((head, at) => Object.entries(head).map(([name, value]) => [`${names[at]}.${name}`, value])),
        );
      });
    const [both, alone] = [run(["a", "b"]), run(["b"])];
    expect(both.context.parameters).toEqual(alone.context.parameters);
    for (const [name, value] of Object.entries(alone.outputs))
      numbersOf(value).forEach((number, at) => expect(numbersOf(both.outputs[name]!)[at]).toBeCloseTo(number, 12));
    expect(both.outputs["a.logits"]!.shape).toEqual([2, 3, 7]);
    expect(both.outputs["a.tokens"]!.shape).toEqual([2, 5, 4]);
    expect(numbersOf(both.outputs["a.boxes"]!).every((value) => value > 0 && value < 1)).toBe(true);
    const layers = new Set(both.context.parameters.map(({ name }) => name.replace(/\.(weight|bias)$/, "")));
    expect([...layers].sort()).toEqual(Object.keys(groundingHeadOfficialNames).sort());
  });
});

function rows(matrix: Tensor): number[][] {
  const width = matrix.shape.at(-1) ?? 1;
  const numbers = numbersOf(matrix);
  return Array.from({ length: sizeOf(matrix.shape) / width }, (_, row) =>
    numbers.slice(row * width, (row + 1) * width),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

/** By Simpson's rule over the density. */
function normalCdf(x: number): number {
  const steps = 400;
  const width = x / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((step * width) ** 2) / 2);
  }
  return 0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
