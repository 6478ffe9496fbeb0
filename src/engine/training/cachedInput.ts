import type { Feeds } from "../../core/graph/executor";
import type { Tensor } from "../../core/graph/tensor";
import type { ModelScope } from "../../core/nn/modelContext";
import type { MethodInput } from "../../core/petl/method";
import type { FeatureLayout, FeatureReader, FeatureRole } from "./featureReader";
import { declareMask, lastTokens, maskInput, methodInput, positionInput, type SideInput } from "./sideInput";

/** A side whose hidden states are read from the cache. */
export function cachedInput(features: FeatureReader): SideInput {
  return {
    ...layoutOf(features),
    declare: (scope, batchSize) => declareFeatures(scope, features, batchSize),
    read: (items, needed) => readFeatures(features, items, needed),
  };
}

function layoutOf({
  values,
  maskLength,
}: FeatureLayout): Pick<SideInput, "layerNames" | "decoderNames" | "maskLength"> {
  const namesOf = (wanted: FeatureRole): string[] =>
    values.flatMap(({ role, name }) => (role === wanted ? [name] : []));
  return { layerNames: namesOf("hidden-state"), decoderNames: namesOf("decoder-state"), maskLength };
}

/** Names of the graph inputs that hold the values of a side, in their order. */
function featureInputs({ modality, values }: FeatureLayout): readonly string[] {
  const plural: Readonly<Record<FeatureRole, string>> = {
    "hidden-state": "hiddenStates",
    "decoder-state": "decoderStates",
    embedding: "embedding",
  };
  return values.map(({ role }, at) => {
    if (role === "embedding") return `${modality}.embedding`;
    return `${modality}.${plural[role]}.${values.slice(0, at).filter((value) => value.role === role).length}`;
  });
}

/** Declares the cached features of a batch as inputs of the graph. */
function declareFeatures({ g }: ModelScope, features: FeatureLayout, batchSize: number): MethodInput {
  const names = featureInputs(features);
  // Features are kept in the type of the cache and become float32 where they are used.
  const values = features.values.map(({ role, shape, dtype }, at) => ({
    role,
    value: g.cast(g.input(names[at] ?? "?", dtype, [batchSize, ...shape]), "float32"),
  }));
  return methodInput(values, declareMask(g, features, batchSize));
}

/** Reads what a graph needs of these items, by the names that {@link declareFeatures} gave. */
async function readFeatures(features: FeatureReader, items: Uint32Array, needed: ReadonlySet<string>): Promise<Feeds> {
  const { modality } = features;
  const names = featureInputs(features);
  const wanted = names.flatMap((name, at) => (needed.has(name) ? [at] : []));
  const needsPosition = needed.has(positionInput(modality));
  const { values, mask } = await features.read(items, wanted, needed.has(maskInput(modality)) || needsPosition);
  const feeds: Record<string, Tensor> = {};
  for (const [at, value] of values) feeds[names[at] ?? "?"] = value;
  if (mask && needed.has(maskInput(modality))) feeds[maskInput(modality)] = mask;
  if (mask && needsPosition) feeds[positionInput(modality)] = lastTokens(mask);
  return feeds;
}
