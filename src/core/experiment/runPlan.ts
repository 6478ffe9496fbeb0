import type { ExperimentConfig } from "./experimentConfig";
import type { Variant } from "./variants";

/** One run to make: a variant with a seed. */
export interface RunPlan {
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  /** Complete settings; `variants` is gone and `seeds` holds this run's seed alone. */
  readonly config: ExperimentConfig;
}

/** Variants × seeds, in the order of the file: all seeds of a variant before the next. */
export function planRuns(variants: readonly Variant[]): readonly RunPlan[] {
  return variants.flatMap(({ name, config }) =>
    config.seeds.map((seed) => ({
      experiment: config.name,
      variant: name,
      seed,
      config: { ...config, seeds: [seed] },
    })),
  );
}
