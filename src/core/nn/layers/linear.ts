import type { Value } from "../../graph/graphBuilder";
import type { Initialization, ModelScope } from "../modelContext";

export interface LinearOptions {
  readonly bias?: boolean;
  /** Start of weight and bias; by default uniform in ±1/√fan-in, as PyTorch does. */
  readonly initialization?: Initialization;
}

/**
 * y = x Wᵀ + b over the last axis; `weight` [out, in], `bias` [out]. Also every 1×1 convolution, on cells as tokens.
 *
 * x [..., in] → [..., out].
 */
export function linear(scope: ModelScope, x: Value, outputDim: number, options: LinearOptions = {}): Value {
  const inputDim = x.shape.at(-1) ?? 1;
  const initialization = options.initialization ?? { kind: "uniform", bound: 1 / Math.sqrt(inputDim) };
  const weight = scope.parameter("weight", [outputDim, inputDim], initialization);
  const bias = options.bias === false ? undefined : scope.parameter("bias", [outputDim], initialization);
  const { g } = scope;
  const lead = x.shape.slice(0, -1);
  const rows = lead.reduce((product, size) => product * size, 1);
  // Gemm takes matrices only and adds the bias on the way; the reshapes around it move no data.
  const flat = g.gemm(g.reshape(x, [rows, inputDim]), weight, bias, { transB: true }); // [rows, out]
  return g.reshape(flat, [...lead, outputDim]); // [..., out]
}
