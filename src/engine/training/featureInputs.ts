import type { Feeds } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import type { ModelScope } from "../../core/nn/modelContext";
import type { MethodInput } from "../../core/petl/method";
import type { FeatureReader } from "./featureReader";

/** Name of the graph input that holds a tapped hidden state. */
export function hiddenStateInput(modality: string, layer: number): string {
  return `${modality}.hiddenStates.${layer}`;
}

/** Name of the graph input that holds the mask of the tokens. */
export function maskInput(modality: string): string {
  return `${modality}.mask`;
}

/** Declares the cached hidden states of a batch as inputs of the graph: constants to everything that is built on them. */
export function declareFeatures(
  scope: ModelScope,
  features: Pick<FeatureReader, "modality" | "layers" | "maskLength">,
  batchSize: number,
): MethodInput {
  const { g } = scope;
  // Features are kept in the type of the cache and become float32 where they are used.
  const hiddenStates = features.layers.map(({ shape, dtype }, layer) =>
    g.cast(g.input(hiddenStateInput(features.modality, layer), dtype, [batchSize, ...shape]), "float32"),
  );
  const { maskLength } = features;
  if (maskLength === undefined) return { hiddenStates };
  return { hiddenStates, mask: g.input(maskInput(features.modality), "float32", [batchSize, maskLength]) };
}

/** Reads what a graph needs of these items, by the names that {@link declareFeatures} gave. */
export async function readFeatures(
  features: FeatureReader,
  items: Uint32Array,
  needed: ReadonlySet<string>,
): Promise<Feeds> {
  const layers = features.layers.flatMap((_, layer) =>
    needed.has(hiddenStateInput(features.modality, layer)) ? [layer] : [],
  );
  const { hiddenStates, mask } = await features.read(items, layers, needed.has(maskInput(features.modality)));
  const feeds: Record<string, Tensor> = {};
  for (const [layer, value] of hiddenStates) feeds[hiddenStateInput(features.modality, layer)] = value;
  if (mask) feeds[maskInput(features.modality)] = mask;
  return feeds;
}
