import type { Shape } from "../../graph/tensor";
import type { Layout } from "./hiddenStateTokens";

/** This project's names (left) and those of the published state dicts of VSE∞ (right); `$1` is the layer. */
const renamings: readonly (readonly [RegExp, string])[] = [
  [/^downsample\.(\d+)\.(weight|bias)$/, "downsample_layers.$1.0.$2"],
  [/^downsample\.(\d+)\.norm\.(\w+)$/, "downsample_layers.$1.1.$2"],
  [/^guideLift\.(\d+)\.(weight|bias)$/, "identity_layers.$1.0.$2"],
  [/^projection\.(weight|bias)$/, "projection_layer.0.$1"],
  [/^projection\.norm\.(\w+)$/, "projection_layer.1.$1"],
  [/^upsample\.(weight|bias)$/, "upsample_layer.1.$1"],
  [/^gate\.(weight|bias)$/, "gate_layer.$1"],
];

export interface OfficialTensor {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * Name and shape of a UniPT parameter or buffer in the published state dict (VSE-infty/lib/adapter_for_transformer.py for
 * tokens, adapter_for_cnn.py for grids, where linear layers are 1×1 convolutions [out, in, 1, 1]); the elements are the same.
 * Undefined for parameters that only options beyond the published ones have.
 */
export function officialTensor(ours: OfficialTensor, layout: Layout): OfficialTensor | undefined {
  for (const [pattern, replacement] of renamings) {
    if (!pattern.test(ours.name)) continue;
    const name = ours.name
      .replace(pattern, replacement)
      .replace("runningMean", "running_mean")
      .replace("runningVariance", "running_var");
    const isConvolution = layout === "grid" && ours.shape.length === 2 && !name.startsWith("gate_layer");
    return { name, shape: isConvolution ? [...ours.shape, 1, 1] : ours.shape };
  }
  return undefined;
}
