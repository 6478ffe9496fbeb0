import * as vscode from "vscode";
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
  const all = experiment?.plans ?? [];
  const plans =
    variants === undefined
      ? await pickVariant(all)
      : all.filter(({ variant }) => variants === "all" || variants.includes(variant));
  if (experiment && plans) await startPlans(app, experiment, plans);
}

/** The same with other seeds than those of the file. */
export async function runWithSeeds(app: App, resource: vscode.Uri | undefined): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  const plans = experiment && (await pickVariant(experiment.plans));
  if (!experiment || !plans) return;
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

/** Variants that a lens in the editor names; undefined where the command came without. */
export function namedVariants(argument: unknown): readonly string[] | "all" | undefined {
  if (typeof argument !== "object" || argument === null || !("variants" in argument)) return undefined;
  const { variants } = argument;
  if (variants === "all") return variants;
  return Array.isArray(variants) ? variants.filter((name) => typeof name === "string") : undefined;
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
