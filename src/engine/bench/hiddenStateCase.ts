import type { Value } from "../../core/graph/graphBuilder";
import { fromData, type Shape, sizeOf, type Tensor } from "../../core/graph/tensor";
import { uniform } from "../../core/nn/random";
import type { ModelScope } from "../../core/nn/modelContext";

/** Declares `count` hidden states of one shape as inputs. */
export function declareHiddenStates({ g }: ModelScope, count: number, shape: Shape): Value[] {
  return Array.from({ length: count }, (_, index) => g.input(`hiddenState.${index}`, "float32", shape));
}

/** Random values for them, uniform in ±1. */
export function hiddenStateData(count: number, shape: Shape): Record<string, Tensor> {
  const names = Array.from({ length: count }, (_, index) => `hiddenState.${index}`);
  return Object.fromEntries(names.map((name) => [name, uniformTensor(name, shape)]));
}

/** Uniform in ±1, depending on the name alone. */
export function uniformTensor(name: string, shape: Shape): Tensor {
  const values = uniform({ seed: 0, stream: name }, sizeOf(shape));
  return fromData(
    "float32",
    shape,
    values.map((value) => 2 * value - 1),
  );
}
