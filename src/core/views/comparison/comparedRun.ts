import type { Split } from "../../experiment/runEvent";
import { splitNames } from "../../experiment/eventNames";
import { flattenMetrics } from "../../experiment/flattenMetrics";
import type { ConfidenceByModality } from "../../experiment/layerConfidence";
import type { RunManifest } from "../../experiment/runManifest";
import type { RunContext, RunStanding } from "../dashboardState";
import { dashboardState } from "../dashboardState";
import type { RunHistory } from "../runHistory";
import { placeColumns } from "../metricGroups";
import { manifestFacts } from "../settingFacts";

/** Layer confidence of a run: means over the samples of a split, low to high. */
export interface ComparedConfidence {
  readonly split: Split;
  readonly byModality: Readonly<Record<string, readonly { readonly layer: string; readonly mean: number }[]>>;
}

/** What a comparison needs to know of a run. Figures that do not exist (yet) are absent. */
export interface ComparedRun {
  /** Its directory; tells runs apart and is looked up, never opened, when it comes from a page. */
  readonly id: string;
  /** Name of the directory. */
  readonly name: string;
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  /** 1 for the first run of this variant and seed. */
  readonly attempt: number;
  readonly standing: RunStanding;
  readonly problem?: string;
  /** Share of the training that is done, while it runs. */
  readonly progress?: number;
  /** Settings by dotted path, as an experiment file spells them. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the run was made with beside its settings: versions, the device that really ran. */
  readonly circumstances: Readonly<Record<string, string>>;
  /** Equal for runs that differ in nothing but their seed. */
  readonly likeness: string;
  /** Dotted name of the metric that selects checkpoints. */
  readonly selector: string;
  /** Metrics of the best checkpoint so far by split and dotted name. */
  readonly results: { readonly [S in Split]?: Readonly<Record<string, number>> };
  readonly trainableParams?: number;
  /** Highest resident memory that was seen while training, measured. */
  readonly trainingBytes?: number;
  /** Highest memory held on the device, measured. */
  readonly deviceBytes?: number;
  /** Predicted peak of the step graph. */
  readonly predictedBytes?: number;
  /** Running time without pauses. */
  readonly seconds: number;
  readonly epoch: number;
  readonly confidence?: ComparedConfidence;
}

/** What a run's name says where its settings cannot be read. */
export type RunIdentity = Pick<ComparedRun, "experiment" | "variant" | "seed" | "attempt">;

/** @param identity what the name of the run directory says */
export function comparedRun(history: RunHistory, context: RunContext, identity: RunIdentity): ComparedRun {
  const { manifest, summary, standing, problem } = context;
  const { head, ledger } = dashboardState(history, context);
  const training = ledger?.measuredByPhase.find(({ phase }) => phase === "train")?.bytes;
  const isUnderWay = standing === "running" && head.totalSteps !== undefined && head.totalSteps > 0;
  const confidence = confidenceOf(history, summary?.confidence);
  const params = head.trainableParams;
  const predicted = ledger?.predicted?.peakBytes;
  return {
    id: context.directory,
    name: context.name,
    ...identity,
    standing,
    ...(problem !== undefined && { problem }),
    ...(isUnderWay && { progress: head.step / (head.totalSteps ?? 1) }),
    settings: settingsOf(manifest),
    circumstances: { ...manifest?.versions, ...(head.device !== undefined && { device: head.device }) },
    likeness: likenessOf(identity, manifest),
    selector: head.selector,
    results: { ...resultsOf(history), ...flattened(summary?.metrics ?? {}) },
    ...(params !== undefined && { trainableParams: params }),
    ...(training !== undefined && { trainingBytes: training }),
    ...(ledger?.deviceBytes !== undefined && { deviceBytes: ledger.deviceBytes }),
    ...(predicted !== undefined && { predictedBytes: predicted }),
    seconds: head.seconds,
    epoch: head.epoch,
    ...(confidence && { confidence }),
  };
}

function settingsOf(manifest: RunManifest | undefined): Readonly<Record<string, string>> {
  if (!manifest) return {};
  return Object.fromEntries(manifestFacts(manifest).settings.map(({ path, value }) => [path, value]));
}

/** Seeds of one group must have been trained with the same settings, on the same files; versions may differ. */
function likenessOf({ experiment, variant, attempt, seed }: RunIdentity, manifest: RunManifest | undefined): string {
  const name = `${experiment}.${variant}`;
  if (!manifest) return `${name}.seed${seed}.${attempt}`;
  const files = Object.entries(manifest.files).map(([role, { sha256 }]) => [role, sha256]);
  return `${name}.${hashOf(JSON.stringify([settingsOf(manifest), files]))}`;
}

/** 64 bits of the text by two FNV-1a hashes with different starts: short enough to be kept as a choice. */
function hashOf(text: string): string {
  const halves = [0x811c9dc5, 0x9747b28c].map((start) => {
    let hash = start;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  });
  return halves.join("");
}

/** Of the best evaluation of each split so far. */
function resultsOf({ tables: { evaluations } }: RunHistory): ComparedRun["results"] {
  const metrics = evaluations.columnNames.filter((name) => !placeColumns.has(name));
  const bySplit: { [S in Split]?: Record<string, number> } = {};
  for (let row = 0; row < evaluations.rowCount; row++) {
    const split = splitNames[evaluations.at("split", row)];
    if (split === undefined || evaluations.at("isBest", row) !== 1) continue;
    const values = metrics.map((name) => [name, evaluations.at(name, row)] as const);
    bySplit[split] = Object.fromEntries(values.filter(([, value]) => Number.isFinite(value)));
  }
  return bySplit;
}

function flattened(metrics: NonNullable<RunContext["summary"]>["metrics"]): ComparedRun["results"] {
  const entries = Object.entries(metrics).map(([split, values]) => [split, flattenMetrics(values)]);
  return Object.fromEntries(entries) as ComparedRun["results"];
}

/** Of the best checkpoint once the run has ended, else of the newest evaluation. */
function confidenceOf(
  { confidences }: RunHistory,
  final: { readonly split: Split; readonly byModality: ConfidenceByModality } | undefined,
): ComparedConfidence | undefined {
  const shown = final ?? confidences.at(-1);
  if (!shown) return undefined;
  const byModality = Object.entries(shown.byModality).map(([modality, layers]) => [
    modality,
    layers.map(({ layer, mean }) => ({ layer, mean })),
  ]);
  return { split: shown.split, byModality: Object.fromEntries(byModality) as ComparedConfidence["byModality"] };
}
