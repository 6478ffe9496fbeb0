import type { PanelIntent } from "../../protocol/panelIntent";
import type { PanelKind } from "../../protocol/panelKind";
import type { ComparisonPanel } from "./comparisonPanel";
import { giveText, saveImage } from "./giveFile";
import { pickRuns } from "./pickRun";
import type { TextDocuments } from "./textDocuments";

export interface ComparisonActionContext {
  readonly documents: TextDocuments;
  readonly open: (kind: PanelKind, directory: string) => void;
}

/** Carries out what a user wants of the comparison. Runs in intents are looked up among those it shows. */
export async function actOnComparison(
  intent: PanelIntent,
  panel: ComparisonPanel,
  { documents, open }: ComparisonActionContext,
): Promise<void> {
  const { content } = panel;
  switch (intent.kind) {
    case "addRuns": {
      const chosen = await pickRuns(content.directories);
      if (chosen) panel.setRuns(chosen);
      return;
    }
    case "removeRun":
      panel.setRuns(content.directories.filter((directory) => directory !== intent.run));
      return;
    case "openRun":
      if (content.has(intent.run)) open(intent.panel, intent.run);
      return;
    case "giveText":
      await giveText(intent, fileName(intent.name), documents);
      return;
    case "saveSvg":
    case "savePng":
      await saveImage(intent, fileName(intent.chart));
      return;
    case "ready":
    case "openFile":
    case "openSettings":
    case "revealRun":
    case "openPanel":
    case "openCsv":
    case "exportCsv":
    case "copyCsv":
    case "runCommand":
    case "inspectLayer":
      return;
  }
}

function fileName(name: string): string {
  return `comparison.${name}`.replace(/[^\w.-]+/g, "-");
}
