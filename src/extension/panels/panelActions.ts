import { isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import { csv } from "../../core/views/csv";
import type { PanelIntent } from "../../protocol/panelIntent";
import type { PanelKind } from "../../protocol/panelKind";
import { runFiles } from "../../store/runDirectory";
import type { CsvDocuments } from "./csvDocuments";
import type { RunPanel } from "./runPanel";

export interface ActionContext {
  readonly documents: CsvDocuments;
  readonly open: (kind: PanelKind, directory: string) => void;
}

/** Carries out what a user wants of a panel. Names in intents are looked up in the run; unknown ones are passed over. */
export async function act(intent: PanelIntent, panel: RunPanel, { documents, open }: ActionContext): Promise<void> {
  const { directory } = panel.feed;
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
      if (table) await giveCsv(intent, csv(table), panel, documents);
      return;
    }
    case "saveSvg":
      await save(panel.fileName(intent.chart, ".svg"), Buffer.from(intent.svg), "SVG", "svg");
      return;
    case "savePng":
      await save(panel.fileName(intent.chart, ".png"), Buffer.from(intent.base64, "base64"), "PNG", "png");
      return;
  }
}

async function giveCsv(
  { kind, chart }: Extract<PanelIntent, { kind: "openCsv" | "exportCsv" | "copyCsv" }>,
  text: string,
  panel: RunPanel,
  documents: CsvDocuments,
): Promise<void> {
  const name = panel.fileName(chart, ".csv");
  if (kind === "openCsv") await documents.show(name, text);
  else if (kind === "exportCsv") await save(name, Buffer.from(text), "CSV", "csv");
  else {
    await vscode.env.clipboard.writeText(text);
    vscode.window.setStatusBarMessage(vscode.l10n.t("The data of the chart are on the clipboard."), 3_000);
  }
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

async function save(name: string, bytes: Uint8Array, filter: string, extension: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: { [filter]: [extension] },
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (target) await vscode.workspace.fs.writeFile(target, bytes);
}
