import { UserError } from "../../core/errors";
import type { Shape, Tensor } from "../../core/graph/tensor";
import type { FeatureStore } from "../features/featureStore";

/** The cached hidden states of one modality, readable in any order. */
export interface FeatureReader {
  readonly modality: string;
  /** The tapped hidden states, low to high; `shape` is that of one item. */
  readonly layers: readonly { readonly name: string; readonly shape: Shape; readonly dtype: "float32" | "float16" }[];
  /** Token positions of the mask of one item; undefined when every token of every item is valid. */
  readonly maskLength?: number | undefined;
  /**
   * The hidden states of these items, [items, …shape], of the layers asked for only, and their mask [items, N]. Valid until
   * the second next call.
   */
  readonly read: (items: Uint32Array, layers: readonly number[], withMask: boolean) => Promise<FeatureBatch>;
}

export interface FeatureBatch {
  /** By layer index. */
  readonly hiddenStates: ReadonlyMap<number, Tensor>;
  readonly mask?: Tensor | undefined;
}

/** Reads batches from the features on disk; layers that nobody asks for are not even read. */
export function featureReader(modality: string, store: FeatureStore): FeatureReader {
  return {
    modality,
    layers: store.taps,
    maskLength: store.maskLength,
    read: async (items, layers, withMask) => {
      const { taps, mask } = await store.readBatch([...items], { taps: layers, withMask });
      const hiddenStates = new Map(layers.flatMap((layer, at) => (taps[at] ? [[layer, taps[at]] as const] : [])));
      return { hiddenStates, mask };
    },
  };
}

/**
 * The same features as if only some of the hidden states had been tapped; the others are never read.
 * @param layers indices into the layers of `features`, rising; all by default
 * @throws UserError for a layer that was not tapped
 */
export function chooseLayers(features: FeatureReader, layers: readonly number[] | undefined): FeatureReader {
  if (layers === undefined) return features;
  const { modality, layers: all } = features;
  const unknown = layers.find((layer) => layer >= all.length);
  if (unknown !== undefined) {
    const range = all.length === 1 ? "only 0" : `0 to ${all.length - 1}`;
    throw new UserError(
      `"${modality}.layers" asks for layer ${unknown}, but ${all.length} hidden ${all.length === 1 ? "state is" : "states are"} tapped; use ${range}.`,
    );
  }
  return {
    ...features,
    layers: layers.flatMap((layer) => all[layer] ?? []),
    read: async (items, wanted, withMask) => {
      const { hiddenStates, mask } = await features.read(
        items,
        wanted.flatMap((layer) => layers[layer] ?? []),
        withMask,
      );
      const chosen = wanted.flatMap((layer) => {
        const state = hiddenStates.get(layers[layer] ?? -1);
        return state ? [[layer, state] as const] : [];
      });
      return { hiddenStates: new Map(chosen), mask };
    },
  };
}
