import * as vscode from "vscode";
import { isExperiment } from "./experimentDocument";

/** Help with editing experiment files; loaded when the first one is open. Only reads, so it works in untrusted workspaces too. */
export function registerEditing(context: vscode.ExtensionContext): void {
  let isLoaded = false;
  const load = async (): Promise<void> => {
    if (isLoaded) return;
    isLoaded = true;
    const { startEditing } = await import("./startEditing");
    context.subscriptions.push(startEditing());
  };
  const look = (document: vscode.TextDocument): void => {
    if (isExperiment(document)) void load();
  };
  context.subscriptions.push(vscode.workspace.onDidOpenTextDocument(look));
  vscode.workspace.textDocuments.forEach(look);
}
