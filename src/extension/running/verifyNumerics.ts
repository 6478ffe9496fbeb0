import { basename } from "node:path";
import * as vscode from "vscode";
import { markdownTable } from "../../core/views/markdown";
import type { VerifiedCheck } from "../../protocol/engine";
import type { App } from "../app";
import { requireTrust } from "./requireTrust";
import type { Reports } from "./reports";

interface Source extends vscode.QuickPickItem {
  readonly folder: vscode.Uri | undefined;
}

/** Checks this build's numbers on this machine: against what the published code computed, and gradients against PyTorch's. */
export async function verifyNumerics(app: App, reports: Reports, resource: vscode.Uri | undefined): Promise<void> {
  requireTrust();
  const folder = resource ?? (await pickFolder(app));
  if (!folder) return;
  const title = vscode.l10n.t("Verifying numbers");
  const { checks } = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (_progress, token) => app.engine.ask((call) => call("verify", { directories: [folder.fsPath] }), token),
  );
  await reports.show(vscode.l10n.t("Verify Numerics"), verifyText(checks, basename(folder.fsPath)));
}

async function pickFolder({ context }: App): Promise<vscode.Uri | undefined> {
  const own = vscode.Uri.joinPath(context.extensionUri, "dist", "selfcheck");
  const items: readonly Source[] = [
    {
      label: vscode.l10n.t("This build’s own self-check"),
      description: vscode.l10n.t("a few seconds"),
      detail: vscode.l10n.t("Losses, optimizer, layers, metrics and gradients against numbers of the published code"),
      folder: own,
    },
    {
      label: vscode.l10n.t("Choose a folder …"),
      detail: vscode.l10n.t("Golden vectors (*.json) and models with reference outputs (*.onnx)"),
      folder: undefined,
    },
  ];
  const placeHolder = vscode.l10n.t("Choose what to verify against");
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  if (!picked || picked.folder) return picked?.folder;
  const options = { canSelectFolders: true, canSelectFiles: false, canSelectMany: false };
  return (await vscode.window.showOpenDialog({ ...options, openLabel: vscode.l10n.t("Verify") }))?.[0];
}

function verifyText(checks: readonly VerifiedCheck[], folder: string): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const rows = checks.map(({ label, passed, maxDifference, tolerance, detail }) => [
    passed ? vscode.l10n.t("passed") : vscode.l10n.t("failed"),
    label,
    Number.isFinite(maxDifference) ? maxDifference.toExponential(1) : "–",
    Number.isFinite(maxDifference) ? tolerance.toExponential(1) : "–",
    detail ?? "",
  ]);
  const heading = [
    vscode.l10n.t("Verdict"),
    vscode.l10n.t("Check"),
    vscode.l10n.t("Largest difference"),
    vscode.l10n.t("Allowed"),
    vscode.l10n.t("Remark"),
  ];
  return [
    `# ${vscode.l10n.t("Verify Numerics")}`,
    vscode.l10n.t("{0} passed, {1} failed ({2}).", checks.length - failed, failed, folder),
    markdownTable(heading, rows),
    "",
  ].join("\n\n");
}
