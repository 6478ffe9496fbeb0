import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { UserError } from "../../../src/core/errors";
import type { Value } from "../../../src/core/graph/graphBuilder";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { numbersOf, tensor, type Tensor } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { adaptEmbedding } from "../../../src/core/petl/unipt/embeddingAnchor";
import { mixingCommutes } from "../../../src/core/petl/unipt/mixBeforeProjecting";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import type { UniptConfig, UniptOptions } from "../../../src/core/petl/unipt/uniptOptions";
import { resolveUniptOptions } from "../../../src/core/petl/unipt/uniptPresets";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { randomTensor, runScope } from "../../support/runScope";
import { plainUnipt } from "./plainUnipt";

const [batch, tokenCount, embedDim] = [3, 5, 6];
const widths = [7, 7, 7, 7];
const states = Object.fromEntries(
  widths.map((width, layer) => [`h${layer}`, randomTensor(`h${layer}`, [batch, tokenCount, width])]),
);
const embedding = randomTensor("embedding", [batch, embedDim]);
const mask = tensor("float32", [batch, tokenCount], [1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
const position = tensor("int64", [batch], [3, 1, 4]);
const image = { ...states, embedding };
const text = { ...image, mask, position };
const base = { name: "unipt", preset: "clip4clip-image", embedDim } as const;

type Inputs = Readonly<Record<string, Tensor>>;

function methodInput(values: Readonly<Record<string, Value>>) {
  const { embedding: token, mask: maskValue, position: place, ...rest } = values;
  return { hiddenStates: Object.values(rest), embedding: token, mask: maskValue, position: place };
}

function run(config: UniptConfig, inputs: Inputs) {
  return runScope(inputs, (scope, values) => {
    const { tokens, confidence } = unipt.build(scope, methodInput(values), config);
    return { tokens, confidence: confidence! };
  });
}

const variations: readonly Partial<UniptOptions>[] = [
  {},
  { reductionFactor: 2, residual: "bottleneck" },
  { interaction: "none" },
  { interaction: "attention" },
  { normalizer: "softmax" },
  { normalizer: "scaled-softmax" },
  { normalizer: "sigmoid" },
  { epsilon: 0.5, epsilonConvention: "add" },
  { epsilon: 20 },
  { guide: "learnable" },
  { aggregation: "last" },
  { aggregation: "mean" },
  { aggregation: "static" },
  { aggregation: "sigmoid-gate" },
  { pooling: "cls" },
  { pooling: "max" },
  { projection: "linear" },
  { projection: "mlp", reductionFactor: 3 },
  { norm: "layer", projection: "linear" },
  { residual: "none" },
  { downsampleActivation: "none" },
  { downsampleSharing: "shared" },
  { downsampleSharing: "shared", norm: "layer" },
  { upsampleActivation: "none", upsampleNorm: "layer" },
  { tappedLayers: [1, 3] },
];

describe.each(variations)("beside an embedding with %j", (variation) => {
  const config = { ...base, ...variation };
  const options = resolveUniptOptions(config, "tokens");

  test.each([
    ["an image", image],
    ["a text", text],
  ])("%s agrees with the equations written as loops", (_, inputs: Inputs) => {
    const { outputs, state } = run(config, inputs);
    const parameters = Object.fromEntries(Object.entries(state).map(([name, value]) => [name, rows(value)]));
    const all = options.tappedLayers === "all" ? [0, 1, 2, 3] : (options.tappedLayers as number[]);
    const layers = options.aggregation === "last" ? all.slice(-1) : all;
    for (let sample = 0; sample < batch; sample++) {
      const expected = plainUnipt(
        Object.values(states).map((value) => rows(value).slice(sample * tokenCount, (sample + 1) * tokenCount)),
        "mask" in inputs ? rows(mask)[sample]! : Array<number>(tokenCount).fill(1),
        layers,
        parameters,
        options,
        { embedding: rows(embedding)[sample]!, position: "mask" in inputs ? Number(position.data[sample]) : 0 },
      );
      expectClose(rows(outputs["tokens"]!)[sample]!, expected.tokens.flat());
      expectClose(rows(outputs["confidence"]!)[sample]!, expected.confidence);
    }
  });

  test("mixing before and after projecting gives the same values and gradients", async () => {
    if (!mixingCommutes(options)) return;
    const late = differentiated(options, false);
    const early = differentiated(options, true);
    const names = late.parameters.map(({ name }) => name).sort();
    expect(names).toEqual(early.parameters.map(({ name }) => name).sort());
    const feeds = { ...text, ...initialize(late.parameters, 5) };
    // in double precision, where only rounding could differ, and as it runs
    const exact = [late, early].map(({ graph }) => interpret(graph, feeds, { floats: "float64" }));
    compareAll(exact[0]!, exact[1]!, 1e-10);
    const executor = new OrtExecutor({ device: "cpu", threads: 1 });
    const single = [];
    for (const { graph } of [late, early]) {
      const program = await executor.prepare(graph);
      single.push(await program.run(feeds));
      await program.dispose();
    }
    compareAll(single[0]!, single[1]!, 1e-5);
  });
});

/** Tokens, confidence and the gradient of every parameter and input, with the layers projected first or mixed first. */
function differentiated(options: UniptOptions, projectFirst: boolean) {
  const context = new ModelContext(new OpBuilder(), "train");
  const { g } = context;
  const values = Object.fromEntries(
    Object.entries(text).map(([name, { dtype, shape }]) => [name, g.input(name, dtype, shape)]),
  );
  const { tokens, confidence } = adaptEmbedding(context.root, methodInput(values), options, projectFirst);
  const loss = g.reduceSum(g.mul(tokens, g.constant(randomTensor("cotangent", tokens.shape))), [0, 1, 2]);
  g.output("tokens", tokens);
  g.output("confidence", confidence!);
  const sources = [...context.parameters.map(({ name }) => g.value(name)!), values["embedding"]!, values["h1"]!];
  gradients(g, loss, sources).forEach((gradient, index) => g.output(`gradient/${sources[index]!.name}`, gradient));
  return { graph: g.build(), parameters: context.parameters };
}

function compareAll(actual: Inputs, expected: Inputs, tolerance: number): void {
  expect(Object.keys(actual)).toEqual(expect.arrayContaining(Object.keys(expected)));
  for (const [name, value] of Object.entries(expected)) {
    const numbers = numbersOf(value);
    const scale = Math.max(1, ...numbers.map(Math.abs));
    numbersOf(actual[name]!).forEach((number, at) => {
      expect(Math.abs(number - numbers[at]!) / scale, `${name}[${at}]`).toBeLessThan(tolerance);
    });
  }
}

test("a text without any valid token is pooled to nothing in both orders", () => {
  const feeds = { ...text, mask: tensor("float32", [batch, tokenCount], Array(15).fill(0) as number[]) };
  const options = resolveUniptOptions(base, "tokens");
  const results = [false, true].map((projectFirst) => {
    const { graph, parameters } = differentiated(options, projectFirst);
    return interpret(graph, { ...feeds, ...initialize(parameters, 5) }, { floats: "float64" });
  });
  compareAll(results[0]!, results[1]!, 1e-10);
});

test("the fast order projects no token sequence and reads the raw hidden states alone", () => {
  const { graph } = differentiated(resolveUniptOptions(base, "tokens"), false);
  const isProjected = ([name, { shape }]: [string, { shape?: readonly unknown[] }]): boolean =>
    !name.startsWith("h") && shape?.join() === `${batch},${tokenCount},${embedDim}`;
  expect([...graph.types].filter((entry) => isProjected(entry as [string, { shape?: readonly unknown[] }]))).toEqual(
    [],
  );
});

test("what stands in the padding, and other tokens than the own one, do not matter where they should not", () => {
  const disturbed = {
    ...text,
    h2: tensor(
      "float32",
      [batch, tokenCount, 7],
      numbersOf(states["h2"]!).map((value, index) => (mask.data[Math.floor(index / 7)] === 0 ? value + 1 : value)),
    ),
  };
  expectClose(numbersOf(run(base, disturbed).outputs["tokens"]!), numbersOf(run(base, text).outputs["tokens"]!));
});

test("zero-upsample with a full-width residual starts from the backbone's own embedding", () => {
  const { outputs } = run({ ...base, initialization: "zero-upsample" }, image);
  expectClose(numbersOf(outputs["tokens"]!), numbersOf(embedding));
});

test.each<[Partial<UniptConfig>, string]>([
  [{ interaction: "attention-identity" }, 'use "attention-token"'],
  [{ guide: "self" }, '"guide": "self" asks with every token'],
  [{ guide: "previous" }, '"guide": "previous" asks with every token'],
  [{ aggregation: "per-token" }, 'use "confidence"'],
  [{ embedDim: 8 }, '"embedDim" has to be 6 instead of 8'],
  [{ initialization: "zero-upsample", upsampleNorm: "layer" }, "nothing but zeros"],
  [{ tappedLayers: [4] }, "with 4 hidden states only 0 to 3 exist"],
])("refuses %j", (config, message) => {
  expect(() => run({ ...base, ...config }, image)).toThrow(message);
  expect(() => run({ ...base, ...config }, image)).toThrow(UserError);
});

test("refuses a backbone without an embedding, and layers of different widths that are to share", () => {
  expect(() => run(base, states)).toThrow("is not given here");
  const uneven = { ...image, h0: randomTensor("uneven", [batch, tokenCount, 4]) };
  for (const norm of ["none", "layer"] as const)
    expect(() => run({ ...base, downsampleSharing: "shared", norm }, uneven)).toThrow("layers of one width");
});

function rows({ shape, data }: Tensor): number[][] {
  const width = shape.at(-1) ?? 1;
  const numbers = Array.from(data as ArrayLike<number>);
  return Array.from({ length: numbers.length / width }, (_, row) => numbers.slice(row * width, (row + 1) * width));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  // Constants such as epsilons are float32 in the graph.
  for (const [index, value] of expected.entries()) expect(Math.abs(actual[index]! - value)).toBeLessThan(2e-6);
}
