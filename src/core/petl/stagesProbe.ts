import { z } from "zod";
import { linear } from "../nn/layers/linear";
import type { PetlMethod } from "./method";
import { pooledHiddenState } from "./pooledHiddenState";

export const StagesProbeConfig = z
  .strictObject({
    name: z.literal("stages-probe"),
    embedDim: z.int().positive().describe("Output width E."),
  })
  .describe("One linear layer on the standardised means of all hidden states, side by side.");
export type StagesProbeConfig = z.infer<typeof StagesProbeConfig>;

/**
 * The means of all hidden states side by side, standardised, through one linear layer: shows how much of UniPT's gain is
 * merely access to lower layers. [B, N, C_l] → [B, ΣC_l] → [B, 1, E].
 */
export const stagesProbe: PetlMethod<StagesProbeConfig> = {
  name: "stages-probe",
  config: StagesProbeConfig,
  build(scope, input, { embedDim }) {
    const { g } = scope;
    const means = input.hiddenStates.map((_, index) => pooledHiddenState(g, input, index));
    const feature = scope.standardize(g.concat(means, 1)); // [B, ΣC]
    return { tokens: g.unsqueeze(linear(scope.scope("linear"), feature, embedDim), [1]) }; // [B, 1, E]
  },
};
