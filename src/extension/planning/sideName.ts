import * as vscode from "vscode";
import type { SideName } from "../../core/experiment/sides";
import { englishLabels } from "../../protocol/panelLabels";

/** What a side of an experiment is called in the language of the editor. */
export function sideName(side: SideName): string {
  const { imageSide: image, videoSide: video, textSide: text, jointSide: joint } = englishLabels;
  return vscode.l10n.t({ image, video, text, joint }[side]);
}
