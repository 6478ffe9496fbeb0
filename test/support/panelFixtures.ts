import { DashboardContent } from "../../src/extension/panels/dashboardContent";
import { ComparisonContent } from "../../src/extension/panels/comparisonContent";
import { LensContent } from "../../src/extension/panels/lensContent";
import { panelHtml } from "../../src/extension/panels/panelHtml";
import type { PanelContent } from "../../src/extension/panels/panelContent";
import { RunFeed } from "../../src/extension/panels/runFeed";
import type { PanelKind } from "../../src/protocol/panelKind";
import { englishLabels } from "../../src/protocol/panelLabels";
import { nodeFileSystem } from "../../src/store/nodeFileSystem";
import { systemProcesses } from "../../src/store/processIdentity";

export { layerDistribution } from "../../src/core/views/lens/layerDetail";
export { readPanelIntent } from "../../src/protocol/panelIntent";
export { sampleRun, writeSampleRun } from "./sampleRun";

/** What the extension would show of a run directory in a panel. */
export async function panelContent(kind: PanelKind, directory: string): Promise<PanelContent> {
  const options = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
  const feed = new RunFeed(directory, options, () => undefined);
  await feed.refresh();
  return kind === "runDashboard" ? new DashboardContent(feed, englishLabels) : new LensContent(feed, englishLabels);
}

/** What the extension would show of run directories in the comparison. */
export async function comparisonContent(directories: readonly string[]): Promise<ComparisonContent> {
  const options = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
  const content = new ComparisonContent(englishLabels, options, () => undefined);
  content.setRuns(directories);
  await content.refresh(true, () => true);
  return content;
}

/** The page of a panel as the editor would load it, with files served from `origin`. */
export function panelPage(kind: string, origin: string): string {
  return panelHtml({
    title: kind,
    language: "en",
    cspSource: origin,
    nonce: "cGFuZWwtcGFnZS10ZXN0",
    script: `${origin}/${kind}.js`,
    styles: [`${origin}/shared.css`, `${origin}/${kind}.css`],
  });
}
