import type { Feeds } from "../../core/graph/executor";
import type { Value } from "../../core/graph/graphBuilder";
import type { OpBuilder } from "../../core/graph/opBuilder";
import { type Tensor, tensor } from "../../core/graph/tensor";
import type { Draw } from "../../core/nn/itemRandom";
import type { ModelScope } from "../../core/nn/modelContext";
import type { MethodInput } from "../../core/petl/method";
import type { FeatureRole } from "./featureReader";

/** How one side's hidden states enter the graphs of a run: read from the cache, or computed by the backbone within the graph. */
export interface SideInput {
  /** Names of the hidden states that the method is given, low to high. */
  readonly layerNames: readonly string[];
  /** Names of the decoder's states, low to high; none where the backbone has no decoder. */
  readonly decoderNames?: readonly string[] | undefined;
  /** Token positions of the mask of one item; undefined when every token of every item is valid. */
  readonly maskLength?: number | undefined;
  /** Adds the hidden states of a batch to the graph of `scope`: constants to everything that is built on them. */
  declare(scope: ModelScope, batchSize: number): MethodInput;
  /**
   * Feeds of these items for the inputs that {@link declare} added, as far as they are `needed`; valid until the second next
   * call.
   * @param draw augments the items, where the side does so; left out, they are read as for evaluation
   */
  read(items: Uint32Array, needed: ReadonlySet<string>, draw?: Draw): Promise<Feeds>;
}

/** Name of the graph input that holds the mask of a side's tokens. */
export function maskInput(side: string): string {
  return `${side}.mask`;
}

/** Name of the graph input that holds the position of the token that an embedding belongs to. */
export function positionInput(side: string): string {
  return `${side}.position`;
}

/** Inputs for the tokens of a batch. */
export interface DeclaredMask {
  /** [B, N] */
  readonly mask: Value;
  /** Declares the position of each item's last valid token, int64 [B]. */
  readonly position: () => Value;
}

/** Declares the mask of a side, if it has one. */
export function declareMask(
  g: OpBuilder,
  { modality, maskLength }: { readonly modality: string; readonly maskLength?: number | undefined },
  batchSize: number,
): DeclaredMask | undefined {
  if (maskLength === undefined) return undefined;
  return {
    mask: g.input(maskInput(modality), "float32", [batchSize, maskLength]),
    position: () => g.input(positionInput(modality), "int64", [batchSize]),
  };
}

/** What a method reads, from the values of a backbone by their roles. */
export function methodInput(
  values: readonly { readonly role: FeatureRole; readonly value: Value }[],
  declared: DeclaredMask | undefined,
): MethodInput {
  const ofRole = (wanted: FeatureRole): Value[] =>
    values.flatMap(({ role, value }) => (role === wanted ? [value] : []));
  const [embedding] = ofRole("embedding");
  const decoderStates = ofRole("decoder-state");
  return {
    hiddenStates: ofRole("hidden-state"),
    ...(declared && { mask: declared.mask }),
    ...(embedding && { embedding }),
    ...(embedding && declared && { position: declared.position() }),
    ...(decoderStates.length > 0 && { decoderStates }),
  };
}

/** Position of the last valid token of each item, int64 [B], from masks [B, N]: that of the end token of a text. */
export function lastTokens({ shape, data }: Tensor): Tensor<"int64"> {
  const [count = 0, length = 0] = shape;
  const positions = Array.from({ length: count }, (_, row) => {
    const mask = data.subarray(row * length, (row + 1) * length) as Float32Array;
    return Math.max(0, mask.lastIndexOf(1));
  });
  return tensor("int64", [count], positions);
}
