import type { Value } from "../../graph/graphBuilder";
import { applyLinear, type LinearOptions, type LinearParameters, linearParameters } from "../../nn/layers/linear";
import { type Initialization, type ModelScope, zeroInit } from "../../nn/modelContext";
import type { UniptOptions } from "./uniptOptions";

/** Deviation of BERT's initialisation. */
const NORMAL_DEVIATION = 0.02;

/** Weight and bias of one of the side network's linear layers, started as the options say. */
export function sideLinearParameters(
  scope: ModelScope,
  inputDim: number,
  outputDim: number,
  initialization: UniptOptions["initialization"],
): LinearParameters {
  return linearParameters(scope, inputDim, outputDim, startOf(initialization, inputDim, outputDim));
}

/** A linear layer of the side network, x [..., in] → [..., out]. */
export function sideLinear(
  scope: ModelScope,
  x: Value,
  outputDim: number,
  { initialization }: Pick<UniptOptions, "initialization">,
): Value {
  return applyLinear(scope.g, x, sideLinearParameters(scope, x.shape.at(-1) ?? 1, outputDim, initialization));
}

function startOf(
  initialization: UniptOptions["initialization"],
  inputDim: number,
  outputDim: number,
): Pick<LinearOptions, "initialization" | "biasInitialization"> {
  switch (initialization) {
    case "fan-in-uniform":
    case "zero-upsample":
      return {};
    case "normal":
      return {
        initialization: { kind: "normal", standardDeviation: NORMAL_DEVIATION },
        biasInitialization: zeroInit,
      };
    case "xavier-uniform": {
      const uniform = (bound: number): Initialization => ({ kind: "uniform", bound });
      return {
        initialization: uniform(Math.sqrt(6 / (inputDim + outputDim))),
        biasInitialization: uniform(1 / Math.sqrt(inputDim)),
      };
    }
  }
}
