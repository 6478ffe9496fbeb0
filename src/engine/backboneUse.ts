import { resolveTaps } from "../core/onnx/resolveTaps";
import type { BackboneUseReply, BackboneUseRequest } from "../protocol/engine";
import { describeSource } from "./features/extractionPlan";
import { OrtExecutor } from "./ort/ortExecutor";
import { extractionRequest } from "./training/extraction";
import { readTaskData } from "./tasks/taskData";

/**
 * What the data of an experiment ask of one of its backbones: how many items there are, and of what size the model gets them.
 * Nothing is run.
 * @throws UserError when files are missing or do not fit together
 */
export async function backboneUse(request: BackboneUseRequest): Promise<BackboneUseReply> {
  const { config, modality, baseDirectory } = request;
  const data = await readTaskData(config, baseDirectory);
  const executor = new OrtExecutor({ device: "cpu" });
  const { backbone, taps, source } = await extractionRequest({ ...request, data, executor }, modality);
  const tapped = resolveTaps(backbone.graph, taps, backbone.path);
  const inputs = describeSource(source, backbone, tapped);
  return {
    items: source.count,
    taps: tapped,
    inputShapes: inputs.shapes(1),
    maskBytes: (inputs.mask?.length ?? 0) * Float32Array.BYTES_PER_ELEMENT,
  };
}
