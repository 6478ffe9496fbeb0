import type { ExperimentConfig } from "../../experiment/experimentConfig";
import type { RunManifest } from "../../experiment/runManifest";
import type { RunPlan } from "../../experiment/runPlan";
import type { RunSummary } from "../../experiment/runSummary";
import { findCollapse } from "../confidenceCollapse";
import type { Formatter } from "../format";
import { fill, formatter } from "../format";
import { metricLabel } from "../metricGroups";
import type { RunProgress } from "../runProgress";
import type { SettingFact } from "../settingFacts";
import { settingsOf } from "../settingFacts";
import type { TreeRun } from "./experimentTree";
import { mainMetric, spreadText } from "./mainMetric";
import type { TreeLabels } from "./treeLabels";

/** A line of a hover; its texts are plain, whatever they look like. */
export interface HoverRow {
  readonly name: string;
  readonly values: readonly string[];
}

export interface HoverSource {
  readonly run: TreeRun & { readonly pid?: number | undefined };
  readonly manifest: RunManifest | undefined;
  readonly progress: RunProgress | undefined;
  /** What the experiment file asks for now; empty where it is gone. */
  readonly plans: readonly RunPlan[];
  readonly labels: TreeLabels;
  /** BCP 47 tag. */
  readonly locale: string;
}

/** More settings than these are only counted. */
const maxSettings = 8;

/** What is worth knowing of a run at a glance, in rows; those that have nothing to say are left out. */
export function runHover(source: HoverSource): readonly HoverRow[] {
  const { run, manifest, progress, plans, labels, locale } = source;
  const { summary } = run;
  const format = formatter(locale);
  const state = [labels[run.state], summary?.error?.message ?? run.problem].filter((text) => text !== undefined);
  const started = manifest?.createdAt ?? summary?.startedAt;
  const rows: readonly (HoverRow | undefined)[] = [
    row(labels.state, state.join(": ")),
    row(labels.metric, ...results(source)),
    row(labels.settings, ...settingTexts(differingSettings(manifest?.config, plans), labels)),
    row(labels.changedSettings, ...settingTexts(changedSettings(manifest?.config, run, plans, labels), labels)),
    row(labels.device, ...deviceTexts(summary, progress, labels)),
    row(labels.memory, ...memoryTexts(summary, progress, labels, format)),
    row(labels.time, ...timeTexts(summary, labels, format)),
    summary && row(labels.parameters, format.integer(summary.trainableParams)),
    ...confidenceRows(summary, labels, format),
    started ? row(labels.started, dateText(started, locale)) : undefined,
    run.state === "running" && run.pid !== undefined ? row(labels.process, String(run.pid)) : undefined,
    row(labels.directory, run.directory),
  ];
  return rows.filter((each) => each !== undefined);
}

function row(name: string, ...values: readonly (string | undefined)[]): HoverRow | undefined {
  const texts = values.filter((value) => value !== undefined && value !== "");
  return texts.length === 0 ? undefined : { name, values: texts as readonly string[] };
}

function results({ run, manifest, progress, labels, locale }: HoverSource): readonly string[] {
  const { summary } = run;
  const main = summary && mainMetric(summary, manifest?.config.training.selectBy ?? "rSum");
  const best = summary?.best;
  const latest = summary ? undefined : progress?.latest;
  const text = (split: "train" | "val" | "test", metric: string, value: number, epoch: number): string =>
    fill(labels.metricOf, labels[split], metricLabel(metric), spreadText(value, undefined, locale), epoch);
  return [
    ...(main ? [text(main.split, main.metric, main.value, main.epoch)] : []),
    ...(best && main?.split === "test" && Number.isFinite(best.value)
      ? [fill(labels.bestOf, text("val", best.metric, best.value, best.epoch))]
      : []),
    ...(latest ? [text(latest.split, latest.metric, latest.value, latest.epoch)] : []),
  ];
}

/** Settings of a run that are not the same in all variants of the file. */
export function differingSettings(
  config: ExperimentConfig | undefined,
  plans: readonly RunPlan[],
): readonly SettingFact[] {
  if (config === undefined) return [];
  const variants = onePerVariant(plans).map((plan) => new Map(factsOf(plan.config)));
  if (variants.length < 2) return [];
  return settingsOf(config).filter(({ path }) => {
    const [first, ...others] = variants.map((facts) => facts.get(path));
    return others.some((value) => value !== first);
  });
}

/** Settings that the file has changed since the run was made, with what it has now. */
function changedSettings(
  config: ExperimentConfig | undefined,
  { variant }: TreeRun,
  plans: readonly RunPlan[],
  labels: TreeLabels,
): readonly SettingFact[] {
  const plan = plans.find((each) => each.variant === variant);
  if (config === undefined || plan === undefined) return [];
  const now = new Map(factsOf(plan.config));
  const own = new Map(factsOf(config));
  return [...new Set([...own.keys(), ...now.keys()])]
    .filter((path) => own.get(path) !== now.get(path) && !["device", "threads"].includes(path))
    .map((path) => ({ path, value: fill(labels.settingNow, own.get(path) ?? "–", now.get(path) ?? "–") }));
}

function factsOf(config: ExperimentConfig): readonly (readonly [string, string])[] {
  return settingsOf(config).map(({ path, value }) => [path, value]);
}

function onePerVariant(plans: readonly RunPlan[]): readonly RunPlan[] {
  return [...new Map(plans.map((plan) => [plan.variant, plan])).values()];
}

function settingTexts(facts: readonly SettingFact[], labels: TreeLabels): readonly string[] {
  const texts = facts.slice(0, maxSettings).map(({ path, value }) => `${path} = ${value.replaceAll("\n", ", ")}`);
  return facts.length > maxSettings ? [...texts, fill(labels.moreSettings, facts.length - maxSettings)] : texts;
}

function deviceTexts(
  summary: RunSummary | undefined,
  progress: RunProgress | undefined,
  labels: TreeLabels,
): readonly string[] {
  if (summary) return [summary.device, ...summary.fallbacks];
  const { name, wanted, fallbacks } = progress?.device ?? {};
  if (name === undefined || wanted === undefined) return [];
  return [wanted === name ? name : fill(labels.deviceWanted, name, wanted), ...(fallbacks ?? [])];
}

function memoryTexts(
  summary: RunSummary | undefined,
  progress: RunProgress | undefined,
  labels: TreeLabels,
  format: Formatter,
): readonly string[] {
  const { peakRssBytes, peakDeviceBytes, predictedMemory } = summary ?? {};
  const text = (label: string, bytes: number | undefined): readonly string[] =>
    bytes === undefined ? [] : [fill(label, format.bytes(bytes))];
  return [
    ...text(labels.memoryPeak, peakRssBytes),
    ...text(labels.memoryDevice, peakDeviceBytes ?? (summary ? undefined : progress?.deviceBytes)),
    ...text(labels.memoryNow, summary ? undefined : progress?.rssBytes),
    ...text(labels.memoryPredicted, predictedMemory?.peakBytes),
  ];
}

function timeTexts(summary: RunSummary | undefined, labels: TreeLabels, format: Formatter): readonly string[] {
  const names = {
    extract: labels.extract,
    statistics: labels.statistics,
    train: labels.trainPhase,
    evaluate: labels.evaluate,
  };
  const spent = Object.entries(summary?.secondsByPhase ?? {}) as (readonly [keyof typeof names, number])[];
  const texts = spent
    .filter(([, seconds]) => seconds > 0)
    .map(([phase, seconds]) => fill(labels.timePhase, names[phase], format.duration(seconds)));
  return texts.length === 0 ? [] : [texts.join(" · ")];
}

function confidenceRows(
  summary: RunSummary | undefined,
  labels: TreeLabels,
  format: Formatter,
): readonly (HoverRow | undefined)[] {
  const { split, byModality = {} } = summary?.confidence ?? {};
  return Object.entries(byModality).map(([modality, layers]) => {
    const shares = layers.map(({ layer, mean }) => `${shortName(layer)} ${format.percent(mean)}`).join(" · ");
    const collapse = findCollapse(layers.map(({ mean }) => mean));
    const place = split === undefined ? modality : `${modality}, ${labels[split]}`;
    return row(
      fill(labels.confidence, place),
      shares,
      collapse && fill(labels.collapsed, format.percent(collapse.share)),
      labels.confidenceNote,
    );
  });
}

/** The last two parts of a value's path: enough to tell the layers of one backbone apart. */
function shortName(layer: string): string {
  return layer.split("/").slice(-2).join("/");
}

function dateText(iso: string, locale: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : date.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}
