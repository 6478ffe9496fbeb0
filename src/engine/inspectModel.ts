import type { ModelReport } from "../core/onnx/report/modelReport";
import { type ReportOptions, reportModel } from "../core/onnx/report/reportModel";
import { readModelFile } from "./models/readModelFile";

/**
 * What a model file holds and offers to tap; nothing is run and no weights are read.
 * @throws UserError when the file is missing or no ONNX model
 */
export async function inspectModel(path: string, options: ReportOptions = {}): Promise<ModelReport> {
  return reportModel(await readModelFile(path), options);
}
