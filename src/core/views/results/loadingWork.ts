import type { RunEvent, Split } from "../../experiment/runEvent";

/** What a run that is being opened for browsing is at. */
export type LoadingWork =
  | { readonly kind: "start" }
  /** Features that the cache lacks are extracted. */
  | { readonly kind: "extract"; readonly modality: string; readonly done: number; readonly total: number }
  | { readonly kind: "embed"; readonly split: Split; readonly done: number; readonly total: number };

/** The work after an event; events that say nothing about it leave it. */
export function workAfter(work: LoadingWork, event: RunEvent): LoadingWork {
  if (event.type === "extractionProgress") {
    const { modality, done, total } = event;
    return { kind: "extract", modality, done, total };
  }
  if (event.type === "phaseStarted" && event.phase === "evaluate" && event.split !== undefined)
    return { kind: "embed", split: event.split, done: 0, total: 0 };
  return work;
}
