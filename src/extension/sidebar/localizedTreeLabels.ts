import * as vscode from "vscode";
import type { TreeLabels } from "../../core/views/tree/treeLabels";
import { englishTreeLabels } from "../../core/views/tree/treeLabels";

/** The texts of the trees in the language of the editor. */
export function localizedTreeLabels(): TreeLabels {
  const translated = Object.entries(englishTreeLabels).map(([name, text]) => [name, vscode.l10n.t(text)]);
  return Object.fromEntries(translated) as TreeLabels;
}
