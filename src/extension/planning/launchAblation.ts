import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import * as vscode from "vscode";
import { type AblationBase, ablationBase } from "../../core/experiment/ablation/ablationBase";
import type { TappedStates } from "../../core/experiment/ablation/axis";
import { type SideName, sideOf } from "../../core/experiment/sides";
import { tappedStates, untappedSides } from "../../core/experiment/ablation/tappedStates";
import { budgetOf } from "../../core/experiment/forecast";
import { coreCount, runsDirectoryOf } from "../../jobs/placement";
import { resumableRuns } from "../../jobs/resumableRuns";
import type { App } from "../app";
import { chooseExperiment, type SoundExperiment } from "../running/chooseExperiment";
import { requireTrust } from "../running/requireTrust";
import { runWizard } from "../wizard/runWizard";
import { type AblationAnswers, ablationSteps, planOf } from "./ablationSteps";
import { askForecast } from "./askForecast";
import { budgetSentences } from "./forecastText";

/** Axes that whoever calls the command suggests. */
export function namedAxes(argument: unknown): readonly string[] {
  if (typeof argument !== "object" || argument === null || !("axes" in argument)) return [];
  return Array.isArray(argument.axes) ? argument.axes.filter((name) => typeof name === "string") : [];
}

/**
 * Asks what to vary, tells what that will take, and starts what is not finished yet.
 * @param suggested names of axes that are ticked to begin with
 */
export async function launchAblation(
  app: App,
  resource: vscode.Uri | undefined,
  suggested: readonly string[] = [],
): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  const base = experiment && (await chooseBase(experiment));
  if (!experiment || !base) return;
  const states = await findStates(app, base, experiment.folder);
  const title = vscode.l10n.t("Ablation of {0}", base.config.name);
  const start: AblationAnswers = { axes: [], values: {}, isGrid: false, seeds: base.config.seeds };
  const answers = await runWizard(title, ablationSteps(base, states, suggested), start);
  if (!answers) return;
  const plan = planOf(base, states, answers);
  const runs = await resumableRuns(plan.plans, runsDirectoryOf(experiment.folder));
  const pending = runs.filter((run) => run.kind !== "finished");
  if (pending.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("All {0} runs of this ablation are finished; compare them in the sidebar.", runs.length),
    );
    return;
  }
  const plans = pending.map((run) => run.plan);
  const forecast = await askForecast(app, plans, experiment.folder);
  const variants = plans.map(({ variant }) => variant);
  const isWanted = await confirm(title, [
    vscode.l10n.t(
      "{0} of {1} runs to train, of {2} cells: {3}",
      pending.length,
      runs.length,
      plan.cells.length,
      names(plan.cells),
    ),
    ...budgetSentences(budgetOf(forecast, variants, coreCount())),
    ...plan.notes.map((note) => vscode.l10n.t("Left out: {0}", note)),
  ]);
  if (!isWanted) return;
  await app.jobs.start({
    title: vscode.l10n.t("{0}: ablation of {1} runs", base.config.name, pending.length),
    folder: vscode.Uri.file(experiment.folder),
    runs: pending.map((run) => ({ plan: run.plan, ...(run.kind === "resume" && { resume: run.directory }) })),
  });
}

/** What the cells differ from: the file's settings, or one of its variants. */
async function chooseBase({ path }: SoundExperiment): Promise<AblationBase | undefined> {
  const text = await readFile(path, "utf8");
  const file = basename(path);
  const base = ablationBase(text, file);
  if (base.variants.length === 0) return base;
  const items = [
    {
      label: vscode.l10n.t("The file's settings"),
      description: vscode.l10n.t("runs as “{0}”", base.name),
      variant: undefined,
    },
    ...base.variants
      .filter(({ name }) => name !== base.name)
      .map(({ name }) => ({ label: name, description: vscode.l10n.t("variant"), variant: name })),
  ];
  if (items.length === 1) return base;
  const title = vscode.l10n.t("Ablation of {0}", base.config.name);
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t("What the ablation starts from"),
    ignoreFocusOut: true,
  });
  return picked && (picked.variant === undefined ? base : ablationBase(text, file, picked.variant));
}

/** The tapped hidden states; the models are looked at only where the file does not list them. */
async function findStates(app: App, { config }: AblationBase, folder: string): Promise<TappedStates> {
  const open = untappedSides(config);
  if (open.length === 0) return tappedStates(config);
  const title = vscode.l10n.t("Looking for the backbones' hidden states …");
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const found: Partial<Record<SideName, readonly string[]>> = {};
      for (const side of open) {
        const path = resolve(folder, sideOf(config, side).backbone.model);
        const { hiddenStates } = await app.engine.ask((call) => call("inspect", { path }), token);
        found[side] = hiddenStates.map(({ value }) => value);
      }
      return tappedStates(config, found);
    },
  );
}

async function confirm(title: string, lines: readonly string[]): Promise<boolean> {
  const start = vscode.l10n.t("Start");
  const detail = lines.join("\n");
  return (await vscode.window.showInformationMessage(title, { modal: true, detail }, start)) === start;
}

const shownNames = 12;

function names(cells: readonly { readonly name: string }[]): string {
  const shown = cells.slice(0, shownNames).map(({ name }) => name);
  return `${shown.join(", ")}${cells.length > shownNames ? ", …" : ""}`;
}
