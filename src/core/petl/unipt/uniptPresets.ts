import type { Layout } from "./hiddenStateTokens";
import type { UniptConfig, UniptOptions, UniptPresetName } from "./uniptOptions";

const published = {
  anchor: "last-layer",
  tappedLayers: "all",
  downsampleActivation: "none",
  downsampleSharing: "separate",
  interaction: "attention-identity",
  normalizer: "relu-l1",
  epsilonConvention: "add",
  guide: "last",
  aggregation: "confidence",
  pooling: "mean",
  preInteraction: "both",
  norm: "layer",
  residual: "bottleneck",
  upsampleActivation: "relu",
  upsampleNorm: "none",
  crossStep: "targets",
  initialization: "fan-in-uniform",
} as const satisfies Partial<UniptOptions>;

const vseInfinity = {
  ...published,
  embedDim: 1024,
  reductionFactor: 2,
  epsilon: 1e-8,
  projection: "linear",
} as const satisfies UniptOptions;

/** CLIP4Clip's two encoders; CLIP4Clip/modules/module_adapter.py. They differ in the mask and the position of their token. */
const clip4Clip = {
  ...published,
  embedDim: 512,
  reductionFactor: 1,
  anchor: "embedding",
  downsampleActivation: "relu",
  interaction: "attention-token",
  epsilon: 1e-6,
  epsilonConvention: "clamp",
  norm: "none",
  projection: "none",
  residual: "full-width",
} as const satisfies UniptOptions;

/** The settings of the released code (UniPT, CVPR 2024), by host system. */
export const uniptPresets: Readonly<Record<UniptPresetName, UniptOptions>> = {
  /** VSE∞ text encoder; VSE-infty/lib/adapter_for_transformer.py. */
  "vse-infinity-text": vseInfinity,
  /** VSE∞ image encoder; VSE-infty/lib/adapter_for_cnn.py. */
  "vse-infinity-cnn": { ...vseInfinity, norm: "batch" },
  "clip4clip-text": clip4Clip,
  "clip4clip-image": clip4Clip,
  /** CLIP-ViL's cross-modal encoder; CLIP-ViL/src/lxrt/modeling.py, whose re-initialisation reaches the side network. */
  "clip-vil": {
    ...published,
    embedDim: 768,
    reductionFactor: 2,
    epsilon: 1e-6,
    projection: "mlp",
    upsampleActivation: "none",
    initialization: "normal",
  },
  /** MDETR's encoder and decoder of six layers each, of which it taps 1, 3 and 5; MDETR/models/transformer.py. */
  mdetr: {
    ...published,
    embedDim: 256,
    reductionFactor: 2,
    tappedLayers: "every-second",
    epsilon: 1e-7,
    projection: "mlp",
    upsampleNorm: "layer",
    initialization: "xavier-uniform",
  },
};

const defaultPresets: Readonly<Record<Layout, UniptPresetName>> = {
  tokens: "vse-infinity-text",
  grid: "vse-infinity-cnn",
  "encoder-decoder": "mdetr",
};

/** The preset's options with those of `config` in their place. */
export function resolveUniptOptions(config: UniptConfig, layout: Layout): UniptOptions {
  const base = uniptPresets[config.preset ?? defaultPresets[layout]];
  const given = Object.entries(config).filter(([key, value]) => key in base && value !== undefined);
  return { ...base, ...(Object.fromEntries(given) as Partial<UniptOptions>) };
}
