import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { parseSeedList } from "../../core/experiment/seedList";
import type { RunPlan } from "../../core/experiment/runPlan";
import type { App } from "../app";
import { chooseExperiment, type SoundExperiment, titleOf } from "./chooseExperiment";
import { requireTrust } from "./requireTrust";

/**
 * Trains what an experiment file asks for: all variants, or the one that the user picks.
 * @param variants those to train, or `"all"`, where that is decided already
 */
export async function runExperiment(
  app: App,
  resource: vscode.Uri | undefined,
  variants?: readonly string[] | "all",
): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  const plans = experiment && (await wantedPlans(experiment, variants));
  if (plans) await startPlans(app, experiment, plans);
}

/** The same with other seeds than those of the file. */
export async function runWithSeeds(
  app: App,
  resource: vscode.Uri | undefined,
  variants?: readonly string[] | "all",
): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  const plans = experiment && (await wantedPlans(experiment, variants));
  if (!plans) return;
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t("Run with Seeds"),
    prompt: vscode.l10n.t("How many seeds, or the seeds themselves: “5”, “0, 3, 7” or “0-9”"),
    value: [...new Set(plans.map(({ seed }) => seed))].join(", "),
    ignoreFocusOut: true,
    validateInput: (value) => messageOf(() => parseSeedList(value)),
  });
  if (text === undefined) return;
  const seeds = parseSeedList(text);
  const firsts = [...new Map(plans.map((plan) => [plan.variant, plan])).values()];
  const seeded = firsts.flatMap((plan) =>
    seeds.map((seed) => ({ ...plan, seed, config: { ...plan.config, seeds: [seed] } })),
  );
  await startPlans(app, experiment, seeded);
}

async function startPlans(app: App, experiment: SoundExperiment, plans: readonly RunPlan[]): Promise<void> {
  const directory = await app.jobs.start({
    title: titleOf(experiment, plans.length),
    folder: vscode.Uri.file(experiment.folder),
    runs: plans.map((plan) => ({ plan })),
  });
  // What was just started is what its user wants to see.
  if (directory !== undefined) (await app.panels()).open("runDashboard", directory);
}

/**
 * Runs of the variants that are named, or that the user picks.
 * @throws UserError when the file has none of the variants any more
 */
async function wantedPlans(
  { name, plans }: SoundExperiment,
  variants: readonly string[] | "all" | undefined,
): Promise<readonly RunPlan[] | undefined> {
  if (variants === undefined) return pickVariant(plans);
  const wanted = plans.filter(({ variant }) => variants === "all" || variants.includes(variant));
  if (wanted.length > 0 || variants === "all") return wanted;
  throw new UserError(
    vscode.l10n.t("{0} has no variant “{1}” any more; choose one of those in its file.", name, variants.join("”, “")),
  );
}

async function pickVariant(plans: readonly RunPlan[]): Promise<readonly RunPlan[] | undefined> {
  const variants = [...new Set(plans.map(({ variant }) => variant))];
  if (variants.length < 2) return plans;
  const item = (label: string, picked: readonly RunPlan[]): vscode.QuickPickItem & { plans: readonly RunPlan[] } => ({
    label,
    description: picked.length === 1 ? vscode.l10n.t("1 run") : vscode.l10n.t("{0} runs", picked.length),
    plans: picked,
  });
  const items = [
    item(vscode.l10n.t("All variants"), plans),
    ...variants.map((name) =>
      item(
        name,
        plans.filter(({ variant }) => variant === name),
      ),
    ),
  ];
  const placeHolder = vscode.l10n.t("Choose what to train");
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.plans;
}

function messageOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
