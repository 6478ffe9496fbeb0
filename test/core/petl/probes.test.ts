import { expect, test } from "vitest";
import { tensor } from "../../../src/core/graph/tensor";
import { numbersOf } from "../../../src/core/graph/tensor";
import { buildMethod, type MethodConfig } from "../../../src/core/petl/methods";
import { parameterCount, randomTensor, runScope } from "../../support/runScope";

// Two maps: means [1, 2 | 3, 4] per sample and channel of the low one, [10 | 20] of the last.
const low = tensor("float32", [2, 2, 1, 2], [0, 2, 1, 3, 2, 4, 3, 5]);
const last = tensor("float32", [2, 1, 1, 1], [10, 20]);

function run(config: MethodConfig, state: Parameters<typeof runScope>[2]) {
  return runScope(
    { low, last },
    (scope, values) => ({
      tokens: buildMethod(scope, { hiddenStates: [values["low"]!, values["last"]!] }, config).tokens,
    }),
    state,
  );
}

test("linear probe: pooled last hidden state, standardised, through one linear layer", () => {
  const { outputs, context } = run(
    { name: "linear-probe", embedDim: 2 },
    {
      state: {
        "standardize.mean": tensor("float32", [1], [15]),
        "standardize.deviation": tensor("float32", [1], [5]),
        "linear.weight": tensor("float32", [2, 1], [1, 10]),
        "linear.bias": tensor("float32", [2], [0.5, 0]),
      },
    },
  );
  expect(outputs["tokens"]!.shape).toEqual([2, 1, 2]);
  const [a, b, c, d] = numbersOf(outputs["tokens"]!);
  expect(a).toBeCloseTo(-0.5, 5); // (10 − 15) / 5 + 0.5
  expect(b).toBeCloseTo(-10, 4);
  expect(c).toBeCloseTo(1.5, 5);
  expect(d).toBeCloseTo(10, 4);
  expect(context.statistics).toEqual([
    { meanBuffer: "standardize.mean", deviationBuffer: "standardize.deviation", output: "standardize.input" },
  ]);
  expect(numbersOf(outputs["standardize.input"]!)).toEqual([10, 20]);
});

test("stages probe: the means of all hidden states side by side", () => {
  const { outputs } = run({ name: "stages-probe", embedDim: 3 }, {});
  expect(outputs["standardize.input"]!.shape).toEqual([2, 3]);
  expect(numbersOf(outputs["standardize.input"]!)).toEqual([1, 2, 10, 3, 4, 20]);
  expect(outputs["tokens"]!.shape).toEqual([2, 1, 3]);
});

test("MLP probe: drops hidden units in training only", () => {
  const config = { name: "mlp-probe", embedDim: 3, hiddenDim: 5, dropout: 0.3 } as const;
  expect(run(config, {}).context.randomInputs).toEqual([]);
  const dropped = tensor("float32", [2, 5], Array(10).fill(0) as number[]);
  const { context, outputs, state } = run(config, { mode: "train", state: { "dropout.0": dropped } });
  expect(context.randomInputs).toEqual([
    { name: "dropout.0", shape: [2, 5], distribution: { kind: "dropout", rate: 0.3 } },
  ]);
  // Everything dropped: only the bias of the output layer is left.
  expect(numbersOf(outputs["tokens"]!).slice(0, 3)).toEqual(numbersOf(state["output.bias"]!));
});

test("token sequences are averaged over valid tokens", () => {
  const tokens = randomTensor("tokens", [1, 3, 4]);
  const mask = tensor("float32", [1, 3], [1, 1, 0]);
  const { outputs } = runScope({ tokens, mask }, (scope, values) => ({
    tokens: buildMethod(
      scope,
      { hiddenStates: [values["tokens"]!], mask: values["mask"] },
      { name: "linear-probe", embedDim: 2 },
    ).tokens,
  }));
  const [values, pooled] = [numbersOf(tokens), numbersOf(outputs["standardize.input"]!)];
  for (let c = 0; c < 4; c++) expect(pooled[c]).toBeCloseTo((values[c]! + values[4 + c]!) / 2, 12);
});

test("the demo's sizes: an MLP of 273 hidden units stays just below UniPT's 200,593 parameters", () => {
  const inputs = { last: randomTensor("last", [1, 480, 1, 1]) };
  const count = (config: MethodConfig): number =>
    parameterCount(
      runScope(inputs, (scope, values) => ({
        tokens: buildMethod(scope, { hiddenStates: [values["last"]!] }, config).tokens,
      })).context,
    );
  expect(count({ name: "linear-probe", embedDim: 256 })).toBe(480 * 256 + 256);
  const hidden = Math.round(200_593 / (480 + 256));
  expect(hidden).toBe(273);
  expect(count({ name: "mlp-probe", embedDim: 256, hiddenDim: hidden, dropout: 0.3 })).toBe(
    480 * 273 + 273 + 2 * 273 + 273 * 256 + 256,
  );
});
