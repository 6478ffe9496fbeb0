import { dirname } from "node:path";
import { parseExperimentOrThrow } from "../../core/experiment/parseExperiment";
import type { ModelReport } from "../../core/onnx/report/modelReport";
import type { UseData } from "../../core/views/backbone/explorerState";
import { axisSizes } from "../../core/views/backbone/explorerState";
import { cacheDirectoryOf } from "../../jobs/placement";
import type { EngineSession } from "../jobs/engine";
import type { ExperimentUse } from "./experimentUses";

/** What the data of an experiment ask of the model, worked out by a worker. @throws UserError when they cannot be read */
export async function readUseData(
  call: EngineSession["call"],
  { file, side, text }: ExperimentUse,
  report: Pick<ModelReport, "inputs" | "axes">,
): Promise<UseData> {
  const { config } = parseExperimentOrThrow(text, file.fsPath);
  const baseDirectory = dirname(file.fsPath);
  const place = { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory) };
  const { items, inputShapes, maskBytes } = await call("backboneUse", { ...place, config, modality: side });
  return { items, maskBytes, dtype: config.features.dtype, sizes: axisSizes(report, inputShapes) };
}
