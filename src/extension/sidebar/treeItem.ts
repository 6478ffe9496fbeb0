import * as vscode from "vscode";
import type { TreeIcon } from "../../core/views/tree/experimentTree";

/** What every row of the sidebar has. */
export interface Row {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly icon: TreeIcon;
  readonly contextValue: string;
  /** What a screen reader says. */
  readonly spoken: string;
}

/** A row as the editor wants it. Its hover is left out, so that it is asked for when it is needed. */
export function treeItem(row: Row, state: vscode.TreeItemCollapsibleState): vscode.TreeItem {
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
