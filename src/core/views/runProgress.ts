import { metricAt } from "../experiment/metricAt";
import type { Phase, RunEvent, Split } from "../experiment/runEvent";

/** How far a run is, in few figures: what a list shows of it while it lasts. */
export interface RunProgress {
  readonly phase?: Phase;
  /** Items of the extraction under way. */
  readonly extraction?: { readonly modality: string; readonly done: number; readonly total: number };
  /** Updates done so far, and the epoch they belong to; 0 before the first. */
  readonly step: number;
  readonly epoch: number;
  readonly totalSteps?: number;
  readonly epochs?: number;
  /** Newest value of the metric that selects checkpoints. */
  readonly latest?: MetricValue;
  /** The device that really runs, what was asked for, and why better ones were passed over. */
  readonly device?: { readonly name: string; readonly wanted: string; readonly fallbacks: readonly string[] };
  /** Newest measurement of the process that trains. */
  readonly rssBytes?: number;
  readonly deviceBytes?: number;
  readonly samplesPerSecond?: number;
}

/** A value of a metric, and where it comes from. */
export interface MetricValue {
  /** Dotted name. */
  readonly metric: string;
  readonly split: Split;
  readonly value: number;
  readonly epoch: number;
}

export const noProgress: RunProgress = { step: 0, epoch: 0 };

/**
 * The progress after one more event.
 * @param selector dotted name of the metric that picks the best checkpoint
 */
export function advance(progress: RunProgress, event: RunEvent, selector: string): RunProgress {
  switch (event.type) {
    case "deviceChosen": {
      const { device: name, wanted, fallbacks } = event;
      return { ...progress, device: { name, wanted, fallbacks } };
    }
    case "phaseStarted":
      return { ...progress, phase: event.phase };
    case "extractionProgress": {
      const { modality, done, total } = event;
      return { ...progress, extraction: { modality, done, total } };
    }
    case "trainingPlanned":
      return { ...progress, epochs: event.epochs, totalSteps: event.totalSteps };
    case "stepEnd":
      return { ...progress, step: event.step, epoch: event.epoch, samplesPerSecond: event.samplesPerSecond };
    case "evaluationEnd": {
      const value = metricAt(event.metrics, selector);
      if (value === undefined || event.split === "train") return progress;
      return { ...progress, latest: { metric: selector, split: event.split, value, epoch: event.epoch } };
    }
    case "epochEnd":
      return { ...progress, step: event.step, epoch: event.epoch };
    case "memorySampled": {
      const { rssBytes, deviceBytes } = event;
      return { ...progress, rssBytes, ...(deviceBytes !== undefined && { deviceBytes }) };
    }
    case "runStarted":
    case "phaseEnded":
    case "checkpointSaved":
    case "warning":
    case "itemSkipped":
    case "runEnded":
    case "runFailed":
      return progress;
  }
}
