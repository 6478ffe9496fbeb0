import * as vscode from "vscode";

/**
 * The files or run directories that a command is called on: menus pass a `Uri` or a tree's item (which has a `resource`, or
 * where it stands for several, `resources`), and the whole selection as second argument; the palette passes nothing.
 */
export function resourcesOf(first: unknown, selection?: unknown): readonly vscode.Uri[] {
  const all: readonly unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : [first];
  return all.flatMap(resourcesOfItem);
}

/** The file of the experiment that a command is called on: a tree's row belongs to one, else the first resource. */
export function experimentFileOf(first: unknown): vscode.Uri | undefined {
  const isRow = typeof first === "object" && first !== null && "experimentFile" in first;
  return isRow && first.experimentFile instanceof vscode.Uri ? first.experimentFile : resourcesOf(first)[0];
}

function resourcesOfItem(item: unknown): readonly vscode.Uri[] {
  if (item instanceof vscode.Uri) return [item];
  if (typeof item !== "object" || item === null) return [];
  if ("resource" in item && item.resource instanceof vscode.Uri) return [item.resource];
  if (!("resources" in item) || !Array.isArray(item.resources)) return [];
  return item.resources.filter((resource) => resource instanceof vscode.Uri);
}
