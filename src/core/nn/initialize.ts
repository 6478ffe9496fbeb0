import type { Tensor } from "../graph/tensor";
import { fromData, sizeOf } from "../graph/tensor";
import type { ParameterSpec, RandomInputSpec } from "./modelContext";
import { dropoutMask, normal, uniform } from "./random";

/** First values of parameters and buffers (float32), by name; random ones depend on the seed and the name only. */
export function initialize(specs: readonly ParameterSpec[], seed: number): Record<string, Tensor> {
  return Object.fromEntries(specs.map((spec) => [spec.name, initialValue(spec, seed)]));
}

/** First value of one parameter or buffer. */
export function initialValue({ name, shape, initialization }: ParameterSpec, seed: number): Tensor {
  const size = sizeOf(shape);
  const key = { seed, stream: `initialize/${name}` };
  switch (initialization.kind) {
    case "constant":
      return fromData("float32", shape, new Float32Array(size).fill(initialization.value));
    case "uniform": {
      const { bound } = initialization;
      return fromData(
        "float32",
        shape,
        uniform(key, size).map((value) => (2 * value - 1) * bound),
      );
    }
    case "normal": {
      const { standardDeviation } = initialization;
      return fromData(
        "float32",
        shape,
        normal(key, size).map((value) => value * standardDeviation),
      );
    }
    case "values":
      // A copy of its own, for training overwrites it.
      return { ...initialization.tensor, data: initialization.tensor.data.slice() };
  }
}

/** What a random input of a training graph is fed at `step`. */
export function randomInput({ name, shape, distribution }: RandomInputSpec, seed: number, step: number): Tensor {
  const mask = dropoutMask({ seed, stream: name, step }, sizeOf(shape), distribution.rate);
  return fromData("float32", shape, mask);
}
