import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { explorerViewType } from "./registerExplorer";

/** More model files than can be chosen from are not looked for. */
const maxFiles = 500;

/** Shows a model file in the backbone explorer; without one, the user chooses among those of the workspace. */
export async function openExplorer(model?: vscode.Uri): Promise<void> {
  const chosen = model ?? activeModel() ?? (await pickModel());
  if (chosen) await vscode.commands.executeCommand("vscode.openWith", chosen, explorerViewType);
}

function activeModel(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const hasUri = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
  return hasUri && input.uri.path.endsWith(".onnx") ? input.uri : undefined;
}

async function pickModel(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles("**/*.onnx", "**/node_modules/**", maxFiles);
  if (files.length === 0)
    throw new UserError(vscode.l10n.t("The workspace holds no .onnx file; copy a backbone into it first."));
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const title = vscode.l10n.t("Inspect Backbone");
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.uri;
}
