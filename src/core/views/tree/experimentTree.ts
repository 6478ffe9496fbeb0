import type { TreeIcon, TreeRow } from "./treeRow";
import type { RunSummary } from "../../experiment/runSummary";
import type { RunStanding } from "../dashboardState";
import { fill, formatter } from "../format";
import type { RunProgress } from "../runProgress";
import { estimateMetric, mainMetric, metricText } from "./mainMetric";
import type { RunFilter } from "./runFilter";
import { isFiltering, matchesFilter } from "./runFilter";
import type { TreeLabels } from "./treeLabels";

/** A run, as the store lists it. */
export interface TreeRun {
  readonly directory: string;
  readonly experiment: string;
  readonly variant: string;
  readonly seed: number;
  readonly attempt: number;
  readonly state: RunStanding;
  readonly summary?: RunSummary | undefined;
  readonly problem?: string;
}

/** An experiment file and its runs. */
export interface TreeExperiment {
  readonly id: string;
  readonly name: string;
  /** Tells it from others of the same name; shown when there are such. */
  readonly place?: string;
  /** Whether its file is there. */
  readonly hasFile: boolean;
  readonly runs: readonly TreeRun[];
  /** The runs that the file asks for. */
  readonly plans: readonly { readonly variant: string; readonly seed: number }[];
  readonly problems: readonly { readonly message: string }[];
  /** Dotted name of the metric that selects checkpoints. */
  readonly selector: string;
}

export interface TreeContext {
  readonly progress: (directory: string) => RunProgress | undefined;
  readonly checked: ReadonlySet<string>;
  readonly filter: RunFilter;
  readonly labels: TreeLabels;
  /** BCP 47 tag. */
  readonly locale: string;
}

/** A row of the tree of experiments, variants and runs. */
export interface TreeNode extends TreeRow {
  readonly kind: "experiment" | "variant" | "run";
  /** Whether the row is ticked; absent where there is nothing to tick. */
  readonly isChecked?: boolean;
  /** Whether it is open to begin with. */
  readonly isOpen: boolean;
  /** Directories of the runs at and below it. */
  readonly directories: readonly string[];
  readonly children: readonly TreeNode[];
}

/** More rows than these are not unfolded unasked. */
const maxOpenRuns = 12;

const icons: Readonly<Record<RunStanding, TreeIcon>> = {
  running: { name: "loading~spin", color: "charts.blue" },
  completed: { name: "pass", color: "testing.iconPassed" },
  "early-stopped": { name: "pass", color: "testing.iconPassed" },
  cancelled: { name: "stop-circle", color: "descriptionForeground" },
  failed: { name: "error", color: "testing.iconFailed" },
  interrupted: { name: "debug-disconnect", color: "list.warningForeground" },
  broken: { name: "warning", color: "list.warningForeground" },
};

/** An experiment's row with all below it; undefined when the filter hides it. */
export function experimentNode(experiment: TreeExperiment, context: TreeContext): TreeNode | undefined {
  const { id, name, place, hasFile, runs, plans, problems } = experiment;
  const { labels } = context;
  const children = variantsOf(experiment).flatMap((variant) => variantNode(experiment, variant, context) ?? []);
  if (children.length === 0 && isFiltering(context.filter)) return undefined;
  const running = runs.filter(({ state }) => state === "running").length;
  const [problem] = problems;
  const parts = [
    place,
    problem && problemText(problem.message, problems.length - 1, labels),
    hasFile ? undefined : labels.fileGone,
    running > 0 ? fill(labels.runsRunning, running) : undefined,
    runs.length > 0 ? countText(runs.length, labels) : undefined,
  ];
  const description = joined(parts);
  const flags = [hasFile ? "file" : "gone", problem ? "faulty" : "sound", runs.length > 0 ? "runs" : "empty"];
  return {
    kind: "experiment",
    id: `experiment:${id}`,
    label: name,
    description,
    icon: experimentIcon(problem !== undefined, hasFile),
    contextValue: ["experiment", ...flags].join("."),
    spoken: joined([fill(labels.experimentRow, name), description], ", "),
    isOpen: running > 0 || plans.length + runs.length <= maxOpenRuns * 2,
    directories: children.flatMap(({ directories }) => directories),
    children,
  };
}

function experimentIcon(isFaulty: boolean, hasFile: boolean): TreeIcon {
  if (isFaulty) return { name: "error", color: "list.errorForeground" };
  return hasFile ? { name: "beaker" } : { name: "archive", color: "descriptionForeground" };
}

/** Variants in the order of the file, then those that only runs have. */
function variantsOf({ plans, runs }: TreeExperiment): readonly string[] {
  const planned = plans.map(({ variant }) => variant);
  const others = runs.map(({ variant }) => variant).sort();
  return [...new Set([...planned, ...others])];
}

function variantNode(experiment: TreeExperiment, variant: string, context: TreeContext): TreeNode | undefined {
  const { labels, locale, filter } = context;
  const runs = experiment.runs
    .filter((run) => run.variant === variant)
    .toSorted((a, b) => a.seed - b.seed || a.attempt - b.attempt);
  const shown = runs.filter((run) => matchesFilter(run, filter, labels));
  if (shown.length === 0 && isFiltering(filter)) return undefined;
  const children = shown.map((run) => runNode(run, experiment.selector, context));
  const planned = experiment.plans.filter((plan) => plan.variant === variant).length;
  // A seed that was run several times counts once: its last finished attempt.
  const bySeed = new Map(runs.filter(isFinished).map((run) => [run.seed, run]));
  const values = [...bySeed.values()].flatMap(
    ({ summary }) => (summary && mainMetric(summary, experiment.selector)) ?? [],
  );
  const result = estimateMetric(values);
  const running = runs.filter(({ state }) => state === "running").length;
  const seeds =
    result && (planned > result.n ? fill(labels.seedCountOf, result.n, planned) : fill(labels.seedCount, result.n));
  const description = joined([
    result && metricText(result, labels, locale),
    seeds,
    running > 0 ? fill(labels.runsRunning, running) : undefined,
    runs.length === 0 ? labels.noRuns : undefined,
  ]);
  const canTrain = planned > 0 && experiment.hasFile && experiment.problems.length === 0;
  const flags = [runs.length > 0 ? "runs" : "empty", ...(canTrain ? ["planned"] : [])];
  const ticks = children.filter(({ isChecked }) => isChecked !== undefined);
  return {
    kind: "variant",
    id: `variant:${experiment.id}:${variant}`,
    label: variant,
    description,
    icon: running > 0 ? icons.running : { name: "settings" },
    contextValue: ["variant", ...flags].join("."),
    spoken: joined([fill(labels.variantRow, variant), description], ", "),
    ...(ticks.length > 0 && { isChecked: ticks.every(({ isChecked }) => isChecked) }),
    isOpen: running > 0 || (runs.length > 0 && runs.length <= maxOpenRuns),
    directories: children.flatMap(({ directories }) => directories),
    children,
  };
}

function isFinished({ state }: TreeRun): boolean {
  return state === "completed" || state === "early-stopped";
}

function runNode(run: TreeRun, selector: string, context: TreeContext): TreeNode {
  const { directory, seed, attempt, state } = run;
  const { labels, checked } = context;
  const label = attempt === 1 ? fill(labels.seed, seed) : fill(labels.seedAttempt, seed, attempt);
  const standing = labels[state];
  const figures = figuresOf(run, selector, context);
  // The icon tells the common states; the others are said as well.
  const isSaid = state !== "running" && state !== "completed";
  return {
    kind: "run",
    id: `run:${directory}`,
    label,
    description: joined([isSaid ? standing : undefined, ...figures]),
    icon: icons[state],
    contextValue: ["run", state, ...runFlags(run)].join("."),
    spoken: joined([run.variant, label, standing, ...figures], ", "),
    ...(state !== "broken" && { isChecked: checked.has(directory) }),
    isOpen: false,
    directories: [directory],
    children: [],
  };
}

function runFlags({ state, summary }: TreeRun): readonly string[] {
  const canResume = state === "interrupted" || state === "cancelled" || state === "failed";
  return [
    ...(canResume ? ["resumable"] : []),
    ...(summary?.best ? ["result"] : []),
    ...(state === "broken" || (summary && !summary.confidence) ? [] : ["layers"]),
  ];
}

function figuresOf(
  { directory, state, summary }: TreeRun,
  selector: string,
  { progress, labels, locale }: TreeContext,
): readonly (string | undefined)[] {
  if (summary) {
    const metric = mainMetric(summary, selector);
    const isCutShort = state === "cancelled" || state === "failed";
    return [
      isCutShort && summary.epoch > 0 ? fill(labels.epochOnly, summary.epoch) : undefined,
      metric && metricText(metric, labels, locale),
    ];
  }
  const now = progress(directory);
  if (!now) return [];
  return [progressText(now, state, labels, locale), now.latest && metricText(now.latest, labels, locale)];
}

/** What a run that has not ended is at. */
function progressText(
  { phase, extraction, epoch, epochs }: RunProgress,
  state: RunStanding,
  labels: TreeLabels,
  locale: string,
): string | undefined {
  if (epoch > 0) return epochs === undefined ? fill(labels.epochOnly, epoch) : fill(labels.epochOf, epoch, epochs);
  if (phase === "extract" && extraction && extraction.total > 0) {
    const share = formatter(locale).shortPercent(Math.floor((extraction.done / extraction.total) * 100) / 100);
    return fill(labels.extracting, extraction.modality, share);
  }
  return state === "running" ? labels.starting : undefined;
}

function countText(count: number, labels: TreeLabels): string {
  return count === 1 ? labels.oneRun : fill(labels.runs, count);
}

/** The row names the experiment; the name of its file before each problem would only take the room. */
function problemText(message: string, others: number, labels: TreeLabels): string {
  const first = message.replace(/^[^:"]*\.unipt\.json: /, "");
  return others > 0 ? fill(labels.moreProblems, first, others) : first;
}

function joined(parts: readonly (string | undefined)[], separator = " · "): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}
