import { UserError } from "../../core/errors";
import type { Shape, Tensor } from "../../core/graph/tensor";
import { besideHiddenStates, type Side } from "../../core/experiment/sides";
import type { FeatureStore } from "../features/featureStore";
import { MASK, type RecordLayout } from "../features/recordLayout";

/** What a value of the backbone is to a method. */
export type FeatureRole = "hidden-state" | "embedding" | "decoder-state";

/** A value of the backbone that is kept for every item; `shape` is that of one item. */
export interface FeatureValue {
  readonly name: string;
  readonly role: FeatureRole;
  readonly shape: Shape;
  readonly dtype: "float32" | "float16";
}

/** What is known of a side's features without reading any. */
export interface FeatureLayout {
  readonly modality: string;
  /** Hidden states low to high, then the embedding, if there is one, then the decoder's states low to high. */
  readonly values: readonly FeatureValue[];
  /** Token positions of the mask of one item; undefined when every token of every item is valid. */
  readonly maskLength?: number | undefined;
}

/** The cached features of one side, readable in any order. */
export interface FeatureReader extends FeatureLayout {
  /**
   * The features of these items, [items, …shape], of the values asked for only (indices into `values`), and their mask
   * [items, N]. Valid until the second next call.
   */
  readonly read: (items: Uint32Array, values: readonly number[], withMask: boolean) => Promise<FeatureBatch>;
}

export interface FeatureBatch {
  /** By index into the values. */
  readonly values: ReadonlyMap<number, Tensor>;
  readonly mask?: Tensor | undefined;
}

/** What the features of a side are, from the records in which they are kept. */
export function storedLayout(side: Side, { tensors }: RecordLayout): FeatureLayout {
  const [first] = tensors;
  const kept = tensors.filter((tensor) => tensor.name !== MASK);
  const values = kept.map((tensor, at): FeatureValue => ({ ...tensor, role: roleOf(side, at, kept.length) }));
  return { modality: side.name, values, maskLength: first?.name === MASK ? first.shape[0] : undefined };
}

/** What the value at a position among all that are tapped of a side is: what it names beside its hidden states comes last. */
export function roleOf(side: Side, position: number, count: number): FeatureRole {
  const { embedding, decoder } = besideHiddenStates(side);
  const fromEnd = count - position;
  if (fromEnd <= decoder.length) return "decoder-state";
  return fromEnd <= decoder.length + embedding.length ? "embedding" : "hidden-state";
}

/** Reads batches from the features on disk; values that nobody asks for are not even read. */
export function featureReader(layout: FeatureLayout, store: FeatureStore): FeatureReader {
  return {
    ...layout,
    read: async (items, wanted, withMask) => {
      const { taps, mask } = await store.readBatch([...items], { taps: wanted, withMask });
      const values = new Map(wanted.flatMap((value, at) => (taps[at] ? [[value, taps[at]] as const] : [])));
      return { values, mask };
    },
  };
}

/**
 * The same features as if only those hidden states had been tapped that the side chooses; the others are never read.
 * @throws UserError for a layer that was not tapped
 */
export function chooseLayers(features: FeatureReader, side: Side): FeatureReader {
  const { values: all } = features;
  const hiddenCount = all.filter(({ role }) => role === "hidden-state").length;
  const layers = layersAmong(side, hiddenCount);
  if (layers === undefined) return features;
  const chosen = [...layers, ...[...all.keys()].slice(hiddenCount)];
  return {
    ...features,
    values: chosen.flatMap((value) => all[value] ?? []),
    read: async (items, wanted, withMask) => {
      const { values, mask } = await features.read(
        items,
        wanted.flatMap((value) => chosen[value] ?? []),
        withMask,
      );
      const ours = wanted.flatMap((value) => {
        const feature = values.get(chosen[value] ?? -1);
        return feature ? [[value, feature] as const] : [];
      });
      return { values: new Map(ours), mask };
    },
  };
}

/**
 * The hidden states that a side chooses, as indices into those that are tapped; undefined for all.
 * @throws UserError for a layer that was not tapped
 */
export function layersAmong({ name, layers }: Side, hiddenCount: number): readonly number[] | undefined {
  const unknown = layers?.find((layer) => layer >= hiddenCount);
  if (unknown === undefined) return layers;
  const range = hiddenCount === 1 ? "only 0" : `0 to ${hiddenCount - 1}`;
  throw new UserError(
    `"${name}.layers" asks for layer ${unknown}, but ${hiddenCount} hidden ${hiddenCount === 1 ? "state is" : "states are"} tapped; use ${range}.`,
  );
}
