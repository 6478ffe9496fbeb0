import { expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import type { Tensor } from "../../../src/core/graph/tensor";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { ModelContext } from "../../../src/core/nn/modelContext";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import type { UniptOptions } from "../../../src/core/petl/unipt/uniptOptions";
import { randomTensor } from "../../support/runScope";

const mask = tensor("float32", [2, 4], [1, 1, 1, 0, 1, 1, 1, 1]);
const states = [3, 5, 4].map((width, layer) => randomTensor(`h${layer}`, [2, 4, width]));
const STEP = 1e-5;

test.each<Partial<UniptOptions>>([
  { guide: "self", normalizer: "softmax" },
  { guide: "learnable", normalizer: "scaled-softmax", aggregation: "static" },
  { guide: "previous", normalizer: "sigmoid", aggregation: "sigmoid-gate" },
  { aggregation: "per-token", projection: "mlp" },
  { pooling: "max", epsilonConvention: "clamp", epsilon: 1e-6 },
])("gradients of every parameter agree with central differences under %j", (options) => {
  const context = new ModelContext(new OpBuilder(), "train");
  const { g } = context;
  const hiddenStates = states.map(({ shape }, layer) => g.input(`h${layer}`, "float32", shape));
  const input = { hiddenStates, mask: g.input("mask", "float32", mask.shape) };
  const { tokens } = unipt.build(context.root, input, { name: "unipt", embedDim: 6, reductionFactor: 2, ...options });
  const cotangent = g.constant(randomTensor("cotangent", tokens.shape));
  const loss = g.reduceSum(g.mul(tokens, cotangent), [0, 1, 2]);
  g.output("loss", loss);
  const forward = g.build();
  const parameters = context.parameters.map(({ name }) => g.value(name)!);
  gradients(g, loss, parameters).forEach((gradient, index) => g.output(parameters[index]!.name, gradient));

  const feeds: Record<string, Tensor> = { mask, ...initialize(context.parameters, 3) };
  states.forEach((state, layer) => (feeds[`h${layer}`] = state));
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
