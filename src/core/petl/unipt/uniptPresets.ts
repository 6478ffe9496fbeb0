import type { UniptConfig, UniptOptions, UniptPresetName } from "./uniptOptions";

const published = {
  tappedLayers: "all",
  interaction: "attention-identity",
  normalizer: "relu-l1",
  guide: "last",
  aggregation: "confidence",
  pooling: "mean",
  preInteraction: "both",
  initialization: "fan-in-uniform",
} as const satisfies Partial<UniptOptions>;

/** The settings of the released code (UniPT, CVPR 2024), by host system. */
export const uniptPresets: Readonly<Record<UniptPresetName, UniptOptions>> = {
  /** VSE∞ text encoder; VSE-infty/lib/adapter_for_transformer.py. */
  "vse-infinity-text": {
    ...published,
    embedDim: 1024,
    reductionFactor: 2,
    epsilon: 1e-8,
    epsilonConvention: "add",
    norm: "layer",
    projection: "linear",
  },
  /** VSE∞ image encoder; VSE-infty/lib/adapter_for_cnn.py. */
  "vse-infinity-cnn": {
    ...published,
    embedDim: 1024,
    reductionFactor: 2,
    epsilon: 1e-8,
    epsilonConvention: "add",
    norm: "batch",
    projection: "linear",
  },
};

/** The preset's options with those of `config` in their place. */
export function resolveUniptOptions(config: UniptConfig, layout: "tokens" | "grid"): UniptOptions {
  const base = uniptPresets[config.preset ?? (layout === "grid" ? "vse-infinity-cnn" : "vse-infinity-text")];
  const given = Object.entries(config).filter(([key, value]) => key in base && value !== undefined);
  return { ...base, ...(Object.fromEntries(given) as Partial<UniptOptions>) };
}
