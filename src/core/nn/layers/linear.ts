import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { Initialization, ModelScope } from "../modelContext";

export interface LinearOptions {
  readonly bias?: boolean;
  /** Start of the weight, and of the bias unless that has one of its own; by default uniform in ±1/√fan-in, as PyTorch does. */
  readonly initialization?: Initialization | undefined;
  readonly biasInitialization?: Initialization | undefined;
}

export interface LinearParameters {
  /** [out, in]. */
  readonly weight: Value;
  /** [out]. */
  readonly bias: Value | undefined;
}

/**
 * y = x Wᵀ + b over the last axis; `weight` [out, in], `bias` [out]. Also every 1×1 convolution, on cells as tokens.
 *
 * x [..., in] → [..., out].
 */
export function linear(scope: ModelScope, x: Value, outputDim: number, options: LinearOptions = {}): Value {
  return applyLinear(scope.g, x, linearParameters(scope, x.shape.at(-1) ?? 1, outputDim, options));
}

/** Declares weight and bias of a linear layer. */
export function linearParameters(
  scope: ModelScope,
  inputDim: number,
  outputDim: number,
  options: LinearOptions = {},
): LinearParameters {
  const fanIn: Initialization = { kind: "uniform", bound: 1 / Math.sqrt(inputDim) };
  const { initialization = fanIn, biasInitialization = options.initialization ?? fanIn } = options;
  const weight = scope.parameter("weight", [outputDim, inputDim], initialization);
  return {
    weight,
    bias: options.bias === false ? undefined : scope.parameter("bias", [outputDim], biasInitialization),
  };
}

/** x Wᵀ + b over the last axis, x [..., in] → [..., out]. */
export function applyLinear(g: OpBuilder, x: Value, { weight, bias }: LinearParameters): Value {
  const [outputDim = 1, inputDim = 1] = weight.shape;
  const lead = x.shape.slice(0, -1);
  const rows = lead.reduce((product, size) => product * size, 1);
  // Gemm takes matrices only and adds the bias on the way; the reshapes around it move no data.
  const flat = g.gemm(g.reshape(x, [rows, inputDim]), weight, bias, { transB: true }); // [rows, out]
  return g.reshape(flat, [...lead, outputDim]); // [..., out]
}
