import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import { type SideName, sideOf, sidesOf } from "../core/experiment/sides";

/** Hidden states of one side that several runs share. */
export interface FeatureSet {
  readonly modality: SideName;
  readonly config: ExperimentConfig;
}

/** Every distinct extraction that these settings need, each once. */
export function featureSets(configs: readonly ExperimentConfig[]): FeatureSet[] {
  const sets = new Map<string, FeatureSet>();
  for (const config of configs) {
    if (config.features.mode === "streamed") continue;
    for (const { name: modality } of sidesOf(config)) {
      const key = featureKey({ modality, config });
      if (!sets.has(key)) sets.set(key, { modality, config });
    }
  }
  return [...sets.values()];
}

/** Equal for what shares its features: the cache is keyed by these settings and the contents of the files they name. */
export function featureKey({ modality, config }: FeatureSet): string {
  return JSON.stringify([modality, config.data, sideOf(config, modality).backbone, config.features.dtype]);
}
