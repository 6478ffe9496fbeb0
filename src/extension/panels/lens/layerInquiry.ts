import { resolve } from "node:path";
import * as vscode from "vscode";
import type { RetrievalEntry } from "../../../core/datasets/retrievalResults";
import type { RunManifest } from "../../../core/experiment/runManifest";
import type { LayerDistribution } from "../../../core/views/lens/layerDetail";
import { type SideName, sideNames, sideOf } from "../../../core/experiment/sides";
import type { DescribedSample, LayerMessage } from "../../../protocol/panelMessage";

import { nodeFileSystem } from "../../../store/nodeFileSystem";
import type { Engine } from "../../jobs/engine";
import { sampleConfidence } from "./sampleConfidence";

export interface InquiryOptions {
  readonly directory: string;
  readonly manifest: RunManifest | undefined;
  readonly engine: Engine;
  /** Where the page may load an image of the data set from; undefined for any other file. */
  readonly imageSource: (path: string) => string | undefined;
  readonly post: (message: LayerMessage) => void;
}

/** Answers what there is to know about one layer: what the run directory holds at once, then what a worker looks up. */
export async function inquireLayer(modality: string, layer: string, options: InquiryOptions): Promise<void> {
  const { directory, manifest, post } = options;
  const about = { kind: "layer", modality, layer } as const;
  const side = sideNames.find((name) => name === modality);
  const distribution = await sampleConfidence(nodeFileSystem, directory, modality, layer);
  const known = { ...about, ...(distribution && { distribution }) };
  if (side === undefined || !manifest || !vscode.workspace.isTrusted) {
    const remark = vscode.l10n.t("Shapes and samples are looked up in trusted workspaces only.");
    post({ ...known, isLookingUp: false, ...(!vscode.workspace.isTrusted && { remark }) });
    return;
  }
  post({ ...known, isLookingUp: true });
  try {
    post({ ...known, ...(await lookUp(side, layer, distribution, manifest, options)), isLookingUp: false });
  } catch (error) {
    post({ ...known, isLookingUp: false, remark: error instanceof Error ? error.message : String(error) });
  }
}

async function lookUp(
  side: SideName,
  layer: string,
  distribution: LayerDistribution | undefined,
  { config, baseDirectory }: RunManifest,
  { directory, engine, imageSource }: InquiryOptions,
): Promise<Pick<LayerMessage, "shape" | "samples" | "remark">> {
  return engine.ask(async (call) => {
    const model = resolve(baseDirectory, sideOf(config, side).backbone.model);
    const report = await call("inspect", { path: model, values: true });
    const state = report.hiddenStates.find(({ value }) => value === layer);
    const value = state ?? report.values?.find(({ name }) => name === layer);
    const shape = value && { shape: shapeText(value.shape, value.itemShape) };
    if (!distribution) return { ...shape };
    const { split, sampleCount: count, top } = distribution;
    const rows = top.map(({ row }) => row);
    const { entries, isChanged } = await call("samples", {
      runDirectory: directory,
      split,
      modality: side,
      rows,
      count,
    });
    if (isChanged)
      return {
        ...shape,
        remark: vscode.l10n.t("The data set is not what it was for this run, so samples have no names."),
      };
    return { ...shape, samples: entries.map((entry) => describe(entry, imageSource)) };
  });
}

/** "N × 24 × 48 × 48 (24 × 48 × 48 for each item)": free axes by name. */
function shapeText(shape: readonly (number | string)[], item: readonly number[] | undefined): string {
  const whole = shape.join(" × ");
  return item ? vscode.l10n.t("{0} ({1} for each item)", whole, item.join(" × ")) : whole;
}

function describe(entry: RetrievalEntry, imageSource: InquiryOptions["imageSource"]): DescribedSample {
  const { id, path } = entry.side === "image" ? entry : entry.image;
  const image = imageSource(path);
  const texts = entry.side === "image" ? entry.captions : [entry.text];
  return { name: id, texts, ...(image !== undefined && { image }) };
}
