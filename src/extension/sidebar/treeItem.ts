import * as vscode from "vscode";
import type { TreeIcon, TreeRow } from "../../core/views/tree/treeRow";

/** A row as the editor wants it. Its hover is left out, so that it is asked for when it is needed. */
export function treeItem(row: TreeRow, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(row.label, state);
  item.id = row.id;
  item.description = row.description;
  item.iconPath = themeIcon(row.icon);
  item.contextValue = row.contextValue;
  item.accessibilityInformation = { label: row.spoken };
  return item;
}

export function themeIcon({ name, color }: TreeIcon): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(name) : new vscode.ThemeIcon(name, new vscode.ThemeColor(color));
}
