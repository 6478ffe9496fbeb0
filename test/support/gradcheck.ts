import { gradients } from "../../src/core/autodiff/gradients";
import type { Graph } from "../../src/core/graph/graph";
import type { Value } from "../../src/core/graph/graphBuilder";
import { interpret } from "../../src/core/graph/interpret";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import { numbersOf, sizeOf, tensor, type Shape, type Tensor } from "../../src/core/graph/tensor";
import { uniform } from "../../src/core/nn/random";

/** One differentiable input: random in [low, high], or given. */
export interface CheckedInput {
  readonly shape: Shape;
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly number[];
}

export interface GradientCase {
  readonly label: string;
  readonly inputs: readonly (Shape | CheckedInput)[];
  /** Everything that is not an input is a constant made here. */
  readonly build: (g: OpBuilder, ...inputs: Value[]) => Value | readonly Value[];
}

/**
 * How outputs become a loss. The last three give cotangents that are expansions of smaller ones, which rules may exploit.
 */
export const lossForms = ["weighted", "mean", "row-mean", "column-mean"] as const;
export type LossForm = (typeof lossForms)[number];

const STEP = 1e-5;
/** Constants of a graph are float32, so even in double precision a gradient is right to about 1e-7. */
export const GRADIENT_TOLERANCE = 1e-6;

export interface GradientCheck {
  /** Largest |difference| between gradient and central difference, relative to the input's largest entry (at least 0.01). */
  readonly maxDifference: number;
  /** The gradient graph and what was fed, so that another runtime can repeat it. */
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Loss and gradients in double precision, by output name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Compares reverse-mode gradients with central differences of the same graph, both in double precision. */
export function gradcheck(testCase: GradientCase, form: LossForm = "weighted"): GradientCheck {
  const inputs = testCase.inputs.map((input): CheckedInput => ("shape" in input ? input : { shape: input }));
  const build = (withGradients: boolean): Graph => {
    const g = new OpBuilder(testCase.label);
    const values = inputs.map(({ shape }, index) => g.input(`x${index}`, "float32", shape));
    const built = testCase.build(g, ...values);
    const outputs = Array.isArray(built) ? (built as readonly Value[]) : [built as Value];
    const loss = outputs.map((output, index) => lossTerm(g, output, index, form)).reduce((a, b) => g.add(a, b));
    g.output("loss", loss);
    if (withGradients) gradients(g, loss, values).forEach((value, index) => g.output(`d${index}`, value));
    return g.build();
  };
  const feeds = Object.fromEntries(inputs.map((input, index) => [`x${index}`, randomInput(input, index)]));
  const graph = build(true);
  const forward = build(false);
  const found = interpret(graph, feeds, { floats: "float64" });
  let maxDifference = 0;
  inputs.forEach((_, index) => {
    const numeric = centralDifferences(forward, feeds, `x${index}`);
    const scale = Math.max(0.01, ...numeric.map(Math.abs));
    numbersOf(found[`d${index}`]!).forEach((value, at) => {
      const difference = Math.abs(value - numeric[at]!) / scale;
      // NaN has to fail too
      if (!(difference <= maxDifference)) maxDifference = difference;
    });
  });
  return { maxDifference, graph, feeds, outputs: found };
}

function randomInput({ shape, low = -2, high = 2, values }: CheckedInput, index: number): Tensor {
  const numbers =
    values ?? Array.from(uniform({ seed: 7, stream: `x${index}` }, sizeOf(shape)), (u) => low + u * (high - low));
  return tensor("float32", shape, numbers);
}

function lossTerm(g: OpBuilder, output: Value, index: number, form: LossForm): Value {
  if (output.dtype !== "float32") return g.scalar(0);
  const rank = output.shape.length;
  const all = (value: Value): number[] => value.shape.map((_, axis) => axis);
  if (form === "mean") return g.reduceMean(output, all(output));
  const axis = form === "row-mean" ? rank - 2 : rank - 1;
  const reduced = form === "weighted" || axis < 0 ? output : g.reduceMean(output, [axis]);
  const weights = uniform({ seed: 11, stream: `cotangent${index}` }, sizeOf(reduced.shape));
  const cotangent = tensor(
    "float32",
    reduced.shape,
    weights.map((u) => 2 * u - 1),
  );
  return g.reduceSum(g.mul(reduced, g.constant(cotangent)), all(reduced));
}

function centralDifferences(graph: Graph, feeds: Readonly<Record<string, Tensor>>, name: string): number[] {
  const base = numbersOf(feeds[name]!);
  const lossAt = (at: number, value: number): number => {
    const moved = tensor("float64", feeds[name]!.shape, base.with(at, value));
    return numbersOf(interpret(graph, { ...feeds, [name]: moved }, { floats: "float64" })["loss"]!)[0]!;
  };
  return base.map((value, at) => (lossAt(at, value + STEP) - lossAt(at, value - STEP)) / (2 * STEP));
}
