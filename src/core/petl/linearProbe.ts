import { z } from "zod";
import { linear } from "../nn/layers/linear";
import type { PetlMethod } from "./method";
import { pooledHiddenState } from "./pooledHiddenState";

export const LinearProbeConfig = z
  .strictObject({
    name: z.literal("linear-probe"),
    embedDim: z.int().positive().describe("Output width E."),
  })
  .describe("One linear layer on the standardised mean of the last hidden state.");
export type LinearProbeConfig = z.infer<typeof LinearProbeConfig>;

/**
 * The backbone's last hidden state, averaged over its valid tokens, standardised over the training set, through one
 * linear layer: [B, N, C] → [B, C] → [B, 1, E].
 */
export const linearProbe: PetlMethod<LinearProbeConfig> = {
  name: "linear-probe",
  config: LinearProbeConfig,
  build(scope, input, { embedDim }) {
    const { g } = scope;
    const feature = scope.standardize(pooledHiddenState(g, input, input.hiddenStates.length - 1)); // [B, C]
    return { tokens: g.unsqueeze(linear(scope.scope("linear"), feature, embedDim), [1]) }; // [B, 1, E]
  },
};
