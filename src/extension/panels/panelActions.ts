import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { csv } from "../../core/views/csv";
import type { PanelIntent, RunCommand } from "../../protocol/panelIntent";
import type { PanelKind } from "../../protocol/panelKind";
import { runFiles } from "../../store/runDirectory";
import type { TextDocuments } from "./textDocuments";
import { giveText, saveImage } from "./giveFile";
import type { RunPanel } from "./runPanel";

export interface ActionContext {
  readonly documents: TextDocuments;
  readonly open: (kind: PanelKind, directory: string) => void;
  /** The file of the experiment that a run belongs to. */
  readonly experimentOf: (directory: string) => vscode.Uri | undefined;
}

/** Carries out what a user wants of a panel. Names in intents are looked up in the run; unknown ones are passed over. */
export async function act(intent: PanelIntent, panel: RunPanel, context: ActionContext): Promise<void> {
  const { directory } = panel.feed;
  const { documents, open } = context;
  switch (intent.kind) {
    case "ready":
      return;
    case "openFile":
      await openRunFile(panel, intent.role);
      return;
    case "openSettings":
      await vscode.window.showTextDocument(vscode.Uri.file(join(directory, runFiles.manifest)));
      return;
    case "revealRun":
      await reveal(vscode.Uri.file(directory));
      return;
    case "openPanel":
      open(intent.panel, directory);
      return;
    case "openCsv":
    case "exportCsv":
    case "copyCsv": {
      const table = panel.content.table(intent.chart);
      const how = ({ openCsv: "open", exportCsv: "save", copyCsv: "copy" } as const)[intent.kind];
      const name = panel.fileName(intent.chart, "");
      if (table) await giveText({ format: "csv", how, text: csv(table) }, name, documents);
      return;
    }
    case "saveSvg":
    case "savePng":
      await saveImage(intent, panel.fileName(intent.chart, ""));
      return;
    case "giveText":
      await giveText(intent, panel.fileName(intent.name, ""), documents);
      return;
    case "runCommand":
      await runCommand(intent.command, directory, context);
      return;
    case "inspectLayer":
    case "addRuns":
    case "removeRun":
    case "openRun":
      return;
  }
}

/** Commands about a run take its directory; an ablation, which asks what single layers are worth, the file of its experiment. */
async function runCommand(command: RunCommand, directory: string, { experimentOf }: ActionContext): Promise<void> {
  const isOfExperiment = command === "launchAblation";
  const resource = isOfExperiment ? experimentOf(directory) : vscode.Uri.file(directory);
  const choice = isOfExperiment ? { axes: ["leave-one-layer-out"] } : undefined;
  if (resource) await vscode.commands.executeCommand(`unipt.${command}`, { resource }, choice);
  else
    await vscode.window.showWarningMessage(vscode.l10n.t("The experiment file of this run is not in the workspace."));
}

async function openRunFile(panel: RunPanel, role: string): Promise<void> {
  const { manifest } = panel.feed.context;
  const file = manifest && Object.hasOwn(manifest.files, role) ? manifest.files[role] : undefined;
  if (!manifest || !file) return;
  const uri = vscode.Uri.file(isAbsolute(file.path) ? file.path : join(manifest.baseDirectory, file.path));
  try {
    await vscode.workspace.fs.stat(uri);
    await vscode.commands.executeCommand("vscode.open", uri);
  } catch {
    await vscode.window.showWarningMessage(vscode.l10n.t("{0} is not there any more.", uri.fsPath));
  }
}

/** In the explorer where the folder belongs to the workspace, else in the system's own. */
async function reveal(uri: vscode.Uri): Promise<void> {
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(isInside ? "revealInExplorer" : "revealFileInOS", uri);
}
