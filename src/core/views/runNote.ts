import { flattenMetrics } from "../experiment/flattenMetrics";
import type { RunEvent } from "../experiment/runEvent";
import type { ConfidenceByModality } from "../experiment/layerConfidence";
import { findCollapse } from "./confidenceCollapse";

export type NoteLevel = "info" | "warning" | "error";

/** What an entry of the event list says; each has a text of its own in the labels. */
export type NoteCode =
  | "started"
  | "resumed"
  | "device"
  | "fallback"
  | "phaseEnded"
  | "best"
  | "warning"
  | "itemSkipped"
  | "nonFiniteLoss"
  | "collapse"
  | "completed"
  | "cancelled"
  | "early-stopped"
  | "failed";

/** An entry of a run's event list, in codes and values, so that the view can say it in the user's language. */
export interface RunNote {
  readonly level: NoteLevel;
  readonly code: NoteCode;
  /** Fill the places of the text. */
  readonly values: readonly (string | number)[];
  /** Seconds of running time since the start. */
  readonly seconds: number;
  readonly step?: number;
}

export type NoteContent = Omit<RunNote, "seconds">;

/** What a note can depend on beside its event. */
export interface NoteContext {
  /** Dotted name of the metric that picks the best checkpoint. */
  readonly selector: string;
  /** Layer confidence of the evaluation before. */
  readonly lastConfidence: ConfidenceByModality | undefined;
}

/** What the event list shows of an event; most events are no news. */
export function notesOf(event: RunEvent, context: NoteContext): readonly NoteContent[] {
  switch (event.type) {
    case "runStarted": {
      const { experiment, variant, seed, resumedFromStep: step } = event;
      if (step === undefined) return [info("started", [experiment, variant, seed])];
      return [info("resumed", [step], step)];
    }
    case "deviceChosen":
      return [
        ...event.fallbacks.map((reason) => ({ level: "warning", code: "fallback", values: [reason] }) as const),
        info("device", [event.device, event.wanted]),
      ];
    case "phaseEnded":
      // Training and evaluation take turns; their times are in the charts.
      if (event.phase === "train" || event.phase === "evaluate") return [];
      return [info("phaseEnded", [event.phase, event.seconds])];
    case "evaluationEnd":
      return evaluationNotes(event, context);
    case "warning":
      return [{ level: "warning", code: "warning", values: [event.message] }];
    case "itemSkipped":
      return [{ level: "warning", code: "itemSkipped", values: [event.item, event.reason] }];
    case "runEnded":
      return [info(event.outcome, [event.epoch, event.seconds], event.step)];
    case "runFailed":
      return [{ level: "error", code: "failed", values: [event.error.message] }];
    case "phaseStarted":
    case "extractionProgress":
    case "trainingPlanned":
    case "stepEnd":
    case "epochEnd":
    case "checkpointSaved":
    case "memorySampled":
      return [];
  }
}

function evaluationNotes(
  { split, step, epoch, isBest, metrics, confidence = {} }: Extract<RunEvent, { type: "evaluationEnd" }>,
  { selector, lastConfidence = {} }: NoteContext,
): readonly NoteContent[] {
  const value = flattenMetrics(metrics)[selector];
  const best = isBest && split === "val" && value !== undefined ? [info("best", [epoch, selector, value], step)] : [];
  const earlier = new Set(collapseNotes(lastConfidence, step).map(({ values }) => values[0]));
  const collapses = collapseNotes(confidence, step).filter(({ values }) => !earlier.has(values[0]));
  return [...best, ...collapses];
}

/** A warning for each modality in which one layer takes all: its name, the layer's, and the share. */
export function collapseNotes(confidence: ConfidenceByModality, step: number): readonly NoteContent[] {
  return Object.entries(confidence).flatMap(([modality, layers]): readonly NoteContent[] => {
    const collapse = findCollapse(layers.map(({ mean }) => mean));
    const layer = collapse && layers[collapse.layer]?.layer;
    if (collapse === undefined || layer === undefined) return [];
    return [{ level: "warning", code: "collapse", values: [modality, layer, collapse.share], step }];
  });
}

function info(code: NoteCode, values: readonly (string | number)[], step?: number): NoteContent {
  return { level: "info", code, values, ...(step !== undefined && { step }) };
}
