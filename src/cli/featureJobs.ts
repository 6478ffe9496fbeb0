import type { ExperimentConfig } from "../core/experiment/experimentConfig";

/** Hidden states of one modality that several runs share. */
export interface FeatureJob {
  readonly modality: "image" | "text";
  readonly config: ExperimentConfig;
}

/** Every distinct extraction that these settings need, each once. */
export function featureJobs(configs: readonly ExperimentConfig[]): FeatureJob[] {
  const jobs = new Map<string, FeatureJob>();
  for (const config of configs) {
    for (const modality of ["image", "text"] as const) {
      // What the cache is keyed by comes from these settings and from the files they name.
      const key = JSON.stringify([modality, config.data, config[modality].backbone, config.features.dtype]);
      if (!jobs.has(key)) jobs.set(key, { modality, config });
    }
  }
  return [...jobs.values()];
}
