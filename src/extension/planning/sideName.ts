import * as vscode from "vscode";
import type { Side } from "../../core/experiment/ablation/axis";
import { englishLabels } from "../../protocol/panelLabels";

/** What a side of an experiment is called in the language of the editor. */
export function sideName(side: Side): string {
  return vscode.l10n.t(side === "image" ? englishLabels.imageSide : englishLabels.textSide);
}
