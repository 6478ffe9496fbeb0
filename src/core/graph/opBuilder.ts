import { float, int, ints, string } from "./graph";
import { GraphBuilder, type Value } from "./graphBuilder";
import type { DataType, Shape } from "./tensor";
import { sizeOf } from "./tensor";

/** A WebGPU shader binds at least eight buffers, one of them the input: Split fails there with more outputs than this. */
const MAX_SPLIT_OUTPUTS = 7;

/** A {@link GraphBuilder} with one method per operator that this project's own networks use. Broadcasting is NumPy's. */
export class OpBuilder extends GraphBuilder {
  add(a: Value, b: Value): Value {
    return this.op("Add", [a, b]);
  }
  sub(a: Value, b: Value): Value {
    return this.op("Sub", [a, b]);
  }
  mul(a: Value, b: Value): Value {
    return this.op("Mul", [a, b]);
  }
  div(a: Value, b: Value): Value {
    return this.op("Div", [a, b]);
  }
  pow(a: Value, b: Value): Value {
    return this.op("Pow", [a, b]);
  }
  max(a: Value, b: Value): Value {
    return this.op("Max", [a, b]);
  }
  min(a: Value, b: Value): Value {
    return this.op("Min", [a, b]);
  }
  greater(a: Value, b: Value): Value {
    return this.op("Greater", [a, b]);
  }
  less(a: Value, b: Value): Value {
    return this.op("Less", [a, b]);
  }
  equal(a: Value, b: Value): Value {
    return this.op("Equal", [a, b]);
  }
  where(condition: Value, a: Value, b: Value): Value {
    return this.op("Where", [condition, a, b]);
  }

  neg(x: Value): Value {
    return this.op("Neg", [x]);
  }
  exp(x: Value): Value {
    return this.op("Exp", [x]);
  }
  log(x: Value): Value {
    return this.op("Log", [x]);
  }
  sqrt(x: Value): Value {
    return this.op("Sqrt", [x]);
  }
  reciprocal(x: Value): Value {
    return this.op("Reciprocal", [x]);
  }
  abs(x: Value): Value {
    return this.op("Abs", [x]);
  }
  sign(x: Value): Value {
    return this.op("Sign", [x]);
  }
  cos(x: Value): Value {
    return this.op("Cos", [x]);
  }
  sin(x: Value): Value {
    return this.op("Sin", [x]);
  }
  erf(x: Value): Value {
    return this.op("Erf", [x]);
  }
  relu(x: Value): Value {
    return this.op("Relu", [x]);
  }
  sigmoid(x: Value): Value {
    return this.op("Sigmoid", [x]);
  }
  tanh(x: Value): Value {
    return this.op("Tanh", [x]);
  }
  identity(x: Value): Value {
    return this.op("Identity", [x]);
  }
  cast(x: Value, dtype: DataType): Value {
    return x.dtype === dtype ? x : this.op("Cast", [x], { to: string(dtype) });
  }
  clip(x: Value, low: Value | undefined, high: Value | undefined): Value {
    return this.op("Clip", [x, low, high]);
  }

  matMul(a: Value, b: Value): Value {
    return this.op("MatMul", [a, b]);
  }
  /** alpha · A′B′ + beta · C of 2-D matrices, A′ = Aᵀ when `transA`. */
  gemm(
    a: Value,
    b: Value,
    c?: Value,
    options: { transA?: boolean; transB?: boolean; alpha?: number; beta?: number } = {},
  ): Value {
    return this.op("Gemm", [a, b, c], {
      transA: int(options.transA ? 1 : 0),
      transB: int(options.transB ? 1 : 0),
      alpha: float(options.alpha ?? 1),
      beta: float(options.beta ?? 1),
    });
  }

  softmax(x: Value, axis = -1): Value {
    return this.op("Softmax", [x], { axis: int(axis) });
  }
  logSoftmax(x: Value, axis = -1): Value {
    return this.op("LogSoftmax", [x], { axis: int(axis) });
  }
  layerNormalization(x: Value, scale: Value, bias: Value | undefined, epsilon: number, axis = -1): Value {
    return this.op("LayerNormalization", [x, scale, bias], { epsilon: float(epsilon), axis: int(axis) });
  }

  reduceSum(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce("ReduceSum", x, axes, keepDims);
  }
  reduceMean(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce("ReduceMean", x, axes, keepDims);
  }
  reduceMax(x: Value, axes: readonly number[], keepDims = false): Value {
    return this.#reduce("ReduceMax", x, axes, keepDims);
  }
  argMax(x: Value, axis: number, keepDims = false): Value {
    return this.op("ArgMax", [x], { axis: int(axis), keepdims: int(keepDims ? 1 : 0) });
  }

  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.op("Reshape", [x, this.ints(shape)]);
  }
  transpose(x: Value, permutation: readonly number[]): Value {
    return permutation.every((axis, index) => axis === index)
      ? x
      : this.op("Transpose", [x], { perm: ints(permutation) });
  }
  /** Exchanges the last two axes. */
  swapLast(x: Value): Value {
    const rank = x.shape.length;
    return this.transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
  }
  squeeze(x: Value, axes: readonly number[]): Value {
    return this.op("Squeeze", [x, this.ints(axes)]);
  }
  unsqueeze(x: Value, axes: readonly number[]): Value {
    return this.op("Unsqueeze", [x, this.ints(axes)]);
  }
  concat(values: readonly Value[], axis: number): Value {
    const [only] = values;
    return values.length === 1 && only ? only : this.op("Concat", values, { axis: int(axis) });
  }
  /** Cuts x into parts of these sizes along an axis. */
  split(x: Value, sizes: readonly number[], axis: number): Value[] {
    if (sizes.length <= MAX_SPLIT_OUTPUTS) {
      return this.node("Split", [x, this.ints(sizes)], { axis: int(axis) }, { outputCount: sizes.length });
    }
    // In two levels, as even as possible, or more for a great many parts.
    const perGroup = Math.max(Math.ceil(sizes.length / MAX_SPLIT_OUTPUTS), 2);
    const groups = Array.from({ length: Math.ceil(sizes.length / perGroup) }, (_, at) =>
      sizes.slice(at * perGroup, (at + 1) * perGroup),
    );
    const totals = groups.map((group) => group.reduce((sum, size) => sum + size, 0));
    return this.split(x, totals, axis).flatMap((part, at) => {
      const group = groups[at] ?? [];
      return group.length === 1 ? [part] : this.split(part, group, axis);
    });
  }
  /** Elements [start, end) of one axis. */
  slice(x: Value, axis: number, start: number, end: number): Value {
    return this.op("Slice", [x, this.ints([start]), this.ints([end]), this.ints([axis])]);
  }
  gather(x: Value, indices: Value, axis = 0): Value {
    return this.op("Gather", [x, indices], { axis: int(axis) });
  }
  gatherElements(x: Value, indices: Value, axis: number): Value {
    return this.op("GatherElements", [x, indices], { axis: int(axis) });
  }
  expand(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.op("Expand", [x, this.ints(shape)]);
  }

  /**
   * Sums a broadcast result back to `shape`: the transpose of NumPy broadcasting.
   */
  sumTo(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    const lead = x.shape.length - shape.length;
    const axes = x.shape.flatMap((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
    );
    const summed = axes.length === 0 ? x : this.reduceSum(x, axes, true);
    return sizeOf(summed.shape) === sizeOf(shape) ? this.reshape(summed, shape) : summed;
  }

  #reduce(
    opType: "ReduceSum" | "ReduceMean" | "ReduceMax",
    x: Value,
    axes: readonly number[],
    keepDims: boolean,
  ): Value {
    return this.op(opType, [x, this.ints(axes)], { keepdims: int(keepDims ? 1 : 0) });
  }
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
