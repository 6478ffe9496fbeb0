import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { UserError } from "../../../src/core/errors";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import type { Shape, Tensor } from "../../../src/core/graph/tensor";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { MethodConfig } from "../../../src/core/petl/methods";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import { UniptConfig, type UniptOptions } from "../../../src/core/petl/unipt/uniptOptions";
import { resolveUniptOptions } from "../../../src/core/petl/unipt/uniptPresets";
import { parameterCount, randomTensor, runScope } from "../../support/runScope";
import { plainUnipt } from "./plainUnipt";

const batch = 2;
const tokenCount = 4;
const widths = [5, 3, 6, 5];
const mask = tensor("float32", [batch, tokenCount], [1, 1, 1, 0, 1, 1, 1, 1]);
const tokenStates = Object.fromEntries(
  widths.map((width, layer) => [`h${layer}`, randomTensor(`h${layer}`, [batch, tokenCount, width])]),
);
const small = { name: "unipt", embedDim: 8, reductionFactor: 2 } as const;

function runTokens(config: UniptConfig, inputs: Readonly<Record<string, Tensor>> = { ...tokenStates, mask }) {
  return runScope(inputs, (scope, values) => {
    const { mask: maskValue, ...states } = values;
    const output = unipt.build(scope, { hiddenStates: Object.values(states), mask: maskValue }, config);
    return { tokens: output.tokens, confidence: output.confidence! };
  });
}

function rows({ shape, data }: Tensor): number[][] {
  const width = shape.at(-1) ?? 1;
  const numbers = Array.from(data as ArrayLike<number>);
  return Array.from({ length: numbers.length / width }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

const variations: readonly Partial<UniptOptions>[] = [
  {},
  { interaction: "none" },
  { interaction: "attention" },
  { normalizer: "softmax" },
  { normalizer: "scaled-softmax" },
  { normalizer: "sigmoid" },
  { epsilon: 0.5 },
  { epsilon: 20, epsilonConvention: "clamp" },
  { guide: "self" },
  { guide: "learnable" },
  { guide: "previous" },
  { guide: "previous", aggregation: "last" },
  { guide: "previous", interaction: "none" },
  { aggregation: "mean" },
  { aggregation: "static" },
  { aggregation: "sigmoid-gate" },
  { aggregation: "per-token" },
  { aggregation: "per-token", interaction: "none" },
  { pooling: "cls" },
  { pooling: "max" },
  { projection: "none" },
  { projection: "mlp" },
  { norm: "none" },
  { reductionFactor: 4 },
  { reductionFactor: 4, projection: "mlp" },
  { interaction: "attention-token" },
  { downsampleActivation: "relu" },
  { residual: "none" },
  { residual: "full-width", embedDim: 5 },
  { upsampleActivation: "none" },
  { upsampleNorm: "layer" },
];

describe.each(variations)("token sequences with %j", (variation) => {
  const config = { ...small, ...variation };
  const { outputs, state } = runTokens(config);

  test("agree with the equations written as loops", () => {
    const parameters = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, rows(value)]));
    const layers = [0, 1, 2];
    for (let sample = 0; sample < batch; sample++) {
      const expected = plainUnipt(
        Object.values(tokenStates).map((value) => rows(value).slice(sample * tokenCount, (sample + 1) * tokenCount)),
        rows(mask)[sample]!,
        layers,
        parameters,
        resolveUniptOptions(config, "tokens"),
      );
      const tokens = rows(outputs["tokens"]!).slice(sample * tokenCount, (sample + 1) * tokenCount);
      expectClose(tokens.flat(), expected.tokens.flat());
      expectClose(rows(outputs["confidence"]!)[sample]!, expected.confidence);
    }
  });

  test("ignore what stands in the padding", () => {
    const disturbed = Object.fromEntries(
      Object.entries(tokenStates).map(([name, { shape, data }]) => {
        const width = shape[2]!;
        const changed = Array.from(data as ArrayLike<number>, (value, index) =>
          Math.floor(index / width) === 3 ? value + 1 : value,
        );
        return [name, tensor("float32", shape, changed)];
      }),
    );
    const again = runTokens(config, { ...disturbed, mask }).outputs;
    const valid = (result: Tensor): number[] => rows(result).flatMap((row, token) => (token === 3 ? [] : row));
    expectClose(valid(again["tokens"]!), valid(outputs["tokens"]!));
    expectClose(numbersOf(again["confidence"]!), numbersOf(outputs["confidence"]!));
  });
});

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  // Constants such as epsilons are float32 in the graph.
  for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThan(2e-6);
}

test("static weights other than the initial ones, and gates, change the mix", () => {
  for (const [aggregation, name, values] of [
    ["static", "layerScores", [1, 2, 3]],
    ["sigmoid-gate", "layerGates", [0.05, -0.1]],
  ] as const) {
    const config = { ...small, aggregation };
    const state = { [name]: tensor("float32", [1, values.length], values) };
    const run = runScope(
      { ...tokenStates, mask },
      (scope, { mask: maskValue, ...states }) => {
        const { tokens, confidence } = unipt.build(
          scope,
          { hiddenStates: Object.values(states), mask: maskValue },
          config,
        );
        return { tokens, confidence: confidence! };
      },
      { state },
    );
    const expected = plainUnipt(
      Object.values(tokenStates).map((value) => rows(value).slice(0, tokenCount)),
      rows(mask)[0]!,
      [0, 1, 2],
      Object.fromEntries(Object.entries(run.state).map(([key, value]) => [key, rows(value)])),
      resolveUniptOptions(config, "tokens"),
    );
    expectClose(rows(run.outputs["confidence"]!)[0]!, expected.confidence);
    expectClose(rows(run.outputs["tokens"]!).slice(0, tokenCount).flat(), expected.tokens.flat());
  }
});

test("aggregation: last mixes the highest layer alone and makes no others", () => {
  const { context, outputs } = runTokens({ ...small, aggregation: "last" });
  const names = context.parameters.map(({ name }) => name);
  expect(names.filter((name) => /^downsample\.\d+\.weight$/.test(name))).toEqual([
    "downsample.3.weight",
    "downsample.2.weight",
  ]);
  expect(numbersOf(outputs["confidence"]!)).toEqual([1, 1]);
});

test("without a mask every token counts, as with a mask of ones", () => {
  const ones = tensor("float32", [batch, tokenCount], Array(batch * tokenCount).fill(1) as number[]);
  for (const pooling of ["mean", "max"] as const) {
    const config = { ...small, pooling };
    expectClose(
      numbersOf(runTokens(config, tokenStates).outputs["tokens"]!),
      numbersOf(runTokens(config, { ...tokenStates, mask: ones }).outputs["tokens"]!),
    );
  }
});

test("zero-upsample starts with an output of zeros", () => {
  const { outputs } = runTokens({ ...small, initialization: "zero-upsample" });
  expect(numbersOf(outputs["tokens"]!).every((value) => value === 0)).toBe(true);
});

describe("feature maps", () => {
  // Rectangular on purpose: 4 × 3 cells under the guide, rates 4 × 2, 2 × 1 and 1 × 1.
  const shapes: readonly Shape[] = [
    [2, 3, 16, 6],
    [2, 4, 8, 3],
    [2, 2, 4, 3],
    [2, 5, 4, 3],
  ];
  const maps = Object.fromEntries(shapes.map((shape, layer) => [`x${layer}`, randomTensor(`x${layer}`, shape)]));
  const run = (config: Partial<UniptConfig>, inputs: Readonly<Record<string, Tensor>> = maps, mode?: "train") =>
    runScope(
      inputs,
      (scope, values) => {
        const output = unipt.build(scope, { hiddenStates: Object.values(values) }, { ...small, ...config });
        return { tokens: output.tokens, confidence: output.confidence! };
      },
      mode && { mode },
    );

  test("become one token per cell of the last map, with a confidence per lower map", () => {
    const { outputs } = run({});
    expect(outputs["tokens"]!.shape).toEqual([2, 12, 8]);
    expect(outputs["confidence"]!.shape).toEqual([2, 3]);
    for (const row of rows(outputs["confidence"]!)) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  test("attention within a patch follows the guide: only positions that agree with it are read", () => {
    // One channel, one cell, 2 × 2 patch; the lifted guide is 1, so scores are the map itself: 3, 1, 0 and −2.
    const inputs = {
      low: tensor("float32", [1, 1, 2, 2], [3, 1, 0, -2]),
      guide: tensor("float32", [1, 1, 1, 1], [1]),
    };
    const value = (preInteraction: UniptOptions["preInteraction"]): number => {
      const { outputs } = runScope(
        inputs,
        (scope, { low, guide }) => ({
          tokens: unipt.build(
            scope,
            { hiddenStates: [low!, guide!] },
            {
              name: "unipt",
              embedDim: 1,
              reductionFactor: 1,
              norm: "none",
              projection: "none",
              interaction: "none",
              preInteraction,
            },
          ).tokens,
        }),
        {
          state: Object.fromEntries(
            ["guideLift.0", "downsample.0", "downsample.1", "upsample"].flatMap((name) => [
              [`${name}.weight`, tensor("float32", [1, 1], [1])],
              [`${name}.bias`, tensor("float32", [1], [0])],
            ]),
          ),
        },
      );
      return numbersOf(outputs["tokens"]!)[0]! - 1; // minus the anchor
    };
    expect(value("average")).toBeCloseTo(0.5, 7); // (3 + 1 + 0 − 2) / 4
    expect(value("attention")).toBeCloseTo(2.5, 7); // 3 · 3/4 + 1 · 1/4
    expect(value("both")).toBeCloseTo(3, 7);
  });

  test("train with batch statistics and report the running ones", () => {
    const { outputs, context } = run({}, maps, "train");
    for (const { name, next } of context.buffers) expect(outputs[next!], name).toBeDefined();
    expect(context.buffers.length).toBe(10);
  });

  test("that are no whole multiple of the last one are refused with the sizes", () => {
    const odd = { low: randomTensor("odd", [2, 3, 9, 6]), guide: maps["x3"]! };
    expect(() => run({}, odd)).toThrow(
      new UserError(
        'A feature map of 9 × 6 cannot be divided into the 4 × 3 cells of the last one; leave it out of "hiddenStates" or choose an image size at which every map is a whole multiple.',
      ),
    );
  });

  test("have no class token and no mask", () => {
    expect(() => run({ pooling: "cls" })).toThrow(UserError);
    expect(() =>
      runScope({ ...maps, mask: tensor("float32", [2, 12], Array(24).fill(1) as number[]) }, (scope, values) => {
        const { mask: maskValue, ...states } = values;
        return { tokens: unipt.build(scope, { hiddenStates: Object.values(states), mask: maskValue }, small).tokens };
      }),
    ).toThrow(UserError);
  });
});

test.each([
  ["all", [0, 1, 2]],
  ["every-second", [0, 2]],
  ["top-half", [1, 2]],
  ["bottom-half", [0, 1]],
  [
    [2, 0],
    [0, 2],
  ],
] as const)("tappedLayers %j mixes the hidden states %j", (tappedLayers, expected) => {
  const config = { ...small, tappedLayers: typeof tappedLayers === "string" ? tappedLayers : [...tappedLayers] };
  const { context, outputs } = runTokens(config);
  const layers = context.parameters.flatMap(({ name }) => /^downsample\.(\d+)\.weight$/.exec(name)?.[1] ?? []);
  expect(layers.map(Number).sort()).toEqual([...expected, 3]);
  expect(outputs["confidence"]!.shape).toEqual([batch, expected.length]);
});

test.each([
  [{ ...small, tappedLayers: [3] }, '"tappedLayers" asks for hidden state 3, but with 4 hidden states only 0 to 2'],
  [{ ...small, reductionFactor: 9 }, '"reductionFactor" 9 leaves nothing of "embedDim" 8; it may be 8 at most.'],
  [{ ...small, norm: "batch" as const }, '"norm": "batch" would mix padding into its statistics'],
])("refuses %j", (config, message) => {
  expect(() => runTokens(config)).toThrow(message);
  expect(() => runTokens(config)).toThrow(UserError);
});

test("refuses hidden states that cannot be mixed", () => {
  expect(() => runTokens(small, { only: tokenStates["h0"]! })).toThrow(UserError);
  expect(() => runTokens(small, { a: tokenStates["h0"]!, b: randomTensor("b", [2, 3, 4, 4]) })).toThrow(UserError);
  expect(() => runTokens(small, { a: tokenStates["h0"]!, b: randomTensor("b", [2, 9, 5]) })).toThrow(UserError);
});

function countParameters(shapes: readonly Shape[], config: UniptConfig): number {
  const context = new ModelContext(new OpBuilder(), "eval");
  const hiddenStates = shapes.map((shape, layer) => context.g.input(`h${layer}`, "float32", shape));
  unipt.build(context.root, { hiddenStates }, config);
  return parameterCount(context);
}

test("has the parameters of the official modules at their real sizes", () => {
  const text = Array<Shape>(13).fill([1, 16, 768]);
  expect(countParameters(text, { name: "unipt", preset: "vse-infinity-text" })).toBe(5_921_281);
  const maps = [0, 1, 2, 3].map((stage): Shape => [1, 256 * 2 ** stage, 128 / 2 ** stage, 128 / 2 ** stage]);
  expect(countParameters(maps, { name: "unipt", preset: "vse-infinity-cnn" })).toBe(6_433_537);
  expect(
    countParameters(
      text.map(() => [1, 260, 768]),
      { name: "unipt", preset: "clip-vil" },
    ),
  ).toBe(4_736_641);
  const demo: Shape[] = [
    [1, 24, 48, 48],
    [1, 32, 24, 24],
    [1, 88, 12, 12],
    [1, 480, 6, 6],
  ];
  expect(countParameters(demo, { name: "unipt", embedDim: 256, reductionFactor: 2 })).toBe(200_593);
});

test("no gradient node touches the backbone: their number does not depend on what computes the hidden states", () => {
  const backwardNodes = (withBackbone: boolean): string[] => {
    const context = new ModelContext(new OpBuilder(), "train");
    const { g } = context;
    const weight = g.initializer("backbone/weight", randomTensor("w", [5, 5]));
    let state = g.input("pixels", "float32", [2, 4, 5]);
    const hiddenStates = [0, 1, 2].map(() => {
      if (withBackbone) state = g.relu(g.matMul(state, weight));
      return state;
    });
    const { tokens } = unipt.build(context.root, { hiddenStates }, small);
    const parameters = context.parameters.map(({ name }) => g.value(name)!);
    gradients(g, g.reduceSum(tokens, [0, 1, 2]), parameters);
    return g.nodes.filter(({ name }) => name.startsWith("backward/")).map(({ opType }) => opType);
  };
  expect(backwardNodes(true)).toEqual(backwardNodes(false));
});

test("a config may name a preset and differ from it; unknown keys and values are refused", () => {
  const config = MethodConfig.parse({ name: "unipt", preset: "vse-infinity-cnn", embedDim: 256 });
  expect(config.name === "unipt" && resolveUniptOptions(config, "tokens")).toMatchObject({
    embedDim: 256,
    norm: "batch",
  });
  expect(UniptConfig.safeParse({ name: "unipt", reduction: 2 }).success).toBe(false);
  expect(UniptConfig.safeParse({ name: "unipt", normalizer: "relu" }).success).toBe(false);
  expect(UniptConfig.safeParse({ name: "unipt", tappedLayers: [] }).success).toBe(false);
});
