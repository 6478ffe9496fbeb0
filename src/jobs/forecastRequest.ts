import type { RunPlan } from "../core/experiment/runPlan";
import type { ForecastRequest, Placement } from "../protocol/engine";
import { featureSets } from "./featureSets";
import { coreCount } from "./placement";

/** Asks what these runs will take: each extraction and each variant once. `jobs` is how many may train at the same time. */
export function forecastRequest(plans: readonly RunPlan[], place: Placement, jobs = coreCount()): ForecastRequest {
  const variants = [...new Map(plans.map(({ variant: name, config }) => [name, { name, config }])).values()];
  return {
    ...place,
    sharedBy: Math.max(1, Math.min(jobs, plans.length)),
    sets: featureSets(plans.map(({ config }) => config)),
    variants,
  };
}
