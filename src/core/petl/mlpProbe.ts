import { z } from "zod";
import { layerNorm } from "../nn/layers/layerNorm";
import { linear } from "../nn/layers/linear";
import type { PetlMethod } from "./method";
import { pooledHiddenState } from "./pooledHiddenState";

export const MlpProbeConfig = z
  .strictObject({
    name: z.literal("mlp-probe"),
    embedDim: z.int().positive().describe("Output width E."),
    hiddenDim: z
      .int()
      .positive()
      .describe(
        "Width of the hidden layer; to match a parameter budget P on features of width C use round(P / (C + E)), e.g. 273.",
      ),
    dropout: z.number().min(0).lt(1).default(0.3).describe("Dropout rate of the hidden layer in training."),
  })
  .describe("Two linear layers with norm, ReLU and dropout on the standardised mean of the last hidden state.");
export type MlpProbeConfig = z.infer<typeof MlpProbeConfig>;

/**
 * A linear probe with a hidden layer: pooled last hidden state, standardised, then linear, layer norm, ReLU, dropout,
 * linear. Tells whether UniPT gains by its parameters alone. [B, N, C] → [B, 1, E].
 */
export const mlpProbe: PetlMethod<MlpProbeConfig> = {
  name: "mlp-probe",
  config: MlpProbeConfig,
  build(scope, input, { embedDim, hiddenDim, dropout }) {
    const { g } = scope;
    const feature = scope.standardize(pooledHiddenState(g, input, input.hiddenStates.length - 1)); // [B, C]
    const hidden = g.relu(layerNorm(scope.scope("norm"), linear(scope.scope("hidden"), feature, hiddenDim)));
    const output = linear(scope.scope("output"), scope.dropout(hidden, dropout), embedDim); // [B, E]
    return { tokens: g.unsqueeze(output, [1]) }; // [B, 1, E]
  },
};
