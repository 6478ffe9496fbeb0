import { expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import type { Tensor } from "../../../src/core/graph/tensor";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import type { UniptConfig } from "../../../src/core/petl/unipt/uniptOptions";
import { randomTensor } from "../../support/runScope";

const mask = tensor("float32", [2, 4], [1, 1, 1, 0, 1, 1, 1, 1]);
const position = tensor("int64", [2], [2, 3]);
const states = [3, 5, 4].map((width, layer) => randomTensor(`h${layer}`, [2, 4, width]));
const embedding = randomTensor("embedding", [2, 6]);
const decoderStates = [0, 1, 2, 3].map((layer) => randomTensor(`d${layer}`, [2, 3, 5]));
const STEP = 1e-5;

type Fed = Readonly<Record<string, Tensor>>;
const sequence: Fed = { ...Object.fromEntries(states.map((state, layer) => [`h${layer}`, state])), mask };
const beside: Fed = { ...sequence, embedding, position };
const encoderDecoder: Fed = {
  ...sequence,
  ...Object.fromEntries(decoderStates.map((state, layer) => [`d${layer}`, state])),
};

test.each<[string, Partial<UniptConfig>, Fed]>([
  ["a sequence", { guide: "self", normalizer: "softmax" }, sequence],
  ["a sequence", { guide: "learnable", normalizer: "scaled-softmax", aggregation: "static" }, sequence],
  ["a sequence", { guide: "previous", normalizer: "sigmoid", aggregation: "sigmoid-gate" }, sequence],
  ["a sequence", { aggregation: "per-token", projection: "mlp" }, sequence],
  ["a sequence", { pooling: "max", epsilonConvention: "clamp", epsilon: 1e-6 }, sequence],
  ["a sequence", { preset: "clip-vil", initialization: "fan-in-uniform" }, sequence],
  ["an embedding", { preset: "clip4clip-text", reductionFactor: 1 }, beside],
  ["an embedding", { preset: "clip4clip-text", pooling: "max", residual: "bottleneck" }, beside],
  ["an encoder and a decoder", {}, encoderDecoder],
  ["an encoder and a decoder", { crossStep: "targets-and-anchor", projection: "linear" }, encoderDecoder],
])("gradients of every parameter beside %s agree with central differences under %j", (_, options, fed) => {
  const context = new ModelContext(new OpBuilder(), "train");
  const { g } = context;
  const values = Object.fromEntries(
    Object.entries(fed).map(([name, { dtype, shape }]) => [name, g.input(name, dtype, shape)]),
  );
  const numbered = (side: string) =>
    Object.keys(values).flatMap((name) => (/^.\d$/.test(name) && name[0] === side ? [values[name]!] : []));
  const decoder = numbered("d");
  const { tokens, decoder: more } = unipt.build(
    context.root,
    {
      hiddenStates: numbered("h"),
      mask: values["mask"],
      embedding: values["embedding"],
      position: values["position"],
      ...(decoder.length > 0 && { decoderStates: decoder }),
    },
    { name: "unipt", embedDim: 6, reductionFactor: 2, ...options },
  );
  const outputs = [tokens, ...(more?.auxiliaryTokens ?? [])];
  const loss = outputs
    .map((output, at) => g.mul(output, g.constant(randomTensor(`cotangent${at}`, output.shape))))
    .map((product) => g.reduceSum(product, [0, 1, 2]))
    .reduce((sum, part) => g.add(sum, part));
  g.output("loss", loss);
  const forward = g.build();
  const parameters = context.parameters.map(({ name }) => g.value(name)!);
  gradients(g, loss, parameters).forEach((gradient, index) => g.output(parameters[index]!.name, gradient));

  const feeds: Record<string, Tensor> = { ...fed, ...initialize(context.parameters, 3) };
  const lossAt = (moved: Record<string, Tensor>): number =>
    Number(interpret(forward, { ...feeds, ...moved }, { floats: "float64" })["loss"]!.data[0]);
  const found = interpret(g.build(), feeds, { floats: "float64" });
  for (const { name, shape } of parameters) {
    const base = numbersOf(feeds[name]!);
    const numeric = base.map((value, at) => {
      const moved = (by: number) => ({ [name]: tensor("float64", shape, base.with(at, value + by)) });
      return (lossAt(moved(STEP)) - lossAt(moved(-STEP))) / (2 * STEP);
    });
    const scale = Math.max(0.01, ...numeric.map(Math.abs));
    numbersOf(found[name]!).forEach((value, at) => {
      expect(Math.abs(value - numeric[at]!) / scale, `${name}[${at}]`).toBeLessThan(1e-6);
    });
  }
});
