import * as vscode from "vscode";
import type { PanelLabels } from "../../protocol/panelLabels";
import { englishLabels } from "../../protocol/panelLabels";

/** The texts of the panels in the language of the editor. */
export function localizedLabels(): PanelLabels {
  const translated = Object.entries(englishLabels).map(([name, text]) => [name, vscode.l10n.t(text)]);
  return Object.fromEntries(translated) as PanelLabels;
}
