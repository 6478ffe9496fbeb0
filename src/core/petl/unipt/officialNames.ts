import type { Shape } from "../../graph/tensor";
import type { UniptPresetName } from "./uniptOptions";

export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/** A pattern of this project's names and the published one; `{layer}` is the captured layer, seen as the published code does. */
type Renaming = readonly [ours: RegExp, official: string];

/** VSE-infty/lib/adapter_for_transformer.py and adapter_for_cnn.py. */
const vseInfinity: readonly Renaming[] = [
  [/^downsample\.(?<layer>\d+)\.(weight|bias)$/, "downsample_layers.{layer}.0.$2"],
  [/^downsample\.(?<layer>\d+)\.norm\.(\w+)$/, "downsample_layers.{layer}.1.$2"],
  [/^guideLift\.(?<layer>\d+)\.(weight|bias)$/, "identity_layers.{layer}.0.$2"],
  [/^projection\.(weight|bias)$/, "projection_layer.0.$1"],
  [/^projection\.norm\.(\w+)$/, "projection_layer.1.$1"],
  [/^upsample\.(weight|bias)$/, "upsample_layer.1.$1"],
  [/^gate\.(weight|bias)$/, "gate_layer.$1"],
];

/** CLIP4Clip/modules/module_adapter.py. */
const clip4Clip: readonly Renaming[] = [
  [/^downsample\.anchor\.(weight|bias)$/, "downsample_layer.1.$1"],
  [/^downsample\.(?<layer>\d+)\.(weight|bias)$/, "downsample_layers.{layer}.1.$2"],
  [/^upsample\.(weight|bias)$/, "upsample_layer.1.$1"],
  [/^gate\.(weight|bias)$/, "gate_layer.$1"],
];

/** CLIP-ViL/src/lxrt/modeling.py, where the layers are counted without the embedding. */
const clipVil: readonly Renaming[] = [
  [/^downsample\.0\.(weight|bias)$/, "side_first_downsample_l.0.$1"],
  [/^downsample\.0\.norm\.(weight|bias)$/, "side_first_downsample_l.1.$1"],
  [/^downsample\.(?<block>\d+)\.(weight|bias)$/, "side_downsamples_l.{block}.0.$2"],
  [/^downsample\.(?<block>\d+)\.norm\.(weight|bias)$/, "side_downsamples_l.{block}.1.$2"],
  [/^projection\.hidden\.(weight|bias)$/, "side_projection_l.0.$1"],
  [/^projection\.(weight|bias)$/, "side_projection_l.2.$1"],
  [/^projection\.norm\.(weight|bias)$/, "side_projection_l.3.$1"],
  [/^upsample\.(weight|bias)$/, "side_final_upsample_l.0.$1"],
  [/^gate\.(weight|bias)$/, "side_gate_layer_l.$1"],
];

/** MDETR/models/transformer.py, where tapped layers are counted from 0 and the guide stands apart. */
const mdetr: readonly Renaming[] = [
  [/^(encoder|decoder)\.downsample\.(?<guide>\d+)\.(weight|bias)$/, "side_downsample0_$1.0.$3"],
  [/^(encoder|decoder)\.downsample\.(?<guide>\d+)\.norm\.(weight|bias)$/, "side_downsample0_$1.1.$3"],
  [/^(encoder|decoder)\.downsample\.(?<tap>\d+)\.(weight|bias)$/, "side_downsamples_$1.{tap}.0.$3"],
  [/^(encoder|decoder)\.downsample\.(?<tap>\d+)\.norm\.(weight|bias)$/, "side_downsamples_$1.{tap}.1.$3"],
  [/^decoder\.cross\.(?<tap>\d+)\.(weight|bias)$/, "side_projection_crosser.{tap}.0.$2"],
  [/^decoder\.cross\.(?<tap>\d+)\.norm\.(weight|bias)$/, "side_projection_crosser.{tap}.1.$2"],
  [/^(encoder|decoder)\.projection\.hidden\.(weight|bias)$/, "side_projection_$1.0.$2"],
  [/^(encoder|decoder)\.projection\.(weight|bias)$/, "side_projection_$1.2.$2"],
  [/^(encoder|decoder)\.projection\.norm\.(weight|bias)$/, "side_projection_$1.3.$2"],
  [/^(encoder|decoder)\.gate\.(weight|bias)$/, "side_gate_layer_$1.$2"],
  [/^upsample\.(weight|bias)$/, "side_final_upsample.1.$1"],
  [/^upsample\.norm\.(weight|bias)$/, "side_final_upsample.2.$1"],
];

const renamings: Readonly<Record<UniptPresetName, readonly Renaming[]>> = {
  "vse-infinity-text": vseInfinity,
  "vse-infinity-cnn": vseInfinity,
  "clip4clip-text": clip4Clip,
  "clip4clip-image": clip4Clip,
  "clip-vil": clipVil,
  mdetr,
};

/**
 * Names and shapes in the published state dict of a system, by this project's names. The elements are the same; linear layers
 * of the CNN form are 1×1 convolutions there, [out, in, 1, 1]. Parameters that only options beyond the published ones have are
 * left out.
 * @param specs all parameters and buffers of one UniPT network
 */
export function officialTensors(
  specs: readonly NamedShape[],
  preset: UniptPresetName,
): ReadonlyMap<string, NamedShape> {
  const official = new Map<string, NamedShape>();
  for (const { name, shape } of specs) {
    const renamed = rename(name, specs, renamings[preset]);
    if (renamed === undefined) continue;
    const isConvolution = preset === "vse-infinity-cnn" && shape.length === 2 && !renamed.startsWith("gate_layer");
    official.set(name, { name: renamed, shape: isConvolution ? [...shape, 1, 1] : shape });
  }
  return official;
}

function rename(name: string, specs: readonly NamedShape[], table: readonly Renaming[]): string | undefined {
  for (const [pattern, replacement] of table) {
    const match = pattern.exec(name);
    if (!match) continue;
    const { layer, block, tap, guide } = match.groups ?? {};
    const taps = tappedIndices(name, specs);
    if (guide !== undefined && Number(guide) !== taps.at(-1)) continue;
    return name
      .replace(pattern, replacement)
      .replace("{layer}", layer ?? "")
      .replace("{block}", String(Number(block) - 1))
      .replace("{tap}", String(taps.indexOf(Number(tap))))
      .replace("runningMean", "running_mean")
      .replace("runningVariance", "running_var");
  }
  return undefined;
}

/** The layers that have a projection on the same side (encoder or decoder) as this parameter, low to high. */
function tappedIndices(name: string, specs: readonly NamedShape[]): number[] {
  const side = name.split(".")[0] ?? "";
  const indices = specs.flatMap((spec) => {
    const match = /^(\w+)\.downsample\.(\d+)\.weight$/.exec(spec.name);
    return match?.[1] === side ? [Number(match[2])] : [];
  });
  return indices.sort((a, b) => a - b);
}
