import type { JobState } from "../experiment/jobRecord";

/** What a status bar says of runs under way. */
export interface RunningSummary {
  /** Runs that train, are restarted, or whose features are extracted for them. */
  readonly running: number;
  readonly waiting: number;
  /** Share of the extraction under way that is done, 0 to 1. */
  readonly extracted?: number;
  /** Epochs of the run that is furthest behind. */
  readonly epoch?: { readonly done: number; readonly of: number };
  /** The best evaluation of any run under way. */
  readonly best?: { readonly metric: string; readonly value: number; readonly epoch: number };
}

/** Sums up lists of runs; `others`: runs under way that are on none of the lists. Undefined when nothing is under way. */
export function runningSummary(states: readonly JobState[], others = 0): RunningSummary | undefined {
  const active = states.filter(({ phase }) => phase !== "ended");
  if (active.length === 0 && others === 0) return undefined;
  const runs = active.flatMap((state) => state.runs);
  const running = runs.filter(({ state }) => state === "running" || state === "restarting");
  const extractions = active.flatMap((state) => state.extractions);
  const total = extractions.reduce((sum, extraction) => sum + extraction.total, 0);
  const done = extractions.reduce((sum, extraction) => sum + extraction.done, 0);
  const epochs = running.flatMap(({ epoch = 0, epochs: of }) => (of === undefined ? [] : [{ done: epoch, of }]));
  const [slowest] = epochs.toSorted((a, b) => a.done / a.of - b.done / b.of);
  const [best] = running
    .flatMap((run) => (run.best && Number.isFinite(run.best.value) ? [run.best] : []))
    .toSorted((a, b) => b.value - a.value);
  return {
    running: running.length + others,
    waiting: runs.filter(({ state }) => state === "waiting").length,
    ...(total > 0 && { extracted: done / total }),
    ...(slowest && { epoch: slowest }),
    ...(best && { best }),
  };
}
