import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import type { BackboneLabels } from "../../core/views/tree/backboneTree";
import { backboneRows, faultRow } from "../../core/views/tree/backboneTree";
import type { PlainRow } from "../../core/views/tree/treeRow";
import type { Engine } from "../jobs/engine";
import { findFiles } from "../workspace/findPlaces";
import { treeItem } from "./treeItem";

/** A model file, as commands get it. */
export interface BackboneItem {
  readonly kind: "file";
  readonly resource: vscode.Uri;
}

export interface BackboneFact {
  readonly kind: "fact";
  readonly row: PlainRow;
}

export type BackboneElement = BackboneItem | BackboneFact;

/** Model files of the workspace. What one holds is asked of the engine when its row is opened, and kept while the file stays the same. */
export class BackboneProvider implements vscode.TreeDataProvider<BackboneElement> {
  readonly #engine: Engine;
  readonly #labels: BackboneLabels;
  readonly #drawn = new vscode.EventEmitter<BackboneElement | undefined>();
  readonly onDidChangeTreeData = this.#drawn.event;
  readonly #reports = new Map<string, { readonly version: string; readonly rows: readonly PlainRow[] }>();
  #items = new Map<string, BackboneItem>();

  constructor(engine: Engine, labels: BackboneLabels) {
    this.#engine = engine;
    this.#labels = labels;
  }

  /** Looks for model files again; those whose content changed are asked about again when they are opened. */
  update(): void {
    this.#drawn.fire(undefined);
  }

  /** Forgets what is known of all files, and looks again. */
  refresh(): void {
    this.#reports.clear();
    this.update();
  }

  getTreeItem(element: BackboneElement): vscode.TreeItem {
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    if (element.kind === "fact") {
      const item = treeItem(element.row, None);
      if (element.row.hover !== undefined) item.tooltip = element.row.hover;
      return item;
    }
    const { resource } = element;
    const folder = vscode.workspace.asRelativePath(dirname(resource.fsPath));
    const label = basename(resource.fsPath);
    const row = {
      id: resource.toString(),
      label,
      description: folder === dirname(resource.fsPath) ? "" : folder,
      icon: { name: "type-hierarchy" },
      contextValue: "backbone",
      spoken: vscode.l10n.t("backbone {0} in {1}", label, folder),
    };
    const item = treeItem(row, Collapsed);
    item.tooltip = resource.fsPath;
    // Opening a model file runs a worker on it.
    if (vscode.workspace.isTrusted)
      item.command = { command: "unipt.inspectBackbone", title: "", arguments: [element] };
    return item;
  }

  async getChildren(element?: BackboneElement): Promise<BackboneElement[]> {
    if (element?.kind === "fact") return [];
    if (element) return (await this.#rows(element.resource)).map((row) => ({ kind: "fact", row }));
    const uris = await findFiles("**/*.onnx");
    // Until then nobody knows whether the view is empty.
    void vscode.commands.executeCommand("setContext", "unipt.isSearched", true);
    const sorted = uris.toSorted((a, b) => (a.fsPath < b.fsPath ? -1 : 1));
    this.#items = new Map(
      sorted.map((uri) => [uri.fsPath, this.#items.get(uri.fsPath) ?? { kind: "file", resource: uri }]),
    );
    return [...this.#items.values()];
  }

  dispose(): void {
    this.#drawn.dispose();
  }

  async #rows(uri: vscode.Uri): Promise<readonly PlainRow[]> {
    const id = uri.toString();
    if (!vscode.workspace.isTrusted) return [faultRow(id, vscode.l10n.t("Reading a model needs a trusted workspace."))];
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(uri);
      const version = `${mtime}:${size}`;
      const known = this.#reports.get(uri.fsPath);
      if (known?.version === version) return known.rows;
      const report = await this.#engine.ask((call) => call("inspect", { path: uri.fsPath }));
      const rows = backboneRows(id, report, this.#labels, vscode.env.language);
      this.#reports.set(uri.fsPath, { version, rows });
      return rows;
    } catch (error) {
      return [faultRow(id, error instanceof Error ? error.message : String(error))];
    }
  }
}
