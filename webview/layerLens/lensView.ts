import type { LensEvaluation } from "../../src/core/views/layerLensState";

/** What the user looks at; kept over reloads. */
export interface LensView {
  readonly modality: string | undefined;
  /** The evaluation, as {@link evaluationKey} names it; undefined follows the newest. */
  readonly evaluation: string | undefined;
  readonly hidden: readonly string[];
  /** The layer that is looked into. */
  readonly layer: string | undefined;
}

/** Reads back what was kept, as far as it makes sense. */
export function readLensView({ modality, evaluation, hidden, layer }: Readonly<Record<string, unknown>>): LensView {
  return {
    modality: typeof modality === "string" ? modality : undefined,
    evaluation: typeof evaluation === "string" ? evaluation : undefined,
    layer: typeof layer === "string" ? layer : undefined,
    hidden: Array.isArray(hidden) ? hidden.filter((id) => typeof id === "string") : [],
  };
}

/** Names an evaluation: the test of the best epoch has the step of the evaluation that found it. */
export function evaluationKey({ split, step }: LensEvaluation): string {
  return `${split}.${step}`;
}
