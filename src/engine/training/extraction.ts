import { resolve } from "node:path";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { RunEvent } from "../../core/experiment/runEvent";
import { besideHiddenStates, type SideName, sideOf } from "../../core/experiment/sides";
import { type Extraction, extractFeatures } from "../features/extractFeatures";
import type { ExtractionRequest } from "../features/extractionPlan";
import { FeatureCache } from "../features/featureCache";
import { readModelFile } from "../models/readModelFile";
import type { OrtExecutor } from "../ort/ortExecutor";
import type { TaskData } from "../tasks/taskData";

export interface ExtractionContext {
  readonly config: ExperimentConfig;
  readonly data: TaskData;
  readonly executor: OrtExecutor;
  readonly baseDirectory: string;
  readonly cacheDirectory: string;
}

/**
 * What has to be extracted of one side.
 * @throws UserError when a file is missing or unsuitable
 */
export async function extractionRequest(context: ExtractionContext, name: SideName): Promise<ExtractionRequest> {
  const { config, data, executor, baseDirectory, cacheDirectory } = context;
  const side = sideOf(config, name);
  const { backbone } = side;
  const { embedding, decoder } = besideHiddenStates(side);
  const path = resolve(baseDirectory, backbone.model);
  const { graph } = await readModelFile(path);
  return {
    backbone: { path, graph },
    taps: backbone.hiddenStates,
    beside: [...embedding, ...decoder],
    source: await data.source(name),
    dtype: config.features.dtype,
    executor,
    cache: new FeatureCache(cacheDirectory, config.features.cacheQuotaGiB * 2 ** 30),
  };
}

/** Extracts what is not in the cache; reports progress only while something is computed. */
export async function* extractSide(
  context: ExtractionContext,
  name: SideName,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, Extraction> {
  const request = await extractionRequest(context, name);
  const extraction = extractFeatures(request, signal);
  const startMs = performance.now();
  for (let next = await extraction.next(); ; next = await extraction.next()) {
    if (next.done) {
      for (const { index, message } of next.value.failures)
        yield { type: "itemSkipped", item: request.source.nameOf(index), reason: message };
      return next.value;
    }
    const { phase, done, total, cached: fromCache = 0 } = next.value;
    if (phase === "verify") continue;
    const itemsPerSecond = (done - fromCache) / ((performance.now() - startMs) / 1000);
    yield { type: "extractionProgress", modality: name, done, total, fromCache, itemsPerSecond };
  }
}
