import type * as vscode from "vscode";
import type { App } from "../app";
import { chooseExperiment } from "../running/chooseExperiment";
import type { Reports } from "../running/reports";
import { requireTrust } from "../running/requireTrust";
import { askForecast } from "./askForecast";
import { forecastText, forecastTitle } from "./forecastText";

/** Shows what each variant of an experiment will need, before anything is trained. */
export async function estimateMemory(app: App, reports: Reports, resource: vscode.Uri | undefined): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  if (!experiment) return;
  const forecast = await askForecast(app, experiment.plans, experiment.folder);
  await reports.show(forecastTitle(), forecastText(experiment.name, experiment.plans, forecast));
}
