import * as vscode from "vscode";

/**
 * The files or run directories that a command is called on: menus pass a `Uri` or a tree's item (which has a `resource`), and
 * the whole selection as second argument; the palette passes nothing.
 */
export function resourcesOf(first: unknown, selection?: unknown): readonly vscode.Uri[] {
  const all: readonly unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [first];
  return all.flatMap((item) => resourceOf(item) ?? []);
}

function resourceOf(item: unknown): vscode.Uri | undefined {
  if (item instanceof vscode.Uri) return item;
  if (typeof item !== "object" || item === null || !("resource" in item)) return undefined;
  return item.resource instanceof vscode.Uri ? item.resource : undefined;
}
