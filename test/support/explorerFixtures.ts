import { OpBuilder } from "../../src/core/graph/opBuilder";
import type { Graph } from "../../src/core/graph/graph";
import { sizeOf } from "../../src/core/graph/tensor";
import { reportModel } from "../../src/core/onnx/report/reportModel";
import type { ModelReport } from "../../src/core/onnx/report/modelReport";
import type { ExplorerState, ExplorerUse } from "../../src/core/views/backbone/explorerState";
import { rowsNamed, valuePage, valueRows } from "../../src/core/views/backbone/valueRows";
import { VIT_B32, visionTransformer } from "../../src/engine/bench/visionTransformer";
import type { ExplorerIntent } from "../../src/protocol/explorerIntent";
import type { ExplorerMessage } from "../../src/protocol/explorerMessage";
import { englishLabels } from "../../src/protocol/panelLabels";

export { readExplorerIntent } from "../../src/protocol/explorerIntent";
export { readPanelIntent } from "../../src/protocol/panelIntent";
export { panelPage } from "./panelFixtures";

/** ViT-B/32 without its weights' bytes. */
export function visionTransformerGraph(size: typeof VIT_B32 | Record<keyof typeof VIT_B32, number> = VIT_B32): Graph {
  const g = new OpBuilder("vit");
  const pixels = g.input("pixels", "float32", [1, 3, size.imageSize, size.imageSize]);
  const { embedding } = visionTransformer(g, pixels, size, (name, shape) =>
    g.initializer(name, {
      dtype: "float32",
      shape,
      location: { path: "/vit.weights", offset: 0, length: 4 * sizeOf(shape) },
    }),
  );
  g.output("embedding", embedding);
  return g.build();
}

export function visionTransformerReport(): ModelReport {
  const model = { graph: visionTransformerGraph(), opset: 20, irVersion: 10, producer: "pytorch 2.13.0" };
  return reportModel(model, { values: true });
}

export const sampleUse: ExplorerUse = {
  experiment: "emoji.unipt.json",
  side: "image",
  taps: undefined,
  data: { items: 4_800, maskBytes: 0, dtype: "float16", sizes: {} },
};

/** What the host would show of a report. */
export function explorerState(report: ModelReport, uses: readonly ExplorerUse[]): ExplorerState {
  const rows = valueRows(report);
  const states = rowsNamed(
    rows,
    report.hiddenStates.map(({ value }) => value),
  );
  return { phase: "ready", file: "vit-b32.onnx", report: { ...report, values: [] }, states, uses };
}

export function stateMessage(state: ExplorerState): ExplorerMessage {
  return { kind: "state", labels: englishLabels, state };
}

/** What the host would answer to a question for values. */
export function valuesMessage(
  report: ModelReport,
  { request, ticked, ...query }: Extract<ExplorerIntent, { kind: "listValues" }>,
): ExplorerMessage {
  const rows = valueRows(report);
  return { kind: "values", request, page: valuePage(rows, query), ticked: rowsNamed(rows, ticked) };
}
