import * as vscode from "vscode";
import type { Forecast } from "../../core/experiment/forecast";
import type { RunPlan } from "../../core/experiment/runPlan";
import { forecastRequest } from "../../jobs/forecastRequest";
import { cacheDirectoryOf } from "../../jobs/placement";
import type { App } from "../app";

/** Has a worker find out what runs will take, with a progress that can be cancelled. @throws CancellationError */
export async function askForecast(app: App, plans: readonly RunPlan[], baseDirectory: string): Promise<Forecast> {
  if (plans.length === 0) return { features: [], variants: [] };
  const request = forecastRequest(plans, { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory) });
  const title = vscode.l10n.t("Estimating time, memory and disk …");
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => app.engine.ask((call) => call("forecast", request), token),
  );
}
