import type { Split } from "../experiment/runEvent";
import { confidenceQuantiles } from "../experiment/eventNames";
import { findCollapse, normalizedEntropy } from "./confidenceCollapse";
import type { RunManifest } from "../experiment/runManifest";
import type { RunStanding } from "./dashboardState";
import { selectorOf } from "./dashboardState";
import type { ConfidenceSnapshot } from "./runHistory";

/** One evaluation of the history of the layer confidence. */
export interface LensEvaluation {
  readonly step: number;
  readonly epoch: number;
  readonly split: Split;
}

/** Confidence of the layers of one modality over all evaluations; E evaluations, L layers. */
export interface ModalityLens {
  readonly modality: string;
  /** Names of the hidden states, low to high. */
  readonly layers: readonly string[];
  /** Evaluations that have this modality. */
  readonly evaluations: readonly LensEvaluation[];
  /** Mean over the samples of the split, [E, L]. */
  readonly means: Float64Array;
  /** Standard deviation over samples, [E, L]. */
  readonly deviations: Float64Array;
  /** At {@link confidenceQuantiles}, [E, L, 5]. */
  readonly quantiles: Float64Array;
  /** Entropy of the mean confidence relative to the uniform one, [E]. */
  readonly entropies: Float64Array;
  /** Set while the newest evaluation gives one layer (nearly) everything. */
  readonly collapse?: { readonly layer: number; readonly share: number };
}

export interface LayerLensState {
  readonly name: string;
  readonly directory: string;
  readonly standing: RunStanding;
  readonly problem?: string;
  /** Dotted name of the metric that selects checkpoints. */
  readonly selector: string;
  readonly modalities: readonly ModalityLens[];
}

/** Of more evaluations than this, evenly spaced ones are shown; the first, the newest and those of other splits stay. */
export const maxLensEvaluations = 240;

/** What the layer lens shows, from the confidences of a run's evaluations. */
export function layerLensState(
  confidences: readonly ConfidenceSnapshot[],
  run: Pick<LayerLensState, "name" | "directory" | "standing"> & {
    readonly problem?: string | undefined;
    readonly manifest?: RunManifest | undefined;
  },
): LayerLensState {
  const { name, directory, standing, problem, manifest } = run;
  const selector = selectorOf(manifest);
  const names = [...new Set(confidences.flatMap(({ byModality }) => Object.keys(byModality)))];
  const modalities = names.map((modality) => modalityLens(modality, confidences));
  return { name, directory, standing, ...(problem !== undefined && { problem }), selector, modalities };
}

function modalityLens(modality: string, confidences: readonly ConfidenceSnapshot[]): ModalityLens {
  const having = confidences.filter(({ byModality }) => (byModality[modality] ?? []).length > 0);
  // A run that was resumed with other taps would break the axis: the newest names what the layers are.
  const layers = (having.at(-1)?.byModality[modality] ?? []).map(({ layer }) => layer);
  const same = having.filter(({ byModality }) => {
    const names = byModality[modality] ?? [];
    return names.length === layers.length && names.every(({ layer }, l) => layer === layers[l]);
  });
  const shown = spread(same);
  const rows = shown.map(({ byModality }) => byModality[modality] ?? []); // [E, L]
  const newest = rows.at(-1)?.map(({ mean }) => mean) ?? [];
  const collapse = findCollapse(newest);
  return {
    modality,
    layers,
    evaluations: shown.map(({ step, epoch, split }) => ({ step, epoch, split })),
    means: Float64Array.from(rows.flatMap((row) => row.map(({ mean }) => mean))), // [E, L]
    deviations: Float64Array.from(rows.flatMap((row) => row.map(({ standardDeviation }) => standardDeviation))), // [E, L]
    quantiles: Float64Array.from(rows.flatMap((row) => row.flatMap(({ quantiles }) => padded(quantiles)))), // [E, L, 5]
    entropies: Float64Array.from(rows, (row) => normalizedEntropy(row.map(({ mean }) => mean))), // [E]
    ...(collapse && { collapse }),
  };
}

function padded(quantiles: readonly number[]): readonly number[] {
  return confidenceQuantiles.map((_, i) => quantiles[i] ?? Number.NaN);
}

function spread(snapshots: readonly ConfidenceSnapshot[]): readonly ConfidenceSnapshot[] {
  if (snapshots.length <= maxLensEvaluations) return snapshots;
  const stride = (snapshots.length - 1) / (maxLensEvaluations - 1);
  const chosen = new Set(Array.from({ length: maxLensEvaluations }, (_, i) => Math.round(i * stride)));
  return snapshots.filter(({ split }, i) => chosen.has(i) || split !== "val");
}
