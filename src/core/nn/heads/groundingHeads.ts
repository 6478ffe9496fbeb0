import type { Value } from "../../graph/graphBuilder";
import { linear } from "../layers/linear";
import type { GroundingPrediction } from "../losses/groundingLoss";
import type { ModelScope } from "../modelContext";
import type { LayerWeights } from "./answerHead";

/** The heads' layers; a box is found by three of them. */
export const groundingLayers = [
  "classHead",
  "boxHead.0",
  "boxHead.1",
  "boxHead.2",
  "queryProjection",
  "tokenProjection",
] as const;
export type GroundingLayer = (typeof groundingLayers)[number];

export interface GroundingHeadsOptions {
  /** Token slots and "no object". */
  readonly slotCount?: number;
  /** Width of the space that queries and tokens share. */
  readonly alignmentDim?: number;
  /** Pre-trained layers; the others start at random. */
  readonly start?: Readonly<Partial<Record<GroundingLayer, LayerWeights>>>;
}

/**
 * MDETR's heads, shared by all of the decoder's outputs: linear to the token slots; a box by three linear layers with ReLU
 * between and a sigmoid; linear projections of queries and of the text's tokens. MDETR/models/mdetr.py.
 *
 * outputs [B, Q, E] each, textTokens [B, T, E] → one prediction per output.
 */
export function groundingHeads(
  scope: ModelScope,
  outputs: readonly Value[],
  textTokens: Value,
  { slotCount = 256, alignmentDim = 64, start = {} }: GroundingHeadsOptions = {},
): GroundingPrediction[] {
  const { g } = scope;
  const joined = g.concat(outputs, 0); // [outputs · B, Q, E]
  const width = joined.shape.at(-1) ?? 1;
  const layer = (name: GroundingLayer, x: Value, outputDim: number): Value => {
    const values = start[name];
    const initialized = values && {
      initialization: { kind: "values", tensor: values.weight } as const,
      biasInitialization: { kind: "values", tensor: values.bias } as const,
    };
    return linear(scope.scope(name), x, outputDim, initialized);
  };
  const hidden = g.relu(layer("boxHead.1", g.relu(layer("boxHead.0", joined, width)), width));
  const apart = (x: Value): Value[] => {
    const sizes = outputs.map(({ shape }) => shape[0] ?? 1);
    return sizes.length === 1 ? [x] : g.split(x, sizes, 0);
  };
  const logits = apart(layer("classHead", joined, slotCount));
  const boxes = apart(g.sigmoid(layer("boxHead.2", hidden, 4)));
  const queries = apart(layer("queryProjection", joined, alignmentDim));
  const tokens = layer("tokenProjection", textTokens, alignmentDim); // [B, T, D]
  return outputs.map((_, at) => ({
    logits: logits[at] as Value,
    boxes: boxes[at] as Value,
    queries: queries[at] as Value,
    tokens,
  }));
}

/** Names of the heads in the published state dict, by ours. */
export const groundingHeadOfficialNames: Readonly<Record<GroundingLayer, string>> = {
  classHead: "class_embed",
  "boxHead.0": "bbox_embed.layers.0",
  "boxHead.1": "bbox_embed.layers.1",
  "boxHead.2": "bbox_embed.layers.2",
  queryProjection: "contrastive_align_projection_image",
  tokenProjection: "contrastive_align_projection_text",
};
