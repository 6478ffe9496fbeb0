import type { Value } from "../../src/core/graph/graphBuilder";
import { interpret } from "../../src/core/graph/interpret";
import { OpBuilder } from "../../src/core/graph/opBuilder";
import type { Shape, Tensor } from "../../src/core/graph/tensor";
import { fromData, sizeOf } from "../../src/core/graph/tensor";
import { initialize } from "../../src/core/nn/initialize";
import { ModelContext, type ModelScope } from "../../src/core/nn/modelContext";
import { normal } from "../../src/core/nn/random";

/** Standard normal numbers that depend on the name alone. */
export function randomTensor(name: string, shape: Shape): Tensor {
  return fromData("float32", shape, normal({ seed: 1, stream: name }, sizeOf(shape)));
}

export interface ScopeRun {
  readonly context: ModelContext;
  readonly state: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/**
 * Builds a network whose graph inputs are `inputs` and evaluates it in double precision, parameters and buffers as seed 0
 * initialises them unless `state` says otherwise.
 */
export function runScope(
  inputs: Readonly<Record<string, Tensor>>,
  build: (scope: ModelScope, inputs: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>,
  options: { readonly mode?: "train" | "eval"; readonly state?: Readonly<Record<string, Tensor>> } = {},
): ScopeRun {
  const g = new OpBuilder();
  const context = new ModelContext(g, options.mode ?? "eval");
  const values = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, g.input(name, dtype, shape)]),
  );
  for (const [name, value] of Object.entries(build(context.root, values))) g.output(name, value);
  const state = { ...initialize([...context.parameters, ...context.buffers], 0), ...options.state };
  const outputs = interpret(g.build(), { ...inputs, ...state }, { floats: "float64" });
  return { context, state, outputs };
}

/** Number of trainable numbers. */
export function parameterCount({ parameters }: ModelContext): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
