import { splitNames } from "../experiment/eventNames";
import type { Phase, RunError, Split } from "../experiment/runEvent";
import type { RunManifest } from "../experiment/runManifest";
import type { RunSummary } from "../experiment/runSummary";
import type { MemoryLedger } from "./memoryLedger";
import { memoryLedger } from "./memoryLedger";
import { remainingSeconds } from "./remainingTime";
import type { PhaseSpan, RunHistory } from "./runHistory";
import type { NoteContent, RunNote } from "./runNote";
import { collapseNotes } from "./runNote";
import type { ManifestFacts } from "./settingFacts";
import { manifestFacts } from "./settingFacts";

/** How a run stands, as the store lists it. */
export type RunStanding = RunSummary["outcome"] | "running" | "interrupted" | "broken";

/** What is known of a run beside its events. */
export interface RunContext {
  /** Name of the run directory. */
  readonly name: string;
  readonly directory: string;
  readonly standing: RunStanding;
  /** What is wrong with a run that is broken, or that cannot be followed, in a sentence. */
  readonly problem?: string | undefined;
  readonly manifest?: RunManifest | undefined;
  readonly summary?: RunSummary | undefined;
  /** Share of the event log that has been read, while that takes time. */
  readonly readShare?: number | undefined;
  /** Lines of the log that could not be read. */
  readonly damagedLines: number;
}

/** A value of the metric that selects checkpoints. */
export interface SelectedValue {
  readonly value: number;
  readonly epoch: number;
  readonly step: number;
}

/** The head of the dashboard. Figures that do not exist (yet) are absent, and no figure is NaN: those are in the tables. */
export interface RunHead {
  readonly name: string;
  readonly directory: string;
  readonly experiment?: string;
  readonly variant?: string;
  readonly seed?: number;
  readonly standing: RunStanding;
  readonly problem?: string;
  readonly error?: RunError;
  readonly readShare?: number;
  readonly damagedLines: number;
  readonly createdAt?: string;
  /** Running time, without pauses. */
  readonly seconds: number;
  readonly step: number;
  readonly totalSteps?: number;
  readonly epoch: number;
  readonly epochs?: number;
  readonly phase?: Phase;
  readonly extraction?: { readonly modality: string; readonly done: number; readonly total: number };
  readonly remainingSeconds?: number;
  readonly samplesPerSecond?: number;
  readonly device?: string;
  readonly wantedDevice?: string;
  readonly fallbacks: readonly string[];
  readonly trainableParams?: number;
  readonly selector: string;
  readonly best?: SelectedValue;
  /** The selecting metric on the test split, of the best checkpoint. */
  readonly test?: SelectedValue;
  readonly hasConfidence: boolean;
  readonly resumes: number;
}

/** What the run dashboard shows, apart from its tables. */
export interface DashboardState {
  readonly head: RunHead;
  readonly phases: readonly PhaseSpan[];
  readonly ledger?: MemoryLedger;
  readonly notes: readonly RunNote[];
  /** What the user must not miss: a loss that is no number, a confidence that has collapsed. */
  readonly alerts: readonly NoteContent[];
  /** Items of the data set that were skipped; only the first have a note each. */
  readonly skippedItems: number;
  readonly facts?: ManifestFacts;
}

/** Notes that are sent at most; the newest. */
const maxNotes = 500;

/** Everything the run dashboard shows beside the tables of `history`. */
export function dashboardState(history: RunHistory, context: RunContext): DashboardState {
  const { manifest, summary } = context;
  const predicted = history.plan?.predictedMemory ?? summary?.predictedMemory;
  const ledger = memoryLedger(history.tables.memory, predicted, summary);
  return {
    head: runHead(history, context),
    phases: history.phases,
    ...(ledger && { ledger }),
    notes: history.notes.slice(-maxNotes),
    alerts: alertsOf(history),
    skippedItems: history.skippedItems,
    ...(manifest && { facts: manifestFacts(manifest) }),
  };
}

function alertsOf({ notes, confidences }: RunHistory): readonly NoteContent[] {
  const newest = confidences.at(-1);
  const collapsed = newest ? collapseNotes(newest.byModality, newest.step) : [];
  return [...notes.filter(({ code }) => code === "nonFiniteLoss").slice(-1), ...collapsed];
}

function runHead(history: RunHistory, context: RunContext): RunHead {
  const { manifest, summary, standing } = context;
  const { started, plan, device, extraction } = history;
  const { steps } = history.tables;
  const identity = manifest ?? started ?? summary;
  const phase = standing === "running" ? currentPhase(history.phases) : undefined;
  const selector = selectorOf(manifest);
  const pace = Math.max(20, (plan?.stepsPerEpoch ?? 0) * (manifest?.config.training.evaluateEveryEpochs ?? 1));
  return withoutGaps<RunHead>({
    name: context.name,
    directory: context.directory,
    experiment: identity?.experiment,
    variant: identity?.variant,
    seed: identity?.seed,
    standing,
    problem: context.problem,
    error: summary?.error,
    readShare: context.readShare,
    damagedLines: context.damagedLines,
    createdAt: manifest?.createdAt,
    seconds: history.seconds,
    step: finite(steps.last("step")) ?? summary?.step ?? 0,
    totalSteps: plan?.totalSteps,
    epoch: finite(Math.ceil(steps.last("epoch"))) ?? summary?.epoch ?? 0,
    epochs: plan?.epochs ?? manifest?.config.training.epochs,
    phase,
    extraction: phase === "extract" ? extraction : undefined,
    remainingSeconds:
      standing === "running" && plan && phase !== "extract"
        ? remainingSeconds(steps, plan.totalSteps, pace)
        : undefined,
    samplesPerSecond: finite(recentMean(steps.column("samplesPerSecond"))),
    device: device?.device ?? summary?.device,
    wantedDevice: device?.wanted,
    fallbacks: device?.fallbacks ?? summary?.fallbacks ?? [],
    trainableParams: plan?.trainableParams ?? summary?.trainableParams,
    selector,
    best: selected(history, selector, "val"),
    test: selected(history, selector, "test"),
    hasConfidence: history.confidences.length > 0,
    resumes: summary?.resumes ?? history.notes.filter(({ code }) => code === "resumed").length,
  });
}

/** The metric that selects the checkpoint of a run; the tasks' default where the settings cannot be read. */
export function selectorOf(manifest: RunManifest | undefined): string {
  return manifest?.config.training.selectBy ?? "rSum";
}

function currentPhase(phases: readonly PhaseSpan[]): Phase | undefined {
  const last = phases.at(-1);
  return last?.end === undefined ? last?.phase : undefined;
}

/** The newest best value of a split. */
function selected({ tables }: RunHistory, selector: string, split: Split): SelectedValue | undefined {
  const { evaluations } = tables;
  for (let row = evaluations.rowCount - 1; row >= 0; row--) {
    const value = finite(evaluations.at(selector, row));
    const isIt = evaluations.at("isBest", row) === 1 && splitNames[evaluations.at("split", row)] === split;
    if (isIt && value !== undefined)
      return { value, epoch: Math.ceil(evaluations.at("epoch", row)), step: evaluations.at("step", row) };
  }
  return undefined;
}

/** Mean of the last values, which single slow steps would otherwise make jump. */
function recentMean(values: Float64Array): number {
  const recent = values.subarray(-20);
  return recent.reduce((sum, value) => sum + value, 0) / recent.length;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

type Loose<T> = { [K in keyof T]: T[K] | undefined };

/** Leaves out what is undefined: absent and undefined are told apart when states are compared. */
function withoutGaps<T extends object>(value: Loose<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}
