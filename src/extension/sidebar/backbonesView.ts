import * as vscode from "vscode";
import type { BackboneLabels } from "../../core/views/tree/backboneTree";
import { englishBackboneLabels } from "../../core/views/tree/backboneTree";
import type { Engine } from "../jobs/engine";
import { Pacer } from "../panels/pacer";
import { BackboneProvider } from "./backboneProvider";

/** Shortest time between two searches for model files. */
const searchIntervalMs = 1_000;

export interface BackbonesView {
  dispose(): void;
  /** Looks again for model files, and into them. */
  refresh(): void;
}

/** The view of model files; searches when it is first shown, and after that when files come or go. */
export function createBackbonesView(engine: Engine): BackbonesView {
  const provider = new BackboneProvider(engine, localizedBackboneLabels());
  const view = vscode.window.createTreeView("unipt.backbones", { treeDataProvider: provider, showCollapseAll: true });
  const searches = new Pacer(() => provider.update(), searchIntervalMs);
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.onnx");
  const search = (): void => searches.ask();
  const disposables = [
    provider,
    view,
    searches,
    watcher,
    watcher.onDidCreate(search),
    watcher.onDidChange(search),
    watcher.onDidDelete(search),
    vscode.workspace.onDidChangeWorkspaceFolders(search),
    vscode.workspace.onDidGrantWorkspaceTrust(search),
  ];
  return {
    refresh: () => provider.refresh(),
    dispose: () => disposables.forEach((disposable) => void disposable.dispose()),
  };
}

function localizedBackboneLabels(): BackboneLabels {
  const translated = Object.entries(englishBackboneLabels).map(([name, text]) => [name, vscode.l10n.t(text)]);
  return Object.fromEntries(translated) as BackboneLabels;
}
